"""What was done so far: each ops or shell line with its exit code and its output."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.reactive import var

from gameday.tui.state import Operation, RoomState
from gameday.tui.widgets.lines import LineView
from gameday.tui.words import MUTED, hms, row


class OpsLog(LineView):
    """A transcript, oldest first."""

    room: var[RoomState] = var(RoomState(), always_update=True)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._done = 0
        self._lines: list[Content] = []

    def watch_room(self, room: RoomState) -> None:
        for operation in room.operations[self._done :]:
            self._lines += transcript(operation)
        if self._done != len(room.operations):
            self._done = len(room.operations)
            self.lines_changed()

    def line_count(self) -> int:
        return max(1, len(self._lines))

    def line(self, y: int) -> Content:
        if not self._lines:
            return row((" nothing was done yet; i writes an ops line, ! before it goes to the shell", MUTED))
        return self._lines[y]


def transcript(operation: Operation) -> Iterator[Content]:
    """The lines of one operation: what was asked, how it went, what it changed, what it printed."""
    prompt = "$ " if operation.tier == "shell" else "ops "
    line = operation.line.removeprefix("ops ")
    outcome = (
        (f"  ✓ {operation.duration_s:.1f} s", "$text-success")
        if operation.exit_code == 0
        else (f"  ✗ exit {operation.exit_code}, {operation.duration_s:.1f} s", "bold $text-error")
    )
    tier = ("  write", "bold $text-accent") if operation.tier == "write" else ("", "")
    yield row((f" {hms(operation.wall)} ", MUTED), (prompt, "$text-primary"), (line, "bold"), tier, outcome)
    if operation.changed:
        yield row((f"          → {operation.changed}", "$text-accent"))
    for printed in operation.output.splitlines():
        yield row(f"          {printed}")
    yield Content("")
