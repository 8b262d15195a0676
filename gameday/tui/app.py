"""The Textual app: home, and one drill at a time, whose session it hears and whose commands it carries."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from rich.text import Text
from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.reactive import var
from textual.screen import Screen
from textual.worker import Worker, WorkerCancelled, WorkerFailed, WorkerState

from gameday.errors import DrillAborted, GamedayError
from gameday.text import plain
from gameday.tui import collector
from gameday.tui.driver import lasting
from gameday.tui.house import Choice, House
from gameday.tui.messages import Practise, Revisit, Send, Settled, ShowTeam
from gameday.tui.screens.ask import ConfirmScreen, LeavingScreen
from gameday.tui.screens.reflect import ReflectScreen
from gameday.tui.theme import ANSI_DARK, ANSI_LIGHT, DARK, LIGHT
from sandbox.errors import SandboxError
from scenarios.errors import ScenarioError

if TYPE_CHECKING:
    from gameday.drill.commands import Command
    from gameday.drill.session import Session
    from gameday.tui.ear import Ear
    from gameday.tui.history import SignalHistory
    from gameday.tui.state import RoomState


class _LeaveScreen(ConfirmScreen):
    """The question that quitting asks; the quit key says yes to it."""


class GamedayApp(App[None]):
    """One drill from the sandbox coming up to the debrief; or home, and as many drills as one likes.

    With a session it plays that and ends; without one it opens at home, and comes back there. It ends
    with `return_code` 0, with that of `DrillAborted` if a drill was left, or with the exit code of what
    ended the session; then `failure` holds the exception, and its text is printed once the terminal is
    restored.
    """

    CSS_PATH = "gameday.tcss"
    TITLE = "Gameday"
    COMMANDS: ClassVar[set[Any]] = set()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "quit", show=False, priority=True),
        Binding("ctrl+t", "toggle_light", show=False),
    ]

    # Nothing until a drill begins: what they are made of is imported then, so that home is there at once.
    # They are handed on, and never drawn here: a `reactive` would paint the whole screen for each event.
    room: var[RoomState] = var(cast("RoomState", None), always_update=True, init=False)
    signals: var[SignalHistory] = var(cast("SignalHistory", None), always_update=True, init=False)

    def __init__(
        self,
        session: Session | None = None,
        now: Callable[[], float] = time.time,
        *,
        house: House | None = None,
        visit: Revisit | None = None,
    ) -> None:
        """Args:
        session: the one drill to play; None opens the home screen, which takes a house.
        now: the wall clock, UNIX seconds.
        house: opens drills and keeps them; without one a drill's reports are somebody else's work.
        visit: a past drill to show instead, alone.
        """
        super().__init__()
        self.now = now
        self.failure: BaseException | None = None
        self.played = ""
        """The run folder of the drill that was played last."""
        self.unkept = ""
        """The run folder of a drill that has begun and is not on record yet."""
        self._house = house
        self._first = session
        self._visit = visit
        self._session: Session | None = None
        self._play: Worker[None] | None = None
        self._ear: Ear | None = None
        self._in_room = False
        self._leaving = False
        self._opening = False
        self._told = False

    def get_driver_class(self) -> type[Driver]:
        return lasting(super().get_driver_class())

    @property
    def session(self) -> Session:
        """The drill that is played, or was last."""
        assert self._session is not None
        return self._session

    @property
    def at_home(self) -> bool:
        """Whether there is a home to come back to."""
        return self._first is None and self._visit is None

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.ansi_theme_dark, self.ansi_theme_light = ANSI_DARK, ANSI_LIGHT
        self.theme = DARK.name
        for number in (signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._told_to_end)
        if self._first is not None:
            self._begin(self._first)
        elif self._visit is not None:
            self.revisit(self._visit)
        else:
            self._go_home()

    def on_ready(self) -> None:
        collector.settle(tidy=False)

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

    # Home, and from there into a drill

    def _go_home(self, said: Sequence[str] = ()) -> None:
        from gameday.tui.screens.home import HomeScreen

        assert self._house is not None
        self._leaving = False
        self._replace_screens(HomeScreen(self._house, said))

    def action_home(self) -> None:
        """Home, or out where there is none."""
        if self.at_home:
            self._go_home()
        else:
            self.exit()

    @on(Practise)
    def practise(self, message: Practise) -> None:
        if not self._opening:
            self._opening = True
            self.push_screen(LeavingScreen("A drill", "choosing the ground…", "this takes a moment"))
            self.run_worker(self._open(message.choice), name="open")

    async def _open(self, choice: Choice) -> None:
        assert self._house is not None
        try:
            session = await asyncio.to_thread(self._house.open, choice)
        except (GamedayError, SandboxError, ScenarioError) as error:
            self._go_home((str(error),))
        else:
            self._begin(session)
        finally:
            self._opening = False

    @on(Revisit)
    def revisit(self, message: Revisit) -> None:
        from gameday.tui.screens.debrief import DebriefScreen

        if message.replay:
            self.push_screen(LeavingScreen("Replay", "reading the journal…", "this takes a moment"))
            self.run_worker(self._replay(message), name="replay")
        else:
            self._replace_screens(DebriefScreen(message.run_folder, message.codename))

    @on(ShowTeam)
    def show_team(self) -> None:
        from gameday.tui.screens.leads import LeadsScreen

        assert self._house is not None
        self._replace_screens(LeadsScreen(self._house))

    async def _replay(self, message: Revisit) -> None:
        from gameday.tui.screens.replay import ReplayScreen, load

        try:
            replay = await asyncio.to_thread(load, message.run_folder)
        except GamedayError as error:
            if self.at_home:
                self._go_home((str(error),))
            else:
                self._fail(error)
        else:
            self._replace_screens(ReplayScreen(replay, message.run_folder, message.codename))

    def _begin(self, session: Session) -> None:
        """Show a drill's start, then let it run."""
        from gameday.tui.ear import Ear
        from gameday.tui.screens.start import StartScreen

        self._session = session
        self.unkept = session.run_folder
        self._in_room = self._leaving = False
        self._ear = Ear(self)
        self._replace_screens(StartScreen().data_bind(GamedayApp.room))
        session.listen(self._ear)
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        self._play = self.run_worker(self.session.run(), name="session", exit_on_error=False)

    def watch_room(self, room: RoomState) -> None:
        if room.stage in ("on call", "incident", "mitigated") and not self._in_room:
            from gameday.tui.screens.room import RoomScreen

            assert self._ear is not None
            self._in_room = True
            screen = RoomScreen(self.session, self._ear.logs, self.now)
            self._replace_screens(screen.data_bind(GamedayApp.room, GamedayApp.signals))
            self.call_after_refresh(collector.settle)
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
        if len(self.screen_stack) == 2:
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    # What is sent

    @on(Send)
    def carry(self, message: Send) -> None:
        self.run_worker(self._send(message), name="send", group="send")

    async def _send(self, message: Send) -> None:
        refusal = await self._refusal(message.command)
        if refusal is not None and not message.quiet:
            self.notify(refusal, severity="warning", markup=False)
        if message.origin is not None:
            message.origin.post_message(Settled(message.command, refusal))

    async def _refusal(self, command: Command) -> str | None:
        from gameday.drill.session import CommandRefused

        try:
            await self.session.send(command)
        except (CommandRefused, SandboxError) as error:
            return plain(str(error))
        return None

    # How it ends

    async def action_quit(self) -> None:
        """Ask once, then stop the session and wait until it has cleaned up."""
        if self._leaving or self._opening or isinstance(self.screen, LeavingScreen):
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
        self._leaving = self._told = True
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
        elif self._told:
            self.exit(return_code=DrillAborted.exit_code)
        else:
            left = self._leaving or event.state is not WorkerState.SUCCESS
            self.run_worker(self._conclude(left=left), name="conclude")

    async def _conclude(self, *, left: bool, said: str = "The drill was left; it does not count.") -> None:
        """Put the drill on record; then its debrief, or where one goes who has left it."""
        from gameday.tui.screens.debrief import DebriefScreen

        folder = Path(self.session.run_folder)
        troubles: Sequence[str] = ()
        if self._house is not None:
            troubles = tuple(await asyncio.to_thread(self._house.keep, folder))
            self.played, self.unkept = str(folder), ""
        if not left:
            self._replace_screens(DebriefScreen(folder, self.room.codename))
            for trouble in troubles:
                self.notify(plain(trouble), severity="warning", markup=False)
        elif self.at_home:
            self._go_home((said,))
        else:
            self.exit(return_code=DrillAborted.exit_code)

    def _fail(self, error: BaseException | None) -> None:
        expected = isinstance(error, GamedayError | SandboxError)
        if expected and self.at_home:
            self.run_worker(self._conclude(left=True, said=str(error)), name="conclude")
            return
        self.failure = error
        said = str(error) if expected else f"{type(error).__name__}: {error}"
        self.exit(return_code=getattr(error, "exit_code", 1), message=Text(plain(said)))

    # Extras

    def action_help(self) -> None:
        from gameday.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(None if self._session is None else self._session.vocabulary))

    def action_command_palette(self) -> None:
        """Only where there is something to be found."""
        if self.screen.COMMANDS:
            super().action_command_palette()

    def action_toggle_light(self) -> None:
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name
