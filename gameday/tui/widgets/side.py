"""The side column: what fires, what one believes, what the advisor says, what was noted."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from gameday.reports.words import cause
from gameday.tui.state import Alert, Belief, ChannelLine, RoomState
from gameday.tui.widgets.hints import HintsPanel
from gameday.tui.words import MUTED, column, hms, percent, row

_LATEST = 3
_SPOKEN = 6


class Panel(Static):
    """A titled box that says something about the room, and is redrawn when that differs."""

    room: reactive[RoomState] = reactive(RoomState(), always_update=True)

    def watch_room(self, room: RoomState) -> None:
        said = self.say(room)
        if said != self.content:
            self.update(said)

    def say(self, room: RoomState) -> Content:
        raise NotImplementedError


class AlertsPanel(Panel):
    BORDER_TITLE = "Alerts"

    def say(self, room: RoomState) -> Content:
        if not room.alerts:
            return row(("nothing fires", MUTED))
        return column([_alert(alert) for alert in room.alerts])


def _alert(alert: Alert) -> Content:
    glyph, style = ("☎", "bold $text-error") if alert.severity == "page" else ("▪", "bold $text-warning")
    return row((f"{glyph} {alert.name}", style), "\n", (f"  {hms(alert.since)} ", MUTED), alert.summary)


class BeliefsPanel(Panel):
    BORDER_TITLE = "Beliefs"

    def say(self, room: RoomState) -> Content:
        lines = [_belief(belief) for belief in reversed(room.beliefs[-_LATEST:])]
        if room.asked:
            asked = row(("? what do you believe now? ", "bold $text-accent"), ("b answers", MUTED))
            return column([asked, *lines])
        return column(lines) if lines else row(("none stated; b states one", MUTED))


def _belief(belief: Belief) -> Content:
    when = (f"{hms(belief.wall)} ", MUTED)
    if not (belief.components or belief.mechanisms):
        return row(when, "don't know yet")
    said = cause(belief.components, belief.mechanisms)
    return row(when, said, (f" {percent(belief.confidence)} sure", "bold"))


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

    room: reactive[RoomState] = reactive(RoomState(), always_update=True)

    def compose(self) -> ComposeResult:
        yield AlertsPanel().data_bind(Side.room)
        yield ChannelPanel().data_bind(Side.room)
        yield HintsPanel().data_bind(Side.room)
        yield BeliefsPanel().data_bind(Side.room)
        yield NotesPanel().data_bind(Side.room)
