"""What all tabs have in common: they look in workers, hear of it in messages, and hand over evidence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar, TypeVar

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.css.query import NoMatches
from textual.message import Message
from textual.reactive import var
from textual.widgets import Input, Static
from textual.worker import Worker

from gameday.drill.views import Views
from gameday.text import one_line
from gameday.tui.state import RoomState
from gameday.tui.words import Styled, row
from sandbox.errors import SandboxError

Seen = TypeVar("Seen")


class Looked(Message):
    """The engineer looked at what this `ops` line shows; it belongs in the record."""

    def __init__(self, line: str) -> None:
        self.line = line
        super().__init__()


class Unseen(Message):
    """A look failed; `why` is a sentence to show."""

    def __init__(self, why: str) -> None:
        self.why = one_line(why)
        super().__init__()


class Tab(Vertical):
    """One tab. It asks nothing while nobody looks, and never twice at a time."""

    DEFAULT_CSS = """
    Tab {
        height: 1fr;
        .status { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        .field { height: 1; padding: 0 1; background: $panel; }
        .pane { height: 1fr; border-top: solid $foreground 25%; }
    }
    """
    EVERY_S: ClassVar[float | None] = None
    """How often it looks again while it is shown."""
    LINE: ClassVar[str] = ""
    """The `ops` line that shows the same."""
    TARGET: ClassVar[str] = ""
    """What gets the focus when the tab is opened."""
    REST: ClassVar[str] = ""
    """What has it once a line or a field was left; empty if that is the same."""

    room: var[RoomState] = var(RoomState(), always_update=True)

    def __init__(self, views: Callable[[], Views], *, id: str) -> None:
        super().__init__(id=id)
        self.views = views
        self.trouble = ""
        """Why the last look failed; empty if it did not."""
        self._worker: Worker[None] | None = None

    def on_mount(self) -> None:
        if self.EVERY_S is not None:
            self.set_interval(self.EVERY_S, self._again)

    def _again(self) -> None:
        if self.is_on_screen and self.screen.is_current:
            self.refresh_look()

    def refresh_look(self) -> None:
        """Look once more, in a worker. What comes of it is a message."""

    def entered(self) -> None:
        """Somebody opened the tab."""
        if self.LINE:
            self.post_message(Looked(self.LINE))
        self.refresh_look()

    def search(self) -> None:
        """Somebody pressed the key that looks for something."""

    def write_in(self, field: Input) -> None:
        """Open a field, at once: what is typed next is its text, and not a row of keys."""
        field.display = True
        self.screen.set_focus(field)

    def back(self) -> bool:
        """Close what was opened in the tab; False if nothing was."""
        return False

    def evidence(self) -> str:
        """What is in hand, as a line to keep; empty if nothing is."""
        return ""

    @property
    def looking(self) -> Worker[None] | None:
        """The look that goes on; None if none does."""
        return self._worker if self._worker is not None and not self._worker.is_finished else None

    def look(self, ask: Callable[[], Awaitable[Seen]], tell: Callable[[Seen], Message]) -> bool:
        """Ask in a worker, and post what `tell` makes of the answer; False while another look goes on."""
        if self.looking is not None:
            return False

        async def work() -> None:
            try:
                seen = await ask()
            except SandboxError as error:
                self.post_message(Unseen(str(error)))
            else:
                self.trouble = ""
                self.post_message(tell(seen))

        self._worker = self.run_worker(work, name="look", group=f"look-{self.id}")
        return True

    @on(Unseen)
    def failed(self, event: Unseen) -> None:
        event.stop()
        self.trouble = event.why
        self.say()

    def say(self, *pieces: Content | str | Styled) -> None:
        """The status line: what is shown, or why nothing newer is."""
        if self.trouble:
            pieces = ((f"✗ {self.trouble} ", "bold $text-error"), *pieces)
        try:
            status = self.query_one(f"#{self.id}-status", Static)
        except NoMatches:
            return
        said = row(*pieces)
        if said != status.content:
            status.update(said, layout=False)
