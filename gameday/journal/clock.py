"""The clocks that stamp a journal, passed in so that a test or a replay owns the time."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Two readings of now: one that people share, one that never steps."""

    def wall(self) -> float:
        """UNIX seconds."""
        ...

    def mono_ns(self) -> int:
        """Nanoseconds of a clock that only goes forward."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def wall(self) -> float:
        return time.time()

    def mono_ns(self) -> int:
        return time.monotonic_ns()


class ContinuedClock:
    """A clock that goes on where another trainer's stopped, also after the machine was started anew."""

    def __init__(self, clock: Clock, last_mono_ns: int, last_wall: float) -> None:
        """The last readings that were written down."""
        self._clock = clock
        passed_ns = round(max(0.0, clock.wall() - last_wall) * 1e9)
        now = clock.mono_ns()
        self._ahead_ns = 0 if now >= last_mono_ns else last_mono_ns + passed_ns - now

    def wall(self) -> float:
        return self._clock.wall()

    def mono_ns(self) -> int:
        return self._clock.mono_ns() + self._ahead_ns


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, wall: float = 0.0) -> None:
        self._started = wall
        self._wall = wall

    def wall(self) -> float:
        return self._wall

    def mono_ns(self) -> int:
        return round((self._wall - self._started) * 1e9)

    def set(self, wall: float) -> None:
        """Move to `wall`, UNIX seconds."""
        self._wall = wall

    def advance(self, seconds: float) -> None:
        self._wall += seconds
