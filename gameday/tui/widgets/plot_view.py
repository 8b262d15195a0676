"""A plot as large as its place, drawn anew when either changes."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from gameday.tui.widgets.lines import LineView

Draw = Callable[[int, int], list[Content]]
"""From columns and lines to what is drawn there."""


class PlotView(LineView):
    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._draw: Draw | None = None
        self._drawn: list[Content] = []

    def on_mount(self) -> None:
        self.set_reactive(LineView.follow, False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "toggle_follow"

    def show(self, draw: Draw) -> None:
        self._draw = draw
        self.lines_changed()

    def lines_changed(self) -> None:
        width, height = self.size.width, self.size.height
        self._drawn = [] if self._draw is None or not width else self._draw(width, height)
        super().lines_changed()

    def line_count(self) -> int:
        return len(self._drawn)

    def line(self, y: int) -> Content:
        return self._drawn[y]
