"""What screens and widgets ask of the app, and what it tells them back."""

from __future__ import annotations

from textual.message import Message
from textual.message_pump import MessagePump

from gameday.drill.commands import Command


class Send(Message):
    """Please send this command; `origin` is told how it went."""

    def __init__(self, command: Command, origin: MessagePump | None = None) -> None:
        self.command = command
        self.origin = origin
        super().__init__()


class Settled(Message):
    """A command was carried out, or refused with a sentence."""

    def __init__(self, command: Command, refusal: str | None) -> None:
        self.command = command
        self.refusal = refusal
        super().__init__()
