"""A scrolling view that draws only the lines in sight, for what grows faster than it is read."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

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

    ALLOW_SELECT: ClassVar[bool] = False

    _ground: Style = Style.null()
    _styles: ClassVar[dict[tuple[str, str], Style]] = {}
    """What each style's words come to in each theme."""

    def line_count(self) -> int:
        raise NotImplementedError

    def line(self, y: int) -> Content:
        """Line number `y`, from 0, which is below `line_count()`."""
        raise NotImplementedError

    def lines_changed(self) -> None:
        """Draw again, at the end if the end is followed."""
        self._measure(self.line_count())
        if self.follow:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True, immediate=True)
        self.refresh()

    def _measure(self, count: int) -> None:
        """Be so many lines long. The whole screen is laid out anew only if the scrollbar comes or goes."""
        size = Size(1, count)
        if self.show_vertical_scrollbar and count > self.container_size.height > 0:
            self.set_reactive(LineView.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = count
        else:
            self.virtual_size = size

    def render_line(self, y: int) -> Strip:
        width, at = self.scrollable_content_region.width, y + self.scroll_offset.y
        if at >= self.line_count():
            return Strip.blank(width, self._ground.rich_style)
        content = self.line(at)
        if self.sidestep:
            content = content[self.sidestep :] if self.sidestep < len(content) else Content("")
        return self._painted(content, width)

    def render_lines(self, crop: Region) -> list[Strip]:
        self._ground = self.visual_style
        return super().render_lines(crop)

    def _painted(self, content: Content, width: int) -> Strip:
        """One line in its styles. Textual's own way also wraps, and makes each piece selectable, for which a
        screen full of log lines takes three times as long."""
        pieces = content.render(self._ground, "", self._style_of)
        strip = Strip([Segment(text, style.rich_style) for text, style in pieces])
        if strip.cell_length > width:
            shown = list(strip.crop(0, width - 1))
            strip = Strip([*shown, Segment("…", shown[-1].style)]) if shown else Strip([])
        return strip.adjust_cell_length(width, self._ground.rich_style)

    def _style_of(self, style: str | Style) -> Style:
        if isinstance(style, Style):
            return style
        key = self.app.theme, style
        if key not in self._styles:
            self._styles[key] = self._get_style(style)
        return self._styles[key]

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
