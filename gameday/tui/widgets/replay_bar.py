"""Where a replay stands in its drill: what customers got, the moments that mattered, and the cursor."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from gameday.reports.words import clock
from gameday.tui.replay import Mark, Replay
from gameday.tui.widgets.header import TARGET
from gameday.tui.words import MUTED, bars, column, fit, row

_EDGE = 1


class ReplayBar(Widget):
    """Three lines: the curve, the marks, and where it is in words; a click goes there."""

    DEFAULT_CSS = """
    ReplayBar {
        height: 3;
        background: $surface;
    }
    """

    class Went(Message):
        """Somebody pointed at a moment."""

        def __init__(self, wall: float) -> None:
            self.wall = wall
            super().__init__()

    position: reactive[float] = reactive(0.0)
    speed: reactive[int] = reactive(10)
    playing: reactive[bool] = reactive(False)

    def __init__(self, replay: Replay) -> None:
        super().__init__()
        self._replay = replay
        self._served: tuple[float | None, ...] = ()

    def render(self) -> Content:
        width = max(10, self.size.width - 2 * _EDGE)
        if len(self._served) != width:
            self._served = self._replay.served(width)
        cursor = self._column(self.position, width)
        return column([self._curve(width, cursor), self._moments(width, cursor), self._words()])

    def _column(self, wall: float, width: int) -> int:
        share = (wall - self._replay.begin) / self._replay.length_s
        return max(0, min(width - 1, int(share * width)))

    def _curve(self, width: int, cursor: int) -> Content:
        """What has been seen is bright, what is to come is dim."""
        pieces = []
        for at, share in enumerate(self._served):
            style = "$success" if share is not None and share >= TARGET else "$error"
            later = " 40%" if at > cursor else ""
            here = " on $primary" if at == cursor else ""
            pieces.append((bars((share,), 1.0), f"{style}{later}{here}"))
        return row(" " * _EDGE, *pieces)

    def _moments(self, width: int, cursor: int) -> Content:
        glyphs = [("─", MUTED)] * width
        glyphs[cursor] = ("┃", "bold $text-primary")
        for mark in self._replay.marks:
            glyphs[self._column(mark.wall, width)] = (mark.glyph, "bold $text-accent")
        glyph, style = glyphs[cursor]
        glyphs[cursor] = (glyph, f"{style} on $primary 40%")
        return row(" " * _EDGE, *glyphs)

    def _words(self) -> Content:
        replay = self._replay
        at, length = clock(self.position - replay.begin), clock(replay.end - replay.begin)
        last = self._last()
        return row(
            (" ▶ playing " if self.playing else " ‖ paused  ", "bold $text-primary"),
            (f"{self.speed}×  ", "bold"),
            (f"{at} of {length}   ", ""),
            (fit(f"{last.glyph} {last.words}", 60).rstrip() if last else "", "$text-accent"),
        )

    def _last(self) -> Mark | None:
        past = [mark for mark in self._replay.marks if mark.wall <= self.position]
        return max(past, key=lambda mark: mark.wall, default=None)

    def on_click(self, event: Click) -> None:
        width = max(10, self.size.width - 2 * _EDGE)
        share = max(0.0, min(1.0, (event.x - _EDGE) / width))
        self.post_message(self.Went(self._replay.begin + share * self._replay.length_s))
