"""The room as it was in a past drill: played at up to 60 times its speed, or gone through by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.widgets import Input

from gameday.drill.seal import DebriefSealed, seal_on
from gameday.journal.reader import read
from gameday.journal.series import read_series
from gameday.tui.logs import LogBuffer
from gameday.tui.messages import Revisit
from gameday.tui.replay import SPEEDS, Replay, ReplaySession
from gameday.tui.screens.keys import explain
from gameday.tui.screens.room import RoomScreen
from gameday.tui.widgets.key_footer import KeyFooter
from gameday.tui.widgets.ops_line import OpsLine
from gameday.tui.widgets.replay_bar import ReplayBar
from sandbox.runtime.base import LogLine

KEYS = (
    ("space", "play or pause"),
    ("+ -", "faster or slower, from 1 to 60 times"),
    ("left right", "5 s back or on; with shift a minute"),
    ("n p", "the next or the previous moment that mattered"),
    ("home end", "to the beginning or the end"),
    ("1 2 3 …", "the tabs of the room"),
    ("c", "hide or show the clock"),
    ("d", "the debrief"),
    ("q", "leave"),
)
_FRAME_S = 0.1
_STEP_S, _STRIDE_S = 5.0, 60.0
_NO_LOGS = "log lines are not kept with a drill; what was asked for, and what came of it, is"
_MOVES = frozenset({"play", "seek", "jump", "speed", "edge"})
_LOOKS = frozenset({"tab", "clock", "release", "search", "filter", "debrief", "explain"})


def load(run_folder: Path) -> Replay:
    """Read a run for its replay; it need not have been finished.

    Raises:
        BadJournal: the journal or the curves cannot be read.
        DebriefSealed: it would spoil a drill that is still to come.
    """
    seal = seal_on(run_folder)
    if seal is not None:
        raise DebriefSealed(seal)
    return Replay(read(run_folder), read_series(run_folder))


class ReplayScreen(RoomScreen):
    """The same room, drawn at a moment of one's choice. Nothing can be done in it."""

    LIVE: ClassVar[bool] = False
    COMMANDS: ClassVar[set[Any]] = set()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "play", "Play", priority=True),
        Binding("left", "seek(-1)", "Back", priority=True),
        Binding("right", "seek(1)", "On", priority=True),
        Binding("shift+left", "seek(-2)", show=False, priority=True),
        Binding("shift+right", "seek(2)", show=False, priority=True),
        Binding("n", "jump(1)", "Next moment"),
        Binding("p", "jump(-1)", "Previous"),
        Binding("plus,equals_sign", "speed(1)", "Faster", key_display="+"),
        Binding("minus", "speed(-1)", "Slower", key_display="-"),
        Binding("home", "edge(-1)", show=False, priority=True),
        Binding("end", "edge(1)", show=False, priority=True),
        Binding("d", "debrief", "Debrief"),
        Binding("question_mark", "explain", "Help", key_display="?"),
        Binding("q", "app.home", "Leave"),
    ]

    position: var[float] = var(0.0, init=False)
    """The moment that is shown, UNIX seconds."""
    speed: var[int] = var(10, init=False)
    playing: var[bool] = var(False, init=False)

    def __init__(
        self,
        replay: Replay,
        run_folder: Path,
        codename: str,
        pace: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args:
        pace: the clock that playing follows, seconds.
        """
        logs = LogBuffer()
        logs.extend([LogLine("replay", 1, replay.begin, _NO_LOGS)])
        super().__init__(ReplaySession(str(run_folder)), logs, lambda: self.position)
        self._replay = replay
        self._run_folder = run_folder
        self._codename = codename
        self._pace = pace
        self._paced_at = pace()
        self._second = -1
        self.set_reactive(ReplayScreen.position, replay.begin)

    def on_mount(self) -> None:
        self.query_one(OpsLine).display = False
        bar = ReplayBar(self._replay).data_bind(
            ReplayScreen.position, ReplayScreen.speed, ReplayScreen.playing
        )
        self.mount(bar, before=self.query_one(KeyFooter))
        self.set_interval(_FRAME_S, self.advance)
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What would act is not there; while something is typed, its keys are keys."""
        if action in _MOVES:
            return not isinstance(self.focused, Input)
        return action in _LOOKS and (
            action in ("debrief", "explain") or super().check_action(action, parameters)
        )

    def advance(self) -> None:
        """Go on by as much as has passed since the last frame, times the speed."""
        now = self._pace()
        passed, self._paced_at = now - self._paced_at, now
        if self.playing:
            self._go(self.position + passed * self.speed)
            if self.position >= self._replay.end:
                self.playing = False

    def _go(self, wall: float) -> None:
        self.position = max(self._replay.begin, min(self._replay.end, wall))
        self._show()

    def _show(self) -> None:
        room = self._replay.state(self.position)
        if room is not self.room:
            self.room = room
        if int(self.position) != self._second:
            self._second = int(self.position)
            self.signals = self._replay.signals(self.position)

    @on(ReplayBar.Went)
    def pointed(self, event: ReplayBar.Went) -> None:
        self._go(event.wall)

    # Keys

    def action_play(self) -> None:
        if not self.playing and self.position >= self._replay.end:
            self._go(self._replay.begin)
        self.playing = not self.playing

    def action_seek(self, steps: int) -> None:
        by = _STEP_S if abs(steps) == 1 else _STRIDE_S
        self._go(self.position + (by if steps > 0 else -by))

    def action_edge(self, side: int) -> None:
        self._go(self._replay.begin if side < 0 else self._replay.end)

    def action_jump(self, direction: int) -> None:
        """To the next moment that mattered, or back to the one before."""
        walls = sorted({mark.wall for mark in self._replay.marks})
        if direction > 0:
            self._go(next((wall for wall in walls if wall > self.position), self._replay.end))
        else:
            before = [wall for wall in walls if wall < self.position]
            self._go(before[-1] if before else self._replay.begin)

    def action_speed(self, direction: int) -> None:
        at = SPEEDS.index(self.speed) + direction
        self.speed = SPEEDS[max(0, min(len(SPEEDS) - 1, at))]

    def action_explain(self) -> None:
        explain(self, "Replay", KEYS, "Nothing can be done in a replay; the tabs look at what was recorded.")

    def action_debrief(self) -> None:
        self.post_message(Revisit(self._run_folder, self._codename))
