"""The war room: everything known about the incident, and every way to answer it, on one screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Footer, Static

from gameday.drill.commands import Acknowledge, DisposeHint, Operate, Shell, StandDown
from gameday.drill.session import CommandRefused, Session
from gameday.text import plain
from gameday.tui.history import SignalHistory
from gameday.tui.logs import LogBuffer
from gameday.tui.messages import Send, Settled
from gameday.tui.screens.ask import ConfirmScreen, NoteScreen
from gameday.tui.screens.forms import BeliefForm, DiagnosisForm
from gameday.tui.state import RoomState
from gameday.tui.widgets.header import RoomHeader
from gameday.tui.widgets.hints import HintsPanel
from gameday.tui.widgets.log_view import LogPane
from gameday.tui.widgets.ops_line import OpsLine
from gameday.tui.widgets.ops_log import OpsLog
from gameday.tui.widgets.pager import PagerStrip
from gameday.tui.widgets.side import Side
from gameday.tui.widgets.signal_board import SignalBoard
from gameday.tui.words import MUTED, row

WIDE = 110
"""Columns from which the side has a column of its own."""
TABS = {"signals": "Signals", "logs": "Logs", "ops": "Ops", "runbook": "Runbook", "side": "Side"}
_FOCUS = {"signals": "#signals", "logs": "#log-view", "ops": "#ops", "runbook": "#runbook"}
_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]


class RoomScreen(Screen[None]):
    """Turns keys into commands and lays out the widgets; they draw themselves."""

    HORIZONTAL_BREAKPOINTS = _BREAKPOINTS
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "acknowledge", "Ack"),
        Binding("i,colon", "write", "Ops", key_display="i"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("b", "believe", "Belief"),
        Binding("n", "note", "Note"),
        Binding("h", "hints", "Hints"),
        Binding("d", "diagnose", "Diagnose"),
        Binding("slash", "filter", "Filter", show=False),
        Binding("s", "stand_down", "Stand down"),
        Binding("c", "clock", "Clock", show=False),
        *(Binding(str(number), f"tab('{tab}')", show=False) for number, tab in enumerate(TABS, 1)),
        Binding("escape", "release", show=False),
    ]

    room: reactive[RoomState] = reactive(RoomState(), always_update=True)
    signals: reactive[SignalHistory] = reactive(SignalHistory(), always_update=True)
    clock_shown: reactive[bool] = reactive(True)
    tab: reactive[str] = reactive("signals", init=False)

    def __init__(self, session: Session, logs: LogBuffer, now: Callable[[], float]) -> None:
        super().__init__()
        self._session = session
        self._logs = logs
        self._now = now
        self._diagnosis = DiagnosisForm(session.vocabulary)

    def compose(self) -> ComposeResult:
        yield RoomHeader(self._now).data_bind(RoomScreen.room, RoomScreen.clock_shown)
        yield PagerStrip().data_bind(RoomScreen.room)
        with Horizontal(id="middle"):
            with Vertical(id="main"):
                yield Static(id="tabs")
                with ContentSwitcher(initial="signals"):
                    yield SignalBoard(id="signals").data_bind(RoomScreen.room, history=RoomScreen.signals)
                    yield LogPane(self._logs, id="logs")
                    yield OpsLog(id="ops").data_bind(RoomScreen.room)
                    with VerticalScroll(id="runbook"):
                        yield Static(id="runbook-text")
                    yield Side(id="side").data_bind(RoomScreen.room)
            yield Side(id="column").data_bind(RoomScreen.room)
        yield OpsLine(self._session.vocabulary)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.app.install_screen(self._diagnosis, "diagnosis")
        self._draw_tabs()

    def on_resize(self, event: events.Resize) -> None:
        if event.size.width >= WIDE and self.tab == "side":
            self.tab = "signals"
        self._draw_tabs()

    def watch_room(self, room: RoomState) -> None:
        if self.is_mounted:
            self.query_one("#runbook-text", Static).update(_shelf(room))
            self._draw_tabs()
            self.refresh_bindings()

    def watch_tab(self, tab: str) -> None:
        self.query_one(ContentSwitcher).current = tab
        self._draw_tabs()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "hints":
            return self.room.mode != "manual" and not isinstance(self.focused, HintsPanel)
        if action == "acknowledge":
            return self.room.acknowledged_at is None
        if action == "tab" and parameters == ("side",):
            return self._narrow
        return True

    @property
    def _narrow(self) -> bool:
        return self.size.width < WIDE

    # Keys that become commands

    def action_acknowledge(self) -> None:
        self.post_message(Send(Acknowledge(), self))

    def action_believe(self) -> None:
        self.app.push_screen(BeliefForm(self._session.vocabulary))

    def action_diagnose(self) -> None:
        self.app.push_screen("diagnosis")

    def action_note(self) -> None:
        self.app.push_screen(NoteScreen())

    def action_stand_down(self) -> None:
        detail = "The drill ends here, and the customers stay as they are. It counts as not resolved."
        if self.room.stage == "mitigated":
            detail = "The drill ends here. Without a diagnosis that part of the score stays empty."
        self.app.push_screen(ConfirmScreen("Stand down?", detail), self._stand_down)

    def _stand_down(self, sure: bool | None) -> None:
        if sure:
            self.post_message(Send(StandDown(), self))

    @on(HintsPanel.Disposed)
    def dispose(self, event: HintsPanel.Disposed) -> None:
        """An accepted suggestion goes to the ops line and no further."""
        self.post_message(Send(DisposeHint(event.hint.number, event.fate), self))
        if event.fate != "rejected" and event.hint.suggests:
            self.query_one(OpsLine).offer(event.hint.suggests)

    @on(OpsLine.Entered)
    def carry_out(self, event: OpsLine.Entered) -> None:
        """A shell line goes as it is; a write says first what it would touch."""
        line = event.line
        if line.startswith("!"):
            self._send_line(line, Shell(line[1:].strip()))
            return
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
        self.post_message(Send(command, self))

    @on(Settled)
    def settled(self, event: Settled) -> None:
        if isinstance(event.command, Operate | Shell):
            line = event.command.line
            line = f"!{line}" if isinstance(event.command, Shell) else line
            self.query_one(OpsLine).settled(line, refused=event.refusal is not None)

    # Keys that only move about

    def action_tab(self, tab: str) -> None:
        self.tab = tab
        focus = _FOCUS.get(tab)
        self.set_focus(None if focus is None else self.query_one(focus))

    def action_write(self) -> None:
        self.query_one(OpsLine).input.focus()

    def action_filter(self) -> None:
        self.tab = "logs"
        self.query_one(LogPane).ask()

    def action_hints(self) -> None:
        if self._narrow:
            self.tab = "side"
        panel = self.query_one("#side" if self._narrow else "#column").query_one(HintsPanel)
        panel.focus(scroll_visible=False)
        self.call_after_refresh(panel.scroll_visible, animate=False)

    def action_clock(self) -> None:
        self.clock_shown = not self.clock_shown

    def action_release(self) -> None:
        self.set_focus(None)

    def _draw_tabs(self) -> None:
        pieces = []
        for number, (tab, title) in enumerate(TABS.items(), 1):
            if tab == "side" and not self._narrow:
                continue
            waits = " •" if tab == "side" and self.room.waiting_hints else ""
            style = "bold $block-cursor-foreground on $primary" if tab == self.tab else MUTED
            pieces += [(f" {number} {title}{waits} ", style), (" ", "")]
        self.query_one("#tabs", Static).update(row(" ", *pieces), layout=False)


def _shelf(room: RoomState) -> Content:
    """The briefing, and below it what the company wrote down; Markdown is read as it stands."""
    pieces: list[Content] = [Content(room.briefing)]
    for name, text in room.runbooks:
        pieces += [row("\n\n", (f"runbook {name}", "bold"), "\n\n"), Content(text)]
    return Content("").join(pieces)
