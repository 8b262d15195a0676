"""How much of what is done on the bastion goes into the journal: a loop there must not flood it."""

from __future__ import annotations

BURST = 40
"""Lines that are kept however quickly they come."""
PER_SECOND = 2.0
"""Lines that are kept in the long run; nobody types faster."""


class Quota:
    """A bucket of lines that fills up again, and a count of those that found it empty."""

    def __init__(self, burst: float = BURST, per_second: float = PER_SECOND) -> None:
        self._burst = burst
        self._per_second = per_second
        self._left = burst
        self._at_ns: int | None = None
        self._left_out = 0

    def admit(self, now_ns: int) -> bool:
        """Whether one more may be kept; if not, it is counted."""
        passed_s = 0.0 if self._at_ns is None else max(0, now_ns - self._at_ns) / 1e9
        self._at_ns = now_ns
        self._left = min(self._burst, self._left + passed_s * self._per_second)
        if self._left < 1.0:
            self._left_out += 1
            return False
        self._left -= 1.0
        return True

    def take_left_out(self) -> int:
        """How many were not kept since this was asked last."""
        count, self._left_out = self._left_out, 0
        return count
