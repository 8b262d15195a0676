"""The keys of the room that become commands, and the questions that they ask first."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from textual import on
from textual.app import ScreenStackError
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.screen import Screen

from gameday.drill.commands import (
    Acknowledge,
    Command,
    DisposeHint,
    Operate,
    PagePerson,
    Pause,
    Pin,
    Resume,
    RuleOut,
    Shell,
    StandDown,
)
from gameday.drill.session import CommandRefused, Session
from gameday.reports.words import cause
from gameday.text import plain
from gameday.tui.beliefs import ranked
from gameday.tui.messages import Send, Settled
from gameday.tui.screens.ask import ChoiceScreen, ConfirmScreen, NoteScreen
from gameday.tui.screens.forms import BeliefForm, DiagnosisForm
from gameday.tui.screens.pin import PinScreen
from gameday.tui.state import RoomState
from gameday.tui.widgets.hints import HintsPanel
from gameday.tui.widgets.ops_line import OpsLine


class Deeds(Screen[None]):
    """What the engineer can do in the room, whatever it looks like."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "acknowledge", "Ack"),
        Binding("i,colon", "write", "Ops", key_display="i"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("b", "believe", "Belief"),
        Binding("e", "pin", "Pin"),
        Binding("r", "rule_out", "Rule out"),
        Binding("h", "hints", "Hints"),
        Binding("d", "diagnose", "Diagnose"),
        Binding("s", "stand_down", "Stand down"),
        Binding("g", "page_person", "Get", show=False),
        Binding("n", "note", "Note", show=False),
        Binding("p", "pause", "Pause", show=False),
    ]

    room: var[RoomState] = var(RoomState(), always_update=True)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._diagnosis = DiagnosisForm(session.vocabulary)

    def install_forms(self) -> None:
        self.app.install_screen(self._diagnosis, "diagnosis")

    def on_unmount(self) -> None:
        """The next drill's form takes the name; an app that ends may still show this one."""
        with suppress(ScreenStackError):
            self.app.uninstall_screen("diagnosis")

    def in_hand(self) -> tuple[str, str]:
        """Where the eyes are, and the line that they are on; the line is empty if there is none."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "hints":
            return self.room.mode != "manual"
        if action == "acknowledge":
            return self.room.acknowledged_at is None
        if action == "rule_out":
            return any(not each.ruled_out for each in self.room.hypotheses)
        return True

    def do(self, command: Command) -> None:
        self.post_message(Send(command, self))

    # The incident

    def action_acknowledge(self) -> None:
        self.do(Acknowledge())

    def action_note(self) -> None:
        self.app.push_screen(NoteScreen())

    def action_pause(self) -> None:
        self.do(Resume() if self.room.paused_at is not None else Pause("by the engineer"))

    def action_stand_down(self) -> None:
        detail = "The drill ends here, and the customers stay as they are. It counts as not resolved."
        if self.room.stage == "mitigated":
            detail = "The drill ends here. Without a diagnosis that part of the score stays empty."
        self.app.push_screen(ConfirmScreen("Stand down?", detail), self._stand_down)

    def _stand_down(self, sure: bool | None) -> None:
        if sure:
            self.do(StandDown())

    def action_page_person(self) -> None:
        screen = ChoiceScreen(
            "Page whom?", self._session.vocabulary.people, placeholder="what do you ask them?", lacking=""
        )
        self.app.push_screen(screen, self._page)

    def _page(self, chosen: tuple[str, str] | None) -> None:
        if chosen is not None:
            self.do(PagePerson(*chosen))

    # What one thinks

    def action_believe(self) -> None:
        self.app.push_screen(BeliefForm(self._session.vocabulary))

    def action_diagnose(self) -> None:
        self._diagnosis.suppose(
            next((each for each in ranked(self.room.hypotheses) if not each.ruled_out), None)
        )
        self.app.push_screen("diagnosis")

    def action_pin(self) -> None:
        source, text = self.in_hand()
        standing = [each for each in ranked(self.room.hypotheses) if not each.ruled_out]

        def pinned(pin: Pin | None) -> None:
            if pin is not None:
                self.do(pin)

        self.app.push_screen(PinScreen(source, text, standing), pinned)

    def action_rule_out(self) -> None:
        standing = [each for each in ranked(self.room.hypotheses) if not each.ruled_out]
        names = {str(at): cause(each.components, each.mechanisms) for at, each in enumerate(standing)}

        def ruled(chosen: tuple[str, str] | None) -> None:
            if chosen is not None:
                out = standing[int(chosen[0])]
                self.do(RuleOut(out.components, out.mechanisms, chosen[1]))

        self.app.push_screen(
            ChoiceScreen("It isn't…", names, placeholder="because…", lacking="Say why, in a few words."),
            ruled,
        )

    @on(HintsPanel.Disposed)
    def dispose(self, event: HintsPanel.Disposed) -> None:
        """An accepted suggestion goes to the ops line and no further."""
        self.do(DisposeHint(event.hint.number, event.fate))
        if event.fate != "rejected" and event.hint.suggests:
            self.offer(event.hint.suggests)

    # Lines

    def action_write(self) -> None:
        # At once: what is typed next is a line, and not a row of keys.
        self.set_focus(self.query_one(OpsLine).input)

    def offer(self, line: str) -> None:
        """Put a line where it can be completed and sent."""
        ops = self.query_one(OpsLine)
        ops.offer(f"ops {line}" if ops.shell else line)

    @on(OpsLine.Entered)
    def carry_out(self, event: OpsLine.Entered) -> None:
        """A shell line goes as it is; a write says first what it would touch."""
        line = event.line
        if line.startswith("!"):
            self._send_line(line, Shell(line[1:].strip()))
        else:
            self.operate(line)

    def operate(self, line: str) -> None:
        """One `ops` line, after one question if it writes."""
        try:
            radius = self._session.blast_radius(line)
        except CommandRefused as refusal:
            self.notify(plain(str(refusal)), severity="warning", markup=False)
            return
        if radius is None:
            self._send_line(line, Operate(line))
            return

        def answered(sure: bool | None) -> None:
            if sure:
                self._send_line(line, Operate(line))

        self.app.push_screen(ConfirmScreen("Do it?", radius, subject=line), answered)

    def _send_line(self, line: str, command: Operate | Shell) -> None:
        self.query_one(OpsLine).sent(line)
        self.do(command)

    @on(Settled)
    def settled(self, event: Settled) -> None:
        if isinstance(event.command, Operate | Shell):
            line = event.command.line
            line = f"!{line}" if isinstance(event.command, Shell) else line
            self.query_one(OpsLine).settled(line, refused=event.refusal is not None)
