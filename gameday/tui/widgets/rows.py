"""Lines of which one is in hand: a list that costs only what is in sight, however often it is replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from gameday.tui.widgets.lines import LineView
from gameday.tui.words import row

IN_HAND = "on $primary 25%"


class RowsView(LineView):
    """A list; `enter` selects what the cursor is on. The mark before a line says so without colour."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "to_end(False)", show=False),
        Binding("end", "to_end(True)", show=False),
        Binding("enter", "select", "Open"),
    ]
    NOTHING: ClassVar[str] = "nothing"

    cursor: reactive[int] = reactive(0, init=False)

    class Moved(Message):
        """The cursor is on another row, or the row says something else."""

        def __init__(self, view: RowsView, index: int) -> None:
            self.view = view
            self.index = index
            super().__init__()

        @property
        def control(self) -> RowsView:
            return self.view

    class Selected(Moved):
        """A row was chosen."""

    def __init__(self, *, nothing: str = NOTHING, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: tuple[Content, ...] = ()
        self.nothing = nothing
        """What stands there while there are no rows."""

    def on_mount(self) -> None:
        self.set_reactive(LineView.follow, False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "toggle_follow"

    def show(self, rows: Sequence[Content], cursor: int | None = None) -> None:
        """Other rows; `cursor` says where what was in hand is now, else it stays at its place."""
        self._rows = tuple(rows)
        wanted = self.cursor if cursor is None else cursor
        self.cursor = max(0, min(wanted, len(rows) - 1))
        self.lines_changed()

    def line_count(self) -> int:
        return max(1, len(self._rows))

    def line(self, y: int) -> Content:
        if not self._rows:
            return row((f" {self.nothing}", "$foreground 60%"))
        if y != self.cursor:
            return row(" ", self._rows[y])
        width = self.scrollable_content_region.width + self.sidestep
        style = IN_HAND if self.has_focus else ""
        marked = row(("▸", "bold $text-primary"), self._rows[y])
        if not style:
            return marked
        return marked.pad_right(max(0, width - marked.cell_length)).stylize_before(style)

    def watch_cursor(self) -> None:
        self._keep_in_sight()
        self.refresh()
        if self._rows:
            self.post_message(self.Moved(self, self.cursor))

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.refresh()

    def _keep_in_sight(self) -> None:
        height, top = self.scrollable_content_region.height, self.scroll_offset.y
        if height <= 0:
            return
        at = min(self.cursor, max(top, self.cursor - height + 1))
        if self.cursor < top or self.cursor >= top + height:
            self.scroll_to(y=at, animate=False, force=True, immediate=True)

    def action_move(self, step: int) -> None:
        self._go(self.cursor + step)

    def action_page(self, direction: int) -> None:
        self._go(self.cursor + direction * max(1, self.scrollable_content_region.height - 1))

    def action_to_end(self, end: bool) -> None:
        self._go(len(self._rows) if end else 0)

    def _go(self, to: int) -> None:
        self.cursor = max(0, min(to, len(self._rows) - 1))

    def action_select(self) -> None:
        if self._rows:
            self.post_message(self.Selected(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        at = event.y + self.scroll_offset.y
        if 0 <= at < len(self._rows):
            self.cursor = at
            self.action_select()
