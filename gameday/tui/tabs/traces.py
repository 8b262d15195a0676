"""Single requests on their way through the company: a list of the latest, and one as a waterfall."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widgets import Input, Static

from gameday.drill.views import Views
from gameday.text import one_line
from gameday.tui.tabs.base import Looked, Tab
from gameday.tui.widgets.rows import RowsView
from gameday.tui.words import MUTED, amount, fit, hms, row
from sandbox.observe.traces import Span, Trace

SINCE_S = 60.0
MOST = 200
Order = Literal["newest", "slowest", "failed"]
_ORDERS: tuple[Order, ...] = ("newest", "slowest", "failed")
_NAMED = 30
_LATEST = 4e9
"""UNIX seconds that no request begins after: the year 2096."""
_LONGEST_MS = 86_400e3
_FIGURE = 9


class TracesTab(Tab):
    EVERY_S: ClassVar[float | None] = 3.0
    LINE: ClassVar[str] = "traces slowest"
    TARGET: ClassVar[str] = "#traces-rows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "order", "Order"),
        Binding("f,space", "hold", "Hold"),
    ]

    order: var[Order] = var("newest", init=False)
    on_hold: var[bool] = var(False, init=False)

    class Seen(Message):
        """The requests of the last minute, oldest first."""

        def __init__(self, traces: tuple[Trace, ...]) -> None:
            self.traces = traces
            super().__init__()

    def __init__(self, views: Callable[[], Views], *, id: str) -> None:
        super().__init__(views, id=id)
        self._all: tuple[Trace, ...] = ()
        self._shown: tuple[Trace, ...] = ()
        self._words: tuple[str, ...] = ()
        self._open: Trace | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="traces-status", classes="status")
        yield Input(
            placeholder="service, path or id; enter applies", compact=True, id="traces-words", classes="field"
        )
        yield RowsView(nothing="looking…", id="traces-rows")
        yield RowsView(id="waterfall").add_class("pane")

    def on_mount(self) -> None:
        self.query_one("#traces-words").display = False
        self.query_one("#waterfall").display = False

    def refresh_look(self) -> None:
        if not self.on_hold:
            self.look(lambda: self.views().traces(SINCE_S), self.Seen)

    @on(Seen)
    def take(self, event: Seen) -> None:
        self._all = tuple(filter(drawable, event.traces))
        self.query_one("#traces-rows", RowsView).nothing = "no traces of the last minute yet"
        self._draw()

    def watch_order(self) -> None:
        self._shown = ()
        self.query_one("#traces-rows", RowsView).cursor = 0
        self._draw()

    def watch_on_hold(self, on_hold: bool) -> None:
        self._draw()

    def action_order(self) -> None:
        self.order = _ORDERS[(_ORDERS.index(self.order) + 1) % len(_ORDERS)]

    def action_hold(self) -> None:
        self.on_hold = not self.on_hold

    def _draw(self) -> None:
        view = self.query_one("#traces-rows", RowsView)
        held = self._shown[view.cursor].trace_id if 0 < view.cursor < len(self._shown) else ""
        self._shown = ordered([each for each in self._all if fits(each, self._words)], self.order)
        places = {trace.trace_id: at for at, trace in enumerate(self._shown)}
        view.show([_row(trace) for trace in self._shown], places.get(held))
        failed = sum(not trace.ok for trace in self._all)
        words = f"  filter: {' '.join(self._words)}" if self._words else "  / filters"
        self.say(
            (
                "⏸ held  " if self.on_hold else "▶ live  ",
                "bold $text-warning" if self.on_hold else "$text-success",
            ),
            (f"{self.order} first" if self.order != "failed" else "failed only", "bold"),
            ("  o changes", MUTED),
            (words, MUTED),
            (f"  {len(self._all)} in a minute, {failed} failed", MUTED),
        )

    def search(self) -> None:
        self.write_in(self.query_one("#traces-words", Input))

    @on(Input.Submitted, "#traces-words")
    def apply(self, event: Input.Submitted) -> None:
        event.stop()
        self._words = tuple(one_line(event.value).lower().split())
        self.back()
        self._draw()

    @on(RowsView.Selected, "#traces-rows")
    def open(self, event: RowsView.Selected) -> None:
        event.stop()
        if event.index < len(self._shown):
            self._open = self._shown[event.index]
            self.post_message(Looked(f"traces {self._open.trace_id[:16]}"))
            self._draw_waterfall()
            self.query_one("#waterfall").focus()

    def on_resize(self) -> None:
        if self._open is not None:
            self._draw_waterfall()

    def _draw_waterfall(self) -> None:
        assert self._open is not None
        view = self.query_one("#waterfall", RowsView)
        view.display = True
        view.show(waterfall(self._open, self.size.width - 4))

    def back(self) -> bool:
        """Close the field or the waterfall; whether one was open."""
        field, view = self.query_one("#traces-words"), self.query_one("#waterfall")
        was = field.display or view.display
        field.display = view.display = False
        self._open = None
        if was:
            self.query_one("#traces-rows").focus()
        return was

    def evidence(self) -> str:
        at = self.query_one("#traces-rows", RowsView).cursor
        trace = self._open or (self._shown[at] if at < len(self._shown) else None)
        return "" if trace is None else said(trace)


def drawable(trace: Trace) -> bool:
    """Whether its times are times: spans come from logs, where anything may be written."""
    return all(0 <= span.start < _LATEST and 0 <= span.ms < _LONGEST_MS for span in trace.spans)


def ordered(traces: list[Trace], order: Order) -> tuple[Trace, ...]:
    """At most `MOST` of them, in the order that was asked for."""
    if order == "slowest":
        return tuple(sorted(traces, key=lambda trace: -trace.ms)[:MOST])
    newest = sorted(traces, key=lambda trace: -trace.start)
    return tuple([trace for trace in newest if order != "failed" or not trace.ok][:MOST])


def fits(trace: Trace, words: tuple[str, ...]) -> bool:
    """Whether each word is in the trace's id, its services or the names of its spans."""
    text = " ".join([trace.trace_id, *(f"{span.service} {span.name}" for span in trace.spans)]).lower()
    return all(word in text for word in words)


def said(trace: Trace) -> str:
    """One trace in a line, to keep."""
    worst = max(trace.spans, key=lambda span: span.ms)
    failed = next((span.service for span in trace.spans if not span.ok), "")
    verdict = f"failed at {failed}" if failed else "ok"
    took = f"{trace.ms:.0f} ms, {verdict}, longest in {worst.service}"
    return one_line(f"trace {trace.trace_id[:8]} {trace.spans[0].name}: {took}")


def _row(trace: Trace) -> Content:
    glyph, style = ("✓ ", "$text-success") if trace.ok else ("✗ ", "bold $text-error")
    return row(
        (f"{hms(trace.start)} ", MUTED),
        (glyph, style),
        (f"{amount(trace.ms, 'ms'):>7}  ", "bold"),
        f"{fit(one_line(trace.spans[0].name), 24)} ",
        (f"{one_line(trace.trace_id)[:8]} ", MUTED),
        (one_line(" → ".join(trace.services)), MUTED),
    )


def waterfall(trace: Trace, width: int) -> list[Content]:
    """A line a span, indented, with its share of the whole time as a bar."""
    space = max(8, width - _NAMED - _FIGURE - 3)
    head = row(
        ("trace ", MUTED), (one_line(trace.trace_id), "bold"), f"  {amount(trace.ms, 'ms')}", _outcome(trace)
    )
    return [head, *(_bar(trace, span, space) for span in trace.spans)]


def _outcome(trace: Trace) -> Content:
    return row(("  ✓ ok", "$text-success")) if trace.ok else row(("  ✗ failed", "bold $text-error"))


def _bar(trace: Trace, span: Span, space: int) -> Content:
    whole = max(trace.ms, 0.001)
    offset = min(space - 1, max(0, round((span.start - trace.start) * 1e3 / whole * space)))
    length = max(1, min(space - offset, round(span.ms / whole * space)))
    style = "$text-primary" if span.ok else "bold $text-error"
    name = f"{'  ' * trace.depth(span)}{one_line(span.service)} {one_line(span.name)}"
    return row(
        (fit(name, _NAMED), ""),
        " " * (offset + 1),
        (("━" if span.ok else "╳") * length, style),
        " " * (space - offset - length),
        (f"{amount(span.ms, 'ms'):>{_FIGURE}}", "bold" if span.ok else "bold $text-error"),
        ("" if span.ok else " ✗", "bold $text-error"),
    )
