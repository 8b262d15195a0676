"""How busy the machine was during the incident: where it had nothing left, the figures are partly its own."""

from __future__ import annotations

from collections.abc import Callable

import psutil


class Processors:
    """All processors of this machine, from `begin` on."""

    def __init__(self, times: Callable[[], tuple[float, float]] | None = None) -> None:
        """`times` gives seconds since the machine started, of all processors: idle, and in all."""
        self._times = times or _times
        self._begun: tuple[float, float] | None = None

    def begin(self) -> None:
        self._begun = self._times()

    @property
    def busy(self) -> float | None:
        """The share (0 to 1) of their time in which they worked, for whomever; None before any passed."""
        if self._begun is None:
            return None
        idle, whole = (now - then for now, then in zip(self._times(), self._begun, strict=True))
        return min(1.0, max(0.0, 1.0 - idle / whole)) if whole > 0 else None


def count() -> int:
    """How many processors there are."""
    return psutil.cpu_count() or 1


def _times() -> tuple[float, float]:
    times = psutil.cpu_times()
    # Linux counts a guest's time in the user's, too.
    whole = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return times.idle + getattr(times, "iowait", 0.0), whole
