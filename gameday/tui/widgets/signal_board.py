"""Golden signals of every service, side by side over the same minutes, with one's own writes marked."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive

from gameday.tui.history import WINDOW_S, Series, SignalHistory, column_at, full_height
from gameday.tui.state import RoomState
from gameday.tui.widgets.lines import LineView
from gameday.tui.words import MUTED, amount, fit, row, tall_bars

_SERVICE = 12
_VALUE = 8
_MARK = "▲"
_TALL = 3
"""Lines that a service needs for its values to stand above its bars."""
_TALLEST = 5


class SignalBoard(LineView):
    """One row per service, one column per signal; the newest second is at each column's right."""

    room: reactive[RoomState] = reactive(RoomState(), always_update=True)
    history: reactive[SignalHistory] = reactive(SignalHistory(), always_update=True)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._drawn: tuple[Content, ...] | None = None

    def on_mount(self) -> None:
        self.follow = False

    def watch_room(self, room: RoomState) -> None:
        self.lines_changed()

    def watch_history(self, history: SignalHistory) -> None:
        self.lines_changed()

    def line_count(self) -> int:
        return len(self._lines())

    def line(self, y: int) -> Content:
        return self._lines()[y]

    def lines_changed(self) -> None:
        self._drawn = None
        super().lines_changed()

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
        for service in history.services:
            lines += draw(service, cell, width, min(rows, _TALLEST))
        minutes = WINDOW_S // 60
        return [*lines, row((f" last {minutes} minutes, now at the right; {_MARK} your writes", MUTED))]

    def _heading(self, cell: int) -> Content:
        names = "".join(fit(name, cell) for name in self.history.names)
        return row((f" {fit('service', _SERVICE)}{names}", MUTED))

    def _writes(self, cell: int, width: int) -> Content:
        marks = [" "] * width
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
        line = row((f" {fit(service, _SERVICE)}", "bold"), *pieces)
        return [line, Content("")] if rows > 1 else [line]

    def _tall(self, service: str, cell: int, width: int, rows: int) -> list[Content]:
        """Values above bars of more than one line."""
        pad = " " * (cell - _VALUE)
        values = [row(_value(name, series), pad) for name, series in self._series_of(service)]
        graphs = [self._graph(name, series, width, rows - 2) for name, series in self._series_of(service)]
        lines = [row((f" {fit(service, _SERVICE)}", "bold"), *values)]
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
