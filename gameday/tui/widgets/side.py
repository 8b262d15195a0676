"""The side column: what fires, what one believes, what the advisor says, what was noted."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import var

from gameday.tui.state import Alert, ChannelLine, RoomState
from gameday.tui.widgets.belief_panels import BeliefsPanel, EvidencePanel
from gameday.tui.widgets.hints import HintsPanel
from gameday.tui.widgets.panel import Panel
from gameday.tui.words import MUTED, column, hms, row

_LATEST = 3
_SPOKEN = 6
_IN_FULL = 2
"""Alerts, the newest, that are told with their summary."""


class AlertsPanel(Panel):
    BORDER_TITLE = "Alerts"

    def say(self, room: RoomState) -> Content:
        if not room.alerts:
            return row(("nothing fires", MUTED))
        older, newest = room.alerts[:-_IN_FULL], room.alerts[-_IN_FULL:]
        return column([*map(_in_short, older), *map(_alert, newest)])


def _alert(alert: Alert) -> Content:
    return row(_named(alert), "\n", (f"  {hms(alert.since)} ", MUTED), alert.summary)


def _in_short(alert: Alert) -> Content:
    """A line for each, so that many alerts don't push out what one believes."""
    return row(_named(alert), (f" {hms(alert.since)}", MUTED))


def _named(alert: Alert) -> tuple[str, str]:
    glyph, style = ("☎", "bold $text-error") if alert.severity == "page" else ("▪", "bold $text-warning")
    return f"{glyph} {alert.name}", style


class ChannelPanel(Panel):
    BORDER_TITLE = "Channel"

    def say(self, room: RoomState) -> Content:
        return column([_spoken(line) for line in room.channel[-_SPOKEN:]])

    def watch_room(self, room: RoomState) -> None:
        self.display = bool(room.channel)
        super().watch_room(room)


def _spoken(line: ChannelLine) -> Content:
    return row((f"{hms(line.wall)} ", MUTED), (f"{line.who}: ", "bold"), line.text)


class NotesPanel(Panel):
    BORDER_TITLE = "Notes"

    def say(self, room: RoomState) -> Content:
        notes = [row((f"{hms(note.wall)} ", MUTED), note.text) for note in room.notes[-_LATEST:]]
        return column(notes)

    def watch_room(self, room: RoomState) -> None:
        self.display = bool(room.notes)
        super().watch_room(room)


class Side(VerticalScroll, can_focus=False):
    """The panels under each other; it stands twice in the room, in a column and in a tab."""

    room: var[RoomState] = var(RoomState(), always_update=True)

    def compose(self) -> ComposeResult:
        yield AlertsPanel().data_bind(Side.room)
        yield BeliefsPanel().data_bind(Side.room)
        yield HintsPanel().data_bind(Side.room)
        yield EvidencePanel().data_bind(Side.room)
        yield ChannelPanel().data_bind(Side.room)
        yield NotesPanel().data_bind(Side.room)
