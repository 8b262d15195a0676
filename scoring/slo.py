"""The oracle's arithmetic: when customers were let down, and when they were served again.

Mitigation is the customers' verdict. It is read off the SLI alone, so any means that works counts,
and none that keeps customers away does: blocking everybody, scaling to zero or killing the load
generator leaves demand or figures missing, and both count as not served.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from scoring.sli import Baseline, Requests, SecondSli, baseline_demand, in_order, window
from scoring.windows import PATCH_S, Candidate, Slo, breached, first_bad, holds, whole_hold

__all__ = [
    "PATCH_S",
    "Baseline",
    "Oracle",
    "Requests",
    "SecondSli",
    "Slo",
    "Standing",
    "Transition",
    "baseline_demand",
    "breached",
    "holds",
    "mitigated_since",
    "standing",
    "standing_mitigation",
    "violated_since",
]


@dataclass(frozen=True)
class Transition:
    """The verdict changed."""

    kind: Literal["violated", "mitigated", "relapsed"]
    since: float
    """Where it is dated back to, UNIX seconds."""
    seen: float
    """The end of the second that settled it, UNIX seconds."""


@dataclass(frozen=True)
class Standing:
    """How customers are at the end."""

    mitigated_at: float | None
    """Start of the mitigation that stands, UNIX seconds."""
    let_down: bool
    """The SLO is violated, and not yet held again for as long as it takes."""


def violated_since(series: Iterable[SecondSli], onset: float, slo: Slo, baseline: Baseline) -> float | None:
    """The first second at or after the onset (UNIX seconds) from which customers were let down.

    It is the first second below target of the first stretch of `PATCH_S` seconds that is
    `breached`; the stretch starts at or after the onset. None if there is no such stretch.
    """
    by_second = in_order(series)
    if not by_second:
        return None
    for start in range(math.ceil(onset), max(by_second) - PATCH_S + 2):
        patch = window(by_second, start, PATCH_S)
        if breached(patch, slo, baseline):
            return float(start + first_bad(patch, slo, baseline))
    return None


def mitigated_since(
    series: Iterable[SecondSli], onset: float, slo: Slo, baseline: Baseline, hold_s: float
) -> float | None:
    """The start of the first whole window in which customers are served again, UNIX seconds.

    The SLO must have been violated after the onset, and the window [s, s + hold_s) starts after
    `violated_since`. Counted from s, at the end of every second up to s + hold_s, each journey's
    good/count is at or above target; from `slo.window_s` seconds on its demand is at or above
    `min_demand`; no stretch of `PATCH_S` seconds within is `breached`; and somebody was served in
    the first second; and over the whole window bots got away with no more than
    `slo.fraud_cap_per_min`, where there is one. So neither a bad start nor a bad patch is averaged
    away, and without a cap a longer hold never gives an earlier answer. `hold_s` is rounded up to
    whole seconds and to `slo.window_s`.
    None if there is no such window.
    """
    by_second = in_order(series)
    violated = violated_since(by_second.values(), onset, slo, baseline)
    if violated is None:
        return None
    hold = whole_hold(hold_s, slo)
    for start in range(int(violated) + 1, max(by_second) - hold + 2):
        candidate = Candidate(start, slo, baseline)
        if all(candidate.take(second) for second in window(by_second, start, hold)) and candidate.honest:
            return float(start)
    return None


def standing_mitigation(
    series: Iterable[SecondSli],
    onset: float,
    slo: Slo,
    baseline: Baseline,
    hold_s: float,
    until: int | None = None,
) -> float | None:
    """The mitigation that still stands at the end, UNIX seconds; None if there is none.

    A mitigation that relapsed doesn't count, one that came after the relapse does. Seconds that are
    missing before `until` count as not served.
    """
    return standing(series, onset, slo, baseline, hold_s, until).mitigated_at


def standing(
    series: Iterable[SecondSli],
    onset: float,
    slo: Slo,
    baseline: Baseline,
    hold_s: float,
    until: int | None = None,
) -> Standing:
    """The oracle's verdict at the end of a series; see `standing_mitigation`."""
    oracle = Oracle(onset, slo, baseline, hold_s)
    for second in in_order(series).values():
        oracle.feed(second)
    if until is not None:
        oracle.silent_until(until)
    return Standing(oracle.mitigated_at, oracle.violated)


class Oracle:
    """The same verdict, second by second, and beyond the first mitigation: relapses reopen it.

    The seconds must come in order; one that is not later than the last is ignored, and one that is
    left out counts as not served as soon as a later one comes. A relapse is a stretch of `PATCH_S`
    seconds after the held window that is `breached`, or one as long as the hold in which bots got away
    with more than the cap.
    """

    def __init__(self, onset: float, slo: Slo, baseline: Baseline, hold_s: float) -> None:
        self.mitigated_at: float | None = None
        """Start of the mitigation that stands, UNIX seconds."""
        self._slo = slo
        self._baseline = baseline
        self._hold = whole_hold(hold_s, slo)
        self._due = math.ceil(onset)
        self._patch: deque[SecondSli | None] = deque(maxlen=PATCH_S)
        self._held: deque[SecondSli | None] = deque(maxlen=self._hold)
        """The latest seconds since the mitigation began, as many as the hold."""
        self._candidate: Candidate | None = None

    @property
    def violated(self) -> bool:
        """Whether customers are being let down, as far as is known."""
        return self._candidate is not None

    @property
    def may_hold_since(self) -> int | None:
        """The earliest second, UNIX, at which a mitigation may yet have begun; None while none is awaited."""
        return None if self._candidate is None else self._candidate.start

    def feed(self, second: SecondSli) -> tuple[Transition, ...]:
        """Take in one second; what changed by it."""
        if second.second < self._due:
            return ()
        changes = list(self.silent_until(second.second))
        changes += self._take(second)
        return tuple(changes)

    def silent_until(self, second: int) -> tuple[Transition, ...]:
        """No line came for any second before `second`, and none will: they count as not served."""
        changes: list[Transition] = []
        while self._due < second:
            changes += self._take(None)
        return tuple(changes)

    def _take(self, second: SecondSli | None) -> list[Transition]:
        self._due += 1
        self._patch.append(second)
        if self._candidate is None:
            return self._watch()
        if not self._candidate.take(second):
            self._candidate = self._candidate.next_best()
        while len(self._candidate.seconds) >= self._hold and not self._candidate.honest:
            self._candidate = self._candidate.next_best()
        if len(self._candidate.seconds) < self._hold:
            return []
        self.mitigated_at = float(self._candidate.start)
        self._held = deque(self._candidate.seconds, maxlen=self._hold)
        self._candidate = None
        return [Transition("mitigated", self.mitigated_at, float(self._due))]

    def _watch(self) -> list[Transition]:
        if self.mitigated_at is not None and self._robbed():
            return self._reopen(self._due - 1)
        patch = list(self._patch)
        if len(patch) < PATCH_S or not breached(patch, self._slo, self._baseline):
            return []
        bad = first_bad(patch, self._slo, self._baseline)
        since = self._due - PATCH_S + bad
        self._candidate = Candidate.best(since + 1, patch[bad + 1 :], self._slo, self._baseline)
        kind: Literal["violated", "relapsed"] = "violated" if self.mitigated_at is None else "relapsed"
        self.mitigated_at = None
        return [Transition(kind, float(since), float(self._due))]

    def _robbed(self) -> bool:
        """Whether bots got away with more than the cap over the last hold."""
        self._held.append(self._patch[-1])
        cap = self._slo.fraud_cap_per_min
        stolen = math.fsum(second.stolen for second in self._held if second is not None)
        return cap is not None and stolen * 60 > cap * len(self._held)

    def _reopen(self, since: int) -> list[Transition]:
        self._candidate = Candidate(since + 1, self._slo, self._baseline)
        self.mitigated_at = None
        return [Transition("relapsed", float(since), float(self._due))]
