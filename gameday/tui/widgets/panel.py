"""A titled box of the side."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from gameday.tui.state import RoomState


class Panel(Static):
    """Says something about the room, and is redrawn when that differs."""

    room: var[RoomState] = var(RoomState(), always_update=True)

    def watch_room(self, room: RoomState) -> None:
        said = self.say(room)
        if said != self.content:
            self.update(said)

    def say(self, room: RoomState) -> Content:
        raise NotImplementedError
