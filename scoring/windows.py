"""Judges one stretch of seconds: whether the SLO holds over it, or is contradicted by it.

A whole window is held to the promise exactly. A stretch of five seconds is too short for that and
must contradict it, or one failed request of a rare journey would pass for an incident.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scoring.sli import Baseline, SecondSli, Tally

PATCH_S = 5
"""Length of the shortest stretch that can break the SLO, s."""

_STANDARD_ERRORS = 2.0
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Slo:
    """What customers were promised."""

    target: float = 0.95
    """Share of each journey's requests that must be good."""
    min_demand: float = 0.5
    """Share of each journey's baseline demand that must arrive."""
    window_s: int = 10
    """Shortest window in which demand is held to `min_demand` exactly, and the shortest hold."""
    fraud_cap_per_min: float | None = None
    """The most that bots may get away with in a minute of a mitigation, in the shop's currency."""


def holds(seconds: Sequence[SecondSli | None], slo: Slo, baseline: Baseline) -> bool:
    """Whether the SLO holds over one window; None stands for a second that is missing.

    Formula: for every journey with baseline demand b requests/s,
    good/count ≥ target and count ≥ min_demand · b · len(seconds). Without seconds or without any
    baseline demand nothing is shown, so it does not hold.
    """
    tally = Tally(baseline, seconds)
    return bool(seconds) and bool(tally.baseline) and _served(tally, slo) and _demanded(tally, slo)


def breached(patch: Sequence[SecondSli | None], slo: Slo, baseline: Baseline) -> bool:
    """Whether a short stretch contradicts the SLO, and does not only fall short of it by chance.

    Five seconds of a rare journey hold a handful of requests, so two standard errors are allowed.
    Formula: some journey has bad > (1 − t)·n + 2·√(t·(1 − t)·n), with n requests and target t; or
    some journey, or all together, has n < m − 2·√m, with m = min_demand · expected requests.
    """
    tally = Tally(baseline, patch)
    expected = arrived = 0.0
    for name in tally.baseline:
        count = tally.count[name]
        slack = _STANDARD_ERRORS * math.sqrt(slo.target * (1 - slo.target) * count)
        if count - tally.good[name] > (1 - slo.target) * count + slack + _ROUNDING:
            return True
        if _short(count, slo.min_demand * tally.expected(name)):
            return True
        arrived += count
        expected += tally.expected(name)
    return _short(arrived, slo.min_demand * expected)


class Candidate:
    """A window that may become the mitigation, grown second by second from `start`."""

    def __init__(self, start: int, slo: Slo, baseline: Baseline) -> None:
        self.start = start
        self.seconds: list[SecondSli | None] = []
        self._slo = slo
        self._baseline = baseline
        self._tally = Tally(baseline)
        self._stolen = 0.0

    @property
    def honest(self) -> bool:
        """Whether bots got away with no more than the cap. Formula: Σ stolen · 60 / seconds ≤ cap."""
        cap = self._slo.fraud_cap_per_min
        return cap is None or self._stolen * 60 <= cap * len(self.seconds) + _ROUNDING

    @classmethod
    def best(cls, start: int, seconds: Sequence[SecondSli | None], slo: Slo, baseline: Baseline) -> Candidate:
        """The earliest candidate from `start` on that stands over the rest of `seconds`."""
        for offset in range(len(seconds)):
            candidate = cls(start + offset, slo, baseline)
            if all(candidate.take(second) for second in seconds[offset:]):
                return candidate
        return cls(start + len(seconds), slo, baseline)

    def next_best(self) -> Candidate:
        return self.best(self.start + 1, self.seconds[1:], self._slo, self._baseline)

    def take(self, second: SecondSli | None) -> bool:
        """Grow by one second; whether the candidate still stands."""
        self.seconds.append(second)
        self._tally.add(second)
        self._stolen += 0.0 if second is None else second.stolen
        if len(self.seconds) == 1 and not any(self._tally.good.values()):
            return False
        if not _served(self._tally, self._slo):
            return False
        if len(self.seconds) >= self._slo.window_s and not _demanded(self._tally, self._slo):
            return False
        patch = self.seconds[-PATCH_S:]
        return len(patch) < PATCH_S or not breached(patch, self._slo, self._baseline)


def _served(tally: Tally, slo: Slo) -> bool:
    return all(tally.good[name] + _ROUNDING >= slo.target * tally.count[name] for name in tally.baseline)


def _demanded(tally: Tally, slo: Slo) -> bool:
    return all(
        tally.count[name] + _ROUNDING >= slo.min_demand * tally.expected(name) for name in tally.baseline
    )


def _short(count: float, least: float) -> bool:
    return count + _ROUNDING < least - _STANDARD_ERRORS * math.sqrt(least)


def first_bad(patch: Sequence[SecondSli | None], slo: Slo, baseline: Baseline) -> int:
    """Offset of the first second that is itself below target or missing; 0 if none is."""
    for offset, second in enumerate(patch):
        if not _served(Tally(baseline, [second]), slo):
            return offset
    return 0


def whole_hold(hold_s: float, slo: Slo) -> int:
    """The hold that is used for `hold_s`: whole seconds, and not shorter than `slo.window_s`."""
    return max(math.ceil(hold_s), slo.window_s, PATCH_S)
