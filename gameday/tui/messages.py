"""What screens and widgets ask of the app, and what it tells them back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message
from textual.message_pump import MessagePump

if TYPE_CHECKING:
    from gameday.drill.commands import Command
    from gameday.tui.house import Choice


class Send(Message):
    """Please send this command; `origin` is told how it went, and nobody is if it is `quiet`."""

    def __init__(self, command: Command, origin: MessagePump | None = None, *, quiet: bool = False) -> None:
        self.command = command
        self.origin = origin
        self.quiet = quiet
        super().__init__()


class Settled(Message):
    """A command was carried out, or refused with a sentence."""

    def __init__(self, command: Command, refusal: str | None) -> None:
        self.command = command
        self.refusal = refusal
        super().__init__()


class Practise(Message):
    """Please open a drill."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice
        super().__init__()


class Revisit(Message):
    """Please show a past drill again: its debrief, or the room as it was."""

    def __init__(self, run_folder: Path, codename: str, *, replay: bool = False) -> None:
        self.run_folder = run_folder
        self.codename = codename
        self.replay = replay
        super().__init__()


class ShowTeam(Message):
    """Please show the leads' screen."""
