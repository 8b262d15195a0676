"""A past drill as the room would have shown it at any moment, from its journal and its kept curves.

The room is drawn from events only, so any moment of it is a fold of the events up to then. Folds are frozen
and share their parts, so one is kept every few seconds of the drill, and to go anywhere is quick.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NoReturn

from gameday.drill.commands import Command
from gameday.drill.session import CommandRefused, Listener, Vocabulary
from gameday.drill.views import NoViews, Views
from gameday.journal.events import (
    Acknowledged,
    DrillEnded,
    FaultInjected,
    Mitigated,
    Operated,
    Paged,
    PhaseChanged,
    Relapsed,
    SliMeasured,
)
from gameday.journal.reader import Recorded
from gameday.journal.series import SeriesKept
from gameday.text import one_line
from gameday.tui.history import WINDOW_S, Series, SignalHistory
from gameday.tui.state import RoomState, fold

SPEEDS = (1, 2, 5, 10, 20, 60)
"""Seconds of the drill in a second."""
_KEYFRAME_EVENTS = 64
_NOT_KEPT = "this is a replay: nothing can be done in it, and nothing looked up that was not recorded"


@dataclass(frozen=True)
class Mark:
    """A moment to jump to."""

    wall: float
    glyph: str
    words: str


class Replay:
    """One drill, from when it was armed to its end. All times are UNIX seconds of the drill."""

    def __init__(self, recorded: Sequence[Recorded], series: SeriesKept | None = None) -> None:
        self._recorded = tuple(recorded)
        self._walls = [item.entry.wall for item in self._recorded]
        self._series = series
        self._sampled = frozenset(
            at
            for curve in (series.golden if series else ())
            for at, value in enumerate(curve.values)
            if value is not None
        )
        """Steps at which anything was measured; in the others nobody looked."""
        self._frames: list[tuple[int, RoomState]] = [(0, RoomState())]
        self._at = (0, RoomState())
        self.begin = next(
            (
                item.entry.wall
                for item in self._recorded
                if isinstance(item.event, PhaseChanged) and item.event.phase == "armed"
            ),
            self._walls[0],
        )
        self.end = next(
            (item.entry.wall for item in self._recorded if isinstance(item.event, DrillEnded)),
            self._walls[-1],
        )
        self.marks = tuple(mark for item in self._recorded if (mark := _mark(item)) is not None)

    def state(self, wall: float) -> RoomState:
        """The room at that moment."""
        until = bisect_right(self._walls, wall)
        done, state = self._at if self._at[0] <= until else self._frame(until)
        for number in range(done, until):
            if number % _KEYFRAME_EVENTS == 0 and number > self._frames[-1][0]:
                self._frames.append((number, state))
            item = self._recorded[number]
            state = fold(state, item.entry, item.event)
        self._at = (until, state)
        return state

    def _frame(self, until: int) -> tuple[int, RoomState]:
        """The newest kept fold of at most so many events."""
        return self._frames[bisect_right([done for done, _ in self._frames], until) - 1]

    def signals(self, wall: float) -> SignalHistory:
        """The golden signals of the minutes before that moment; none where they were not kept."""
        series = self._series
        if series is None:
            return SignalHistory()
        last = int((wall - series.begin) // series.step_s)
        first = max(0, last - int(WINDOW_S / series.step_s) + 1)
        sampled = [at for at in range(first, last + 1) if at in self._sampled]
        found = {}
        for curve in series.golden:
            points = tuple((series.begin + at * series.step_s, curve.values[at]) for at in sampled)
            if points:
                found[one_line(curve.service), one_line(curve.name)] = Series(one_line(curve.unit), points)
        return SignalHistory(MappingProxyType(found), series.begin + last * series.step_s)

    def served(self, width: int) -> tuple[float | None, ...]:
        """The share of good requests in each of `width` equal stretches; None where nobody came."""
        seconds: dict[int, tuple[int, int]] = {}
        for item in self._recorded:
            if isinstance(item.event, SliMeasured):
                journeys = item.event.journeys.values()
                seconds[item.event.second] = (
                    sum(journey.count for journey in journeys),
                    sum(journey.good for journey in journeys),
                )
        shares = []
        for at in range(width):
            first = int(self.begin + at / width * self.length_s)
            until = max(first + 1, int(self.begin + (at + 1) / width * self.length_s))
            held = [seconds[second] for second in range(first, until) if second in seconds]
            count = sum(each for each, _ in held)
            shares.append(sum(good for _, good in held) / count if count else None)
        return tuple(shares)

    @property
    def length_s(self) -> float:
        return max(1.0, self.end - self.begin)


def _mark(item: Recorded) -> Mark | None:
    wall = item.entry.wall
    match item.event:
        case FaultInjected(onset=onset):
            return Mark(onset, "↯", "the world was broken")
        case Paged():
            return Mark(wall, "☎", "the page")
        case Acknowledged():
            return Mark(wall, "✓", "acknowledged")
        case Operated(tier="write", line=line):
            return Mark(wall, "»", one_line(line))
        case Mitigated(since=since):
            return Mark(since, "▲", "mitigated")
        case Relapsed(since=since):
            return Mark(since, "▼", "relapsed")
        case DrillEnded():
            return Mark(wall, "■", "the end")
    return None


class ReplaySession:
    """A `Session` in which nothing can be done, for the room that shows a replay."""

    def __init__(self, run_folder: str) -> None:
        self._run_folder = run_folder

    @property
    def vocabulary(self) -> Vocabulary:
        return Vocabulary((), {}, {}, {}, {})

    @property
    def run_folder(self) -> str:
        return self._run_folder

    @property
    def views(self) -> Views:
        return NoViews("a replay has no live company; what was looked at is in the shell's tab")

    def listen(self, listener: Listener) -> Callable[[], None]:
        """There is nothing to hear: the screen asks the replay."""
        return lambda: None

    async def send(self, command: Command) -> NoReturn:
        raise CommandRefused(_NOT_KEPT)

    def blast_radius(self, line: str) -> NoReturn:
        raise CommandRefused(_NOT_KEPT)

    async def run(self) -> None:
        """Over before it began."""
