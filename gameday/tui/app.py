"""The Textual app of one drill: it hears the session, hands on what it heard, and carries commands."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.screen import Screen
from textual.worker import Worker, WorkerCancelled, WorkerFailed, WorkerState

from gameday.drill.commands import Command
from gameday.drill.session import CommandRefused, Session, SignalSample
from gameday.errors import DrillAborted, GamedayError
from gameday.journal.events import AssistantsSeen, DrillPaused, DrillResumed, Entry, Event
from gameday.text import one_line, plain
from gameday.tui.history import SignalHistory
from gameday.tui.logs import LogBuffer
from gameday.tui.messages import Send, Settled
from gameday.tui.screens.ask import ConfirmScreen, LeavingScreen
from gameday.tui.screens.reflect import ReflectScreen
from gameday.tui.screens.start import StartScreen
from gameday.tui.state import RoomState, fold
from gameday.tui.theme import ANSI_DARK, ANSI_LIGHT, DARK, LIGHT
from sandbox.errors import SandboxError
from sandbox.runtime.base import LogLine


class _Ear:
    """The app's listener. It only notes what came; the app shows the sum of it when it gets to it."""

    def __init__(self, app: GamedayApp) -> None:
        self._app = app

    def on_event(self, entry: Entry, event: Event) -> None:
        self._app.hear(entry, event)

    def on_logs(self, lines: Sequence[LogLine]) -> None:
        self._app.logs.extend(lines)

    def on_signals(self, sample: SignalSample) -> None:
        self._app.hear_signals(sample)


class _LeaveScreen(ConfirmScreen):
    """The question that quitting asks; the quit key says yes to it."""


class GamedayApp(App[None]):
    """One drill, from the sandbox coming up to the debrief.

    It ends with `return_code` 0, with that of `DrillAborted` if it was left, or with the exit code
    of what ended the session; then `failure` holds the exception, and its text is printed once the
    terminal is restored.
    """

    CSS_PATH = "gameday.tcss"
    TITLE = "Gameday"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit", show=False, priority=True),
        Binding("ctrl+t", "toggle_light", show=False),
    ]

    room: reactive[RoomState] = reactive(RoomState(), always_update=True, init=False)
    signals: reactive[SignalHistory] = reactive(SignalHistory(), always_update=True, init=False)

    def __init__(self, session: Session, now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.session = session
        self.now = now
        self.logs = LogBuffer()
        self.failure: BaseException | None = None
        self._play: Worker[None] | None = None
        self._room = RoomState()
        self._signals = SignalHistory()
        self._show_due = False
        self._in_room = False
        self._leaving = False

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.ansi_theme_dark, self.ansi_theme_light = ANSI_DARK, ANSI_LIGHT
        self.theme = DARK.name
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._told_to_end)
        self.push_screen(StartScreen().data_bind(GamedayApp.room))
        self.session.listen(_Ear(self))
        self.call_after_refresh(self._start)

    async def on_unmount(self) -> None:
        """Whatever ended the app, the session has cleaned up before the event loop goes."""
        if self._play is not None and self._playing:
            if not self._play.is_cancelled:
                self._play.cancel()
            with suppress(WorkerFailed, WorkerCancelled):
                await self._play.wait()

    @property
    def _playing(self) -> bool:
        return self._play is not None and not self._play.is_finished

    def _start(self) -> None:
        self._play = self.run_worker(self.session.run(), name="session", exit_on_error=False)

    # What is heard

    def hear(self, entry: Entry, event: Event) -> None:
        self._room = fold(self._room, entry, event)
        if isinstance(event, AssistantsSeen):
            names = one_line(", ".join(event.names))
            self.notify(f"An assistant runs on this machine ({names}); the record says so.", markup=False)
        elif isinstance(event, DrillPaused):
            self.notify(plain(event.reason), title="The drill is paused", severity="warning", markup=False)
        elif isinstance(event, DrillResumed):
            self.notify("The drill goes on.", markup=False)
        self._show_soon()

    def hear_signals(self, sample: SignalSample) -> None:
        self._signals = self._signals.add(sample)
        self._show_soon()

    def _show_soon(self) -> None:
        """Show once for all that comes before the app's queue gets to it."""
        if not self._show_due:
            self._show_due = True
            self.call_later(self._show)

    def _show(self) -> None:
        self._show_due = False
        if self.signals is not self._signals:
            self.signals = self._signals
        if self.room is not self._room:
            self.room = self._room

    def watch_room(self, room: RoomState) -> None:
        if room.stage in ("on call", "incident", "mitigated") and not self._in_room:
            from gameday.tui.screens.room import RoomScreen

            self._in_room = True
            screen = RoomScreen(self.session, self.logs, self.now)
            self._replace_screens(screen.data_bind(GamedayApp.room, GamedayApp.signals))
        elif room.stage == "over" and self._playing:
            self._over(room)

    def _over(self, room: RoomState) -> None:
        if isinstance(self.screen, ReflectScreen):
            return
        if room.reflecting != "no":
            self.push_screen(ReflectScreen(ai=room.reflecting == "ai"))
        elif not isinstance(self.screen, LeavingScreen):
            self.push_screen(LeavingScreen("The drill is over"))

    def _replace_screens(self, screen: Screen[None]) -> None:
        """Show `screen` in place of whatever is open, questions and forms included."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        self.switch_screen(screen)

    # What is sent

    @on(Send)
    def carry(self, message: Send) -> None:
        self.run_worker(self._send(message), name="send", group="send")

    async def _send(self, message: Send) -> None:
        refusal = await self._refusal(message.command)
        if refusal is not None:
            self.notify(refusal, severity="warning", markup=False)
        if message.origin is not None:
            message.origin.post_message(Settled(message.command, refusal))

    async def _refusal(self, command: Command) -> str | None:
        try:
            await self.session.send(command)
        except (CommandRefused, SandboxError) as error:
            return plain(str(error))
        return None

    # How it ends

    async def action_quit(self) -> None:
        """Ask once, then stop the session and wait until it has cleaned up."""
        if self._leaving or isinstance(self.screen, LeavingScreen):
            return
        if isinstance(self.screen, ReflectScreen):
            self.screen.action_skip()
        elif isinstance(self.screen, _LeaveScreen):
            self.screen.dismiss(True)
        elif not self._playing:
            self.exit()
        else:
            detail = "The drill is aborted and does not count. The sandbox is removed."
            self.push_screen(_LeaveScreen("Leave the drill?", detail), self._leave)

    def _told_to_end(self) -> None:
        """The terminal was closed or somebody ends the program: no questions, but a clean world."""
        self._leaving = True
        if self._playing and self._play is not None:
            self._play.cancel()
        else:
            self.exit(return_code=DrillAborted.exit_code)

    def action_help_quit(self) -> None:
        """Textual's own answer to ctrl+c, which `action_quit` gives here."""

    def _leave(self, sure: bool | None) -> None:
        if sure and self._play is not None:
            self._leaving = True
            self.push_screen(LeavingScreen("Leaving"))
            self._play.cancel()

    @on(Worker.StateChanged)
    def session_changed(self, event: Worker.StateChanged) -> None:
        if event.worker is not self._play or event.state in (WorkerState.PENDING, WorkerState.RUNNING):
            return
        if event.state is WorkerState.ERROR and not isinstance(event.worker.error, DrillAborted):
            self._fail(event.worker.error)
        elif event.state is WorkerState.SUCCESS and not self._leaving:
            self._debrief()
        else:
            self.exit(return_code=DrillAborted.exit_code)

    def _debrief(self) -> None:
        from gameday.tui.screens.debrief import DebriefScreen

        self._replace_screens(DebriefScreen(self.session.run_folder, self.room.codename))

    def _fail(self, error: BaseException | None) -> None:
        self.failure = error
        expected = isinstance(error, GamedayError | SandboxError)
        said = str(error) if expected else f"{type(error).__name__}: {error}"
        self.exit(return_code=getattr(error, "exit_code", 1), message=Text(plain(said)))

    # Extras

    def action_help(self) -> None:
        from gameday.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.session.vocabulary))

    def action_toggle_light(self) -> None:
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name
