"""The company as a map: who asks whom, which parts run, and how each way goes now."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from gameday.text import one_line
from gameday.tui.tabs.base import Tab
from gameday.tui.widgets.rows import RowsView
from gameday.tui.words import MUTED, amount, fit, row
from sandbox.observe.topology import Edge, Node, Topology

_NAME = 11
_THICK = (("━━▶", 20.0), ("──▶", 0.05))
"""How a way is drawn from so many requests a second on."""
_UNUSED = "┄┄▷"
_BAD = 0.02
"""Share of errors from which a way is called bad."""


class MapTab(Tab):
    EVERY_S: ClassVar[float | None] = 2.0
    LINE: ClassVar[str] = "topology"
    TARGET: ClassVar[str] = "#map-rows"

    _topology: Topology | None = None

    class Seen(Message):
        """The company as it is."""

        def __init__(self, topology: Topology) -> None:
            self.topology = topology
            super().__init__()

    def compose(self) -> ComposeResult:
        yield Static(id="map-status", classes="status")
        yield RowsView(nothing="looking…", id="map-rows")

    def refresh_look(self) -> None:
        self.look(lambda: self.views().topology(), self.Seen)

    @on(Seen)
    def draw(self, event: Seen) -> None:
        self._topology = event.topology
        self.query_one(RowsView).show(drawn(event.topology))
        self.say(*heading(event.topology))

    def evidence(self) -> str:
        topology = self._topology
        at = self.query_one(RowsView).cursor
        if topology is None or at >= len(topology.edges):
            return ""
        return edge_said(topology.edges[at])


def heading(topology: Topology) -> list[Content]:
    """What runs, and which ways are bad, in a line."""
    down = [node for node in topology.nodes if node.replicas and node.healthy < node.replicas]
    bad = [edge for edge in topology.edges if (edge.errors or 0.0) >= _BAD]
    health = ", ".join(f"{one_line(node.name)} {node.healthy}/{node.replicas}" for node in down)
    runs = row(("✗ down: ", "bold $text-error"), health) if down else row(("✓ all runs", "$text-success"))
    ways = row((f"   ✗ {len(bad)} ways with errors", "bold $text-error")) if bad else Content("")
    return [runs, ways, row(("   requests/s, errors and p95 of each way, last 10 s", MUTED))]


def drawn(topology: Topology) -> list[Content]:
    """A line for each way; the one who asks stands at the first of its ways."""
    nodes = {node.name: node for node in topology.nodes}
    lines: list[Content] = []
    before = ""
    for edge in topology.edges:
        first = edge.source != before
        before = edge.source
        source = _part(nodes.get(edge.source), edge.source) if first else Content(" " * (_NAME + 6))
        lines.append(
            row(source, " ", _way(edge), " ", _part(nodes.get(edge.target), edge.target), _figures(edge))
        )
    return lines


def _part(node: Node | None, name: str) -> Content:
    """A part with its health: `● vision 2/2`."""
    label = fit(one_line(name), _NAME)
    if node is None or not node.replicas:
        return row(("○ ", MUTED), label, "    ")
    healthy = node.healthy == node.replicas
    glyph, style = ("● ", "$text-success") if healthy else ("✗ ", "bold $text-error")
    return row((glyph, style), (label, "bold"), (f" {node.healthy}/{node.replicas}", style))


def _way(edge: Edge) -> Content:
    style = "bold $text-error" if (edge.errors or 0.0) >= _BAD else "$text-primary"
    for drawing, least in _THICK:
        if (edge.rate or 0.0) >= least:
            return row((drawing, style))
    return row((_UNUSED, MUTED))


def _figures(edge: Edge) -> Content:
    if edge.rate is None:
        return row(("   not measured", MUTED))
    errors = None if edge.errors is None else 100 * edge.errors
    bad = (edge.errors or 0.0) >= _BAD
    return row(
        f"{amount(edge.rate, '/s'):>9}",
        (f"{amount(errors, '%'):>8} {'✗' if bad else ' '}", "bold $text-error" if bad else ""),
        f"{amount(edge.p95_ms, 'ms'):>8}",
    )


def edge_said(edge: Edge) -> str:
    """One way in a line, to keep."""
    errors = "—" if edge.errors is None else f"{100 * edge.errors:.1f}%"
    return (
        f"{one_line(edge.source)} → {one_line(edge.target)}: {amount(edge.rate, '/s')}, "
        f"{errors} errors, p95 {amount(edge.p95_ms, 'ms')}"
    )
