"""The live log: filtered, followed or paused, redrawn at most ten times a second."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import Input, Static

from gameday.text import one_line
from gameday.tui.logs import CAPACITY, LogBuffer, LogFilter, Record, Row, trim
from gameday.tui.widgets.lines import LineView
from gameday.tui.widgets.rows import IN_HAND
from gameday.tui.words import MUTED, fit, hms, row

REFRESH_S = 0.1
_NOTHING = "  no line matches so far; / changes the filter, and an empty one shows all"
_STYLES = {"error": "bold $text-error", "warn": "bold $text-warning", "debug": MUTED}


class LogView(LineView):
    """The lines themselves. They are taken from the buffer when it is time to draw, not as they come."""

    cursor: reactive[int | None] = reactive(None)
    """The line in hand while it stands still; None for the newest."""

    class Refreshed(Message):
        """What is shown changed."""

    def __init__(self, buffer: LogBuffer, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._buffer = buffer
        self._taken = 0
        self._filter = LogFilter()
        self._matches: list[Row] = []
        self._shown: Sequence[Row] = self._matches

    @property
    def held_back(self) -> int:
        """Matching lines that came in while it was paused."""
        return 0 if self.follow else max(0, len(self._matches) - len(self._shown))

    @property
    def matching(self) -> int:
        return len(self._matches)

    def on_mount(self) -> None:
        self.set_interval(REFRESH_S, self.take_new)

    def filter(self, wanted: LogFilter) -> None:
        """Show only what `wanted` matches, of what is still held and of what will come."""
        self._filter, self._taken = wanted, 0
        self._matches = []
        self._shown = self._matches
        self.follow = True
        self.take_new()
        self.lines_changed()
        self.post_message(self.Refreshed())

    def on_show(self) -> None:
        # At once: who opens the tab wants to read, not to wait for the next time it is drawn.
        self.take_new()

    def take_new(self) -> None:
        """Draw what came since the last time; nothing if nothing did, or if nobody looks."""
        if self._buffer.received != self._taken and self.is_on_screen:
            self._take()

    def _take(self) -> None:
        self._matches.extend(filter(self._filter.matches, self._buffer.since(self._taken)))
        self._taken = self._buffer.received
        trim(self._matches, CAPACITY)
        if self.follow:
            self.lines_changed()
        self.post_message(self.Refreshed())

    def watch_follow(self, follow: bool) -> None:
        self._shown = self._matches if follow else tuple(self._matches)
        if follow:
            self.cursor = None
        super().watch_follow(follow)
        self.post_message(self.Refreshed())

    def line_count(self) -> int:
        return len(self._shown)

    def line(self, y: int) -> Content:
        item = Record(*self._shown[y])
        style = _STYLES.get(item.level, "")
        in_hand = y == self.cursor
        said = row(
            ("▸", "bold $text-primary") if in_hand else " ",
            (f"{hms(item.wall)} ", MUTED),
            (f"{fit(f'{one_line(item.service)}.{item.replica}', 13)} ", "$text-primary"),
            (f"{fit(item.level.upper(), 5)} ", style),
            (item.message(), style if item.level == "error" else ""),
        )
        return said.stylize_before(IN_HAND) if in_hand else said

    def render_line(self, y: int) -> Strip:
        if y == 0 and self._filter and not self._shown:
            return self._painted(row((_NOTHING, MUTED)), self.scrollable_content_region.width)
        return super().render_line(y)

    @property
    def in_hand(self) -> Record | None:
        """The line that the cursor is on, or the newest."""
        if not self._shown:
            return None
        at = len(self._shown) - 1 if self.cursor is None else self.cursor
        return Record(*self._shown[min(at, len(self._shown) - 1)])

    def action_scroll_up(self) -> None:
        """Stand still, and take the line above in hand."""
        self._step(-1)

    def action_scroll_down(self) -> None:
        self._step(1)

    def on_click(self, event: Click) -> None:
        """A click takes a line in hand."""
        at = event.y + self.scroll_offset.y
        if at < len(self._shown):
            self.follow = False
            self.cursor = at

    def _step(self, by: int) -> None:
        if not self._shown:
            # A key that is quicker than the first drawing is meant for what it will show.
            self._take()
        if not self._shown:
            return
        self.follow = False
        last = len(self._shown) - 1
        at = last + 1 if self.cursor is None else self.cursor
        self.cursor = to = max(0, min(last, at + by))
        height, top = self.scrollable_content_region.height, self.scroll_offset.y
        self.scroll_to(y=min(to, max(top, to - height + 1)), animate=False, force=True, immediate=True)


class LogPane(Vertical):
    """The log under a line that says what is looked for, and the field to look for something else."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "done", "Back", show=False)]

    class Filtered(Message):
        """Somebody looks for something else."""

        def __init__(self, wanted: LogFilter) -> None:
            self.wanted = wanted
            super().__init__()

    def __init__(self, buffer: LogBuffer, now: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._buffer = buffer
        self._now = now
        self._applied = ""
        """The filter in force, as it was written."""

    def compose(self) -> ComposeResult:
        yield Static(id="log-status")
        yield Input(
            placeholder="service:vision level:warn since:5m words…  enter applies, an empty line shows all",
            id="log-filter",
            compact=True,
        )
        yield LogView(self._buffer, id="log-view")

    def on_mount(self) -> None:
        self.query_one("#log-filter").display = False
        self._say()

    def ask(self) -> None:
        """Open the filter field."""
        field = self.query_one("#log-filter", Input)
        field.display = True
        # At once: what is typed next is a filter, and not a row of keys.
        self.screen.set_focus(field)

    def action_done(self) -> None:
        self.close()

    def close(self) -> bool:
        """Close the filter field; whether it was open."""
        field = self.query_one("#log-filter")
        was = field.display
        field.display = False
        if was:
            self.query_one(LogView).focus()
        return was

    @on(Input.Submitted, "#log-filter")
    def apply(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            wanted = LogFilter.parse(event.value, self._now())
        except ValueError as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        self._applied = one_line(event.value.strip())
        self.query_one(LogView).filter(wanted)
        self.post_message(self.Filtered(wanted))
        self.action_done()

    @on(LogView.Refreshed)
    def _say(self) -> None:
        view = self.query_one(LogView)
        state = (
            ("▶ following", "$text-success")
            if view.follow
            else (f"⏸ paused, {view.held_back:,} newer", "bold $text-warning")
        )
        wanted = self._applied
        looked_for = (f"filter: {wanted}", "bold") if wanted else ("all lines; / filters", MUTED)
        self.query_one("#log-status", Static).update(
            row(state, ("  ", ""), looked_for, (f"  {view.matching:,} lines", MUTED)), layout=False
        )
