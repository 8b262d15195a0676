"""Golden signals of every service, side by side over the same minutes, with each change marked."""

from __future__ import annotations

from bisect import bisect_right
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import var

from gameday.drill.views import Changed
from gameday.tui.history import WINDOW_S, Series, SignalHistory, column_at, full_height
from gameday.tui.state import RoomState
from gameday.tui.widgets.lines import LineView
from gameday.tui.words import MUTED, amount, fit, row, tall_bars

_SERVICE = 12
_VALUE = 8
_MARK = "▲"
_COMMIT = "◆"
_TALL = 3
"""Lines that a service needs for its values to stand above its bars."""
_TALLEST = 5


class SignalBoard(LineView):
    """One row per service, one column per signal; the newest second is at each column's right."""

    room: var[RoomState] = var(RoomState(), always_update=True)
    history: var[SignalHistory] = var(SignalHistory(), always_update=True)
    changes: var[tuple[Changed, ...]] = var((), always_update=True)
    chosen: var[int] = var(0, init=False)
    """Which service is in hand, from the top."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", "Up", show=False),
        Binding("down", "choose(1)", "Down", show=False),
        # The line above the board tells of it; the keys of a drill fill the footer.
        Binding("enter", "open", "Open", show=False),
    ]

    class Chosen(Message):
        """A service is to be seen large."""

        def __init__(self, service: str) -> None:
            self.service = service
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._drawn: tuple[Content, ...] | None = None
        self._starts: list[int] = []
        """The line at which each service begins."""

    def on_mount(self) -> None:
        self.follow = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "toggle_follow"

    @property
    def service(self) -> str:
        """The one in hand; empty while there are none."""
        services = self.history.services
        return services[min(self.chosen, len(services) - 1)] if services else ""

    def action_choose(self, step: int) -> None:
        self.chosen = max(0, min(len(self.history.services) - 1, self.chosen + step))

    def action_open(self) -> None:
        if self.service:
            self.post_message(self.Chosen(self.service))

    def on_click(self, event: Click) -> None:
        """A click on a service opens it."""
        at = event.y + self.scroll_offset.y
        if self._starts and self._starts[0] <= at < len(self._lines()) - 1:
            self.chosen = bisect_right(self._starts, at) - 1
            self.action_open()

    def watch_chosen(self) -> None:
        self.lines_changed()
        at = next((y for y, line in enumerate(self._lines()) if line.plain.startswith("▸")), 0)
        self.scroll_to(y=max(0, at - self.size.height + 2), animate=False, force=True, immediate=True)

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.lines_changed()

    def watch_room(self, room: RoomState) -> None:
        self.lines_changed()

    def watch_changes(self) -> None:
        self.lines_changed()

    def watch_history(self, history: SignalHistory) -> None:
        self.lines_changed()

    def line_count(self) -> int:
        return len(self._lines())

    def line(self, y: int) -> Content:
        return self._lines()[y]

    def lines_changed(self) -> None:
        self._drawn = None
        if self.is_on_screen:
            super().lines_changed()

    def on_show(self) -> None:
        """While nobody looked, nothing was drawn."""
        self.lines_changed()

    def _lines(self) -> tuple[Content, ...]:
        if self._drawn is None:
            self._drawn = tuple(self._draw())
        return self._drawn

    def _draw(self) -> list[Content]:
        history = self.history
        if not history.series:
            return [row((" no signals yet", MUTED))]
        cell = (self.size.width - _SERVICE - 1) // len(history.names)
        rows = (self.size.height - 3) // len(history.services)
        draw = self._tall if rows >= _TALL else self._flat
        width = max(1, cell - 2 if rows >= _TALL else cell - _VALUE - 2)
        lines = [self._heading(cell), self._writes(cell, width)]
        self._starts = []
        for service in history.services:
            self._starts.append(len(lines))
            lines += draw(service, cell, width, min(rows, _TALLEST))
        minutes = WINDOW_S // 60
        return [*lines, row((f" last {minutes} minutes, now at the right", MUTED))]

    def _label(self, service: str) -> Content:
        """Its name, behind a mark if it is in hand."""
        in_hand = service == self.service and self.has_focus
        return row(("▸" if in_hand else " ", "bold $text-primary"), (fit(service, _SERVICE), "bold"))

    def _heading(self, cell: int) -> Content:
        names = "".join(fit(name, cell) for name in self.history.names)
        return row((f" {fit('service', _SERVICE)}{names}", MUTED))

    def _writes(self, cell: int, width: int) -> Content:
        marks = [" "] * width
        for commit in self.changes:
            at = column_at(commit.at, self.history.end, width)
            if at is not None:
                marks[at] = _COMMIT
        for operation in self.room.operations:
            at = column_at(operation.wall, self.history.end, width)
            if operation.tier == "write" and at is not None:
                marks[at] = _MARK
        line = fit("".join(marks), cell) * len(self.history.names)
        return row((" " * (_SERVICE + 1) + line, "bold $text-accent"))

    def _flat(self, service: str, cell: int, width: int, rows: int) -> list[Content]:
        """Bars and value beside each other; with a line of air where there is room."""
        pieces: list[Content] = []
        for name, series in self._series_of(service):
            graph = self._graph(name, series, width, 1)[0]
            pieces += [graph, Content(" "), _value(name, series), Content(" " * (cell - width - 1 - _VALUE))]
        line = row(self._label(service), *pieces)
        return [line, Content("")] if rows > 1 else [line]

    def _tall(self, service: str, cell: int, width: int, rows: int) -> list[Content]:
        """Values above bars of more than one line."""
        pad = " " * (cell - _VALUE)
        values = [row(_value(name, series), pad) for name, series in self._series_of(service)]
        graphs = [self._graph(name, series, width, rows - 2) for name, series in self._series_of(service)]
        lines = [row(self._label(service), *values)]
        for number in range(rows - 2):
            pieces = [row(graph[number], " " * (cell - width)) for graph in graphs]
            lines.append(row(" " * (_SERVICE + 1), *pieces))
        return [*lines, Content("")]

    def _series_of(self, service: str) -> list[tuple[str, Series]]:
        history = self.history
        return [(name, history.series.get((service, name), Series(""))) for name in history.names]

    def _graph(self, name: str, series: Series, width: int, rows: int) -> list[Content]:
        values = series.columns(self.history.end, width)
        style = "$error" if name == "errors" else "$primary"
        return [row((line, style)) for line in tall_bars(values, full_height(name, values), rows)]


def _value(name: str, series: Series) -> Content:
    alarming = name == "errors" and bool(series.last)
    return row((fit(amount(series.last, series.unit), _VALUE), "bold $text-error" if alarming else "bold"))
