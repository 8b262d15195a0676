"""The bastion in place: what was done so far, line by line, and how to open it in a second terminal."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from gameday.tui.state import RoomState
from gameday.tui.tabs.base import Tab
from gameday.tui.widgets.ops_log import OpsLog
from gameday.tui.words import MUTED


class ShellTab(Tab):
    """The transcript; the line below it is the shell's while this tab is open."""

    TARGET: ClassVar[str] = "#ops-input"
    REST: ClassVar[str] = "#ops"

    def compose(self) -> ComposeResult:
        yield Static(id="shell-status", classes="status")
        yield OpsLog(id="ops").data_bind(ShellTab.room)

    def watch_room(self, room: RoomState) -> None:
        if self.is_mounted:
            self.say(
                ("a second terminal: ", MUTED),
                (f"gameday shell {room.sandbox_id}", "bold $text-primary"),
                ("   here ", MUTED),
                ("ops …", "bold"),
                (" operates, esc scrolls", MUTED),
            )

    def evidence(self) -> str:
        if not self.room.operations:
            return ""
        last = self.room.operations[-1]
        printed = next((line.strip() for line in last.output.splitlines() if line.strip()), "")
        return f"{last.line}: {printed}" if printed else last.line
