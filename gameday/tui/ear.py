"""What a drill says, and the sum of it, which is handed to the app when it gets to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gameday.drill.session import SignalSample
from gameday.journal.events import (
    AssistantsSeen,
    DrillPaused,
    DrillResumed,
    Entry,
    Event,
    PersonAnswered,
)
from gameday.text import one_line, plain
from gameday.tui.history import SignalHistory
from gameday.tui.logs import LogBuffer
from gameday.tui.state import RoomState, fold
from sandbox.runtime.base import LogLine

if TYPE_CHECKING:
    from gameday.tui.app import GamedayApp


class Ear:
    """The app's listener on one drill; the app's room and signals start anew with it."""

    def __init__(self, app: GamedayApp) -> None:
        self.logs = LogBuffer()
        self._app = app
        self._room, self._signals = RoomState(), SignalHistory()
        self._due = False
        app.room, app.signals = self._room, self._signals

    def on_event(self, entry: Entry, event: Event) -> None:
        self._room = fold(self._room, entry, event)
        if isinstance(event, AssistantsSeen):
            names = one_line(", ".join(event.names))
            said = f"An assistant runs on this machine ({names}); the record says so."
            self._app.notify(said, markup=False)
        elif isinstance(event, PersonAnswered):
            self._app.notify(plain(event.says), title=one_line(event.name), markup=False)
        elif isinstance(event, DrillPaused):
            self._app.notify(
                plain(event.reason), title="The drill is paused", severity="warning", markup=False
            )
        elif isinstance(event, DrillResumed):
            self._app.notify("The drill goes on.", markup=False)
        self._show_soon()

    def on_logs(self, lines: Sequence[LogLine]) -> None:
        self.logs.extend(lines)

    def on_signals(self, sample: SignalSample) -> None:
        self._signals = self._signals.add(sample)
        self._show_soon()

    def _show_soon(self) -> None:
        """Show once for all that comes before the app's queue gets to it."""
        if not self._due:
            self._due = True
            self._app.call_later(self._show)

    def _show(self) -> None:
        self._due = False
        if self._app.signals is not self._signals:
            self._app.signals = self._signals
        if self._app.room is not self._room:
            self._app.room = self._room
