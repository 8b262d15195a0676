"""The drill's own clock: it stands still while a facilitator has paused the drill.

The journal's times are those of the world, which goes on. Whoever limits or scores a drill counts by the
drill's clock. A pause takes whole seconds, from the beginning of the one in which it began to the end of the
one in which it ended, as customers' figures come by the second; up to two seconds of each are a gift.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from gameday.journal.clock import Clock
from gameday.journal.events import (
    DrillEnded,
    DrillPaused,
    DrillResumed,
    Event,
    Mitigated,
    Relapsed,
    SliMeasured,
    SloViolated,
)
from gameday.journal.reader import Recorded


class Pauses:
    """When a drill stood still. All times are UNIX seconds, and come in order."""

    def __init__(self) -> None:
        self._over: list[tuple[int, int]] = []
        self._since: int | None = None

    @property
    def paused(self) -> bool:
        return self._since is not None

    def begin(self, wall: float) -> None:
        """The drill stands still from now on."""
        earlier = self._over[-1][1] if self._over else math.floor(wall)
        self._since = max(math.floor(wall), earlier)

    def end(self, wall: float) -> None:
        """It goes on."""
        assert self._since is not None
        self._over.append((self._since, max(self._since, math.ceil(wall))))
        self._since = None

    def drill_time(self, wall: float) -> float:
        """A time of the world as the drill's clock shows it, which never goes back."""
        if self._since is not None:
            wall = min(wall, float(self._since))
        stood = sum(min(wall, until) - since for since, until in self._over if since < wall)
        return wall - stood

    def drill_second(self, second: int) -> int | None:
        """The drill's second for one of the world; None if the drill stood still in it."""
        if self._since is not None and second >= self._since:
            return None
        if any(since <= second < until for since, until in self._over):
            return None
        return second - sum(until - since for since, until in self._over if until <= second)

    def world_time(self, drill: float) -> float:
        """When in the world the drill's clock went on from this time."""
        for since, until in self._over:
            if drill >= since:
                drill += until - since
        return drill


class DrillClock:
    """A clock of the world's that stands still in pauses; its monotonic reading doesn't."""

    def __init__(self, clock: Clock, pauses: Pauses) -> None:
        self._clock = clock
        self._pauses = pauses

    def wall(self) -> float:
        return self._pauses.drill_time(self._clock.wall())

    def mono_ns(self) -> int:
        return self._clock.mono_ns()


def pauses_of(recorded: Iterable[Recorded]) -> Pauses:
    """The pauses of a drill; one that was never ended lasts to the drill's end."""
    pauses = Pauses()
    for item in recorded:
        match item.event:
            case DrillPaused() if not pauses.paused:
                pauses.begin(item.entry.wall)
            case DrillResumed() | DrillEnded() if pauses.paused:
                pauses.end(item.entry.wall)
    return pauses


def by_the_drills_clock(recorded: Sequence[Recorded]) -> list[Recorded]:
    """The journal with the drill's times, without what customers got in pauses."""
    pauses = pauses_of(recorded)
    kept = []
    for item in recorded:
        event = _shifted(item.event, pauses)
        if event is not None:
            wall = pauses.drill_time(item.entry.wall)
            kept.append(Recorded(item.entry.model_copy(update={"wall": wall}), event))
    return kept


def _shifted(event: Event, pauses: Pauses) -> Event | None:
    match event:
        case SliMeasured(second=second):
            moved = pauses.drill_second(second)
            return None if moved is None else event.model_copy(update={"second": moved})
        case SloViolated(since=since) | Mitigated(since=since) | Relapsed(since=since):
            return event.model_copy(update={"since": pauses.drill_time(since)})
    return event
