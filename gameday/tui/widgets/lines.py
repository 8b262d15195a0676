"""A scrolling view that draws only the lines in sight, for what grows faster than it is read."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

_SIDESTEP = 20


class LineView(ScrollView, can_focus=True):
    """Follows the newest line until somebody scrolls up, and again once they go to the end.

    A subclass gives `line_count` and `line`, and calls `lines_changed` when either would differ.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f,space", "toggle_follow", "Pause"),
        Binding("left", "sidestep(-1)", "Left", show=False),
        Binding("right", "sidestep(1)", "Right", show=False),
    ]

    follow: reactive[bool] = reactive(True, init=False)
    sidestep: reactive[int] = reactive(0)
    """Columns that are scrolled out on the left, since lines are not wrapped."""

    def line_count(self) -> int:
        raise NotImplementedError

    def line(self, y: int) -> Content:
        """Line number `y`, from 0, which is below `line_count()`."""
        raise NotImplementedError

    def lines_changed(self) -> None:
        """Draw again, at the end if the end is followed."""
        self.virtual_size = Size(1, self.line_count())
        if self.follow:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True, immediate=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, at = self.scrollable_content_region.width, y + self.scroll_offset.y
        style = self.visual_style
        if at >= self.line_count():
            return Strip.blank(width, style.rich_style)
        content = self.line(at)
        if self.sidestep:
            content = content[self.sidestep :] if self.sidestep < len(content) else Content("")
        strips = Visual.to_strips(self, content, width, 1, style)
        strip = strips[0] if strips else Strip.blank(width)
        return strip.adjust_cell_length(width, style.rich_style)

    def on_resize(self, event: events.Resize) -> None:
        self.lines_changed()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self.follow = False

    def action_toggle_follow(self) -> None:
        self.follow = not self.follow

    def action_sidestep(self, direction: int) -> None:
        self.sidestep = max(0, self.sidestep + direction * _SIDESTEP)

    def action_scroll_up(self) -> None:
        self.follow = False
        super().action_scroll_up()

    def action_page_up(self) -> None:
        self.follow = False
        super().action_page_up()

    def action_scroll_home(self) -> None:
        self.follow = False
        super().action_scroll_home()

    def action_scroll_end(self) -> None:
        self.follow = True

    def watch_follow(self, follow: bool) -> None:
        self.lines_changed()
