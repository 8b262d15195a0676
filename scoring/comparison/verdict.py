"""The verdict, given at planned looks only and never taken back.

A test after each new pair would find an effect where there is none in every fourth study, so there are
five looks, each at a stricter level, and the first that finds something is the verdict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

from scoring.comparison.remarks import LEAST_PER_ORDER, LOOK_ALPHA, LOOKS
from scoring.comparison.reps import Pair

Primary = Literal["time_to_mitigate", "diagnosis"]
Finding = Literal["better", "worse", "not shown", "not yet", "refused"]


@dataclass(frozen=True)
class Estimate:
    """The AI's effect: a ratio of times (below 1, faster with it) or a difference in D (above 0, better)."""

    value: float
    low: float
    high: float
    level: float

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.level:.0%} interval {_limit(self.low)} to {_limit(self.high)})"


@dataclass(frozen=True)
class Outcome:
    """An estimate with the p value of Koch's test."""

    estimate: Estimate
    p: float
    method: Literal["exact", "normal"]
    least_p: float
    direction: int
    """1 where the outcome ranks higher with the AI, −1 where lower, 0 where neither."""


@dataclass(frozen=True)
class Look:
    """One planned look, on the first `pairs` pairs that were completed."""

    pairs: int
    found: Outcome | None
    """None where an order had too few pairs."""
    engineers: int
    """Whose pairs they were."""

    @property
    def decides(self) -> bool:
        return self.found is not None and self.found.p < LOOK_ALPHA

    @property
    def could_decide(self) -> bool:
        return self.found is not None and self.found.least_p < LOOK_ALPHA


@dataclass(frozen=True)
class Verdict:
    """What may be concluded about the primary outcome."""

    finding: Finding
    looks: tuple[Look, ...]
    sentence: str

    @property
    def frozen_at(self) -> Look | None:
        return self.looks[-1] if self.finding in ("better", "worse") else None


def outcome_of(primary: Primary) -> Callable[[Pair], float]:
    """On minus off of one pair: a log ratio of times, or a difference in D."""
    return attrgetter("log_ratio" if primary == "time_to_mitigate" else "diagnosis_gain")


def by_order(pairs: Sequence[Pair], outcome: Callable[[Pair], float]) -> tuple[list[float], list[float]]:
    """First minus second, of the pairs with the AI first, and of those with it second."""
    return (
        [outcome(pair) for pair in pairs if pair.ai_first],
        [-outcome(pair) + 0.0 for pair in pairs if not pair.ai_first],
    )


def assess(pairs: Sequence[Pair], primary: Primary, level: float = 0.95) -> Outcome | None:
    """The pairs' effect by Koch's test, in the outcome's own unit; None without pairs of both orders."""
    from scoring.stats.crossover import koch

    ai_first, ai_second = by_order(pairs, outcome_of(primary))
    if not ai_first or not ai_second:
        return None
    found = koch(ai_first, ai_second, level)
    return Outcome(
        estimate=as_estimate(found.effect.estimate, found.effect.low, found.effect.high, level, primary),
        p=found.test.p,
        method=found.test.method,
        least_p=found.test.least_p,
        direction=_sign(found.test.u - found.ai_first * found.ai_second / 2),
    )


def as_estimate(value: float, low: float, high: float, level: float, primary: Primary) -> Estimate:
    """In the unit that is shown: times as a ratio, D as it is."""
    if primary == "diagnosis":
        return Estimate(value, low, high, level)
    return Estimate(_exp(value), _exp(low), _exp(high), level)


def planned_looks(pairs: Sequence[Pair], primary: Primary, kept: Iterable[Look] = ()) -> tuple[Look, ...]:
    """The planned looks that these pairs, in order of completion, reach, up to the one that decides.

    Args:
        kept: looks that were taken before; what they found stays, whatever the pairs are now.
    """
    taken = {look.pairs: look for look in kept}
    looks = []
    for size in LOOKS:
        if size not in taken and len(pairs) < size:
            break
        looks.append(taken[size] if size in taken else _look(pairs[:size], primary))
        if looks[-1].decides:
            break
    return tuple(looks)


def verdict(pairs: Sequence[Pair], primary: Primary, kept: Iterable[Look] = ()) -> Verdict:
    """The verdict of the planned looks, where nothing refuses one.

    Args:
        kept: looks that were taken before; what they found stays.

    Formula: the first look in 8, 16, 32, 48, 64 pairs with p < 0.0158. Type I error at most 0.05.
    Source: Pocock, Biometrika 64, 1977, 191-199 (five looks).
    """
    looks = planned_looks(pairs, primary, kept)
    if looks and looks[-1].decides and looks[-1].found is not None:
        look, found = looks[-1], looks[-1].found
        better = found.direction == (-1 if primary == "time_to_mitigate" else 1)
        return Verdict("better" if better else "worse", looks, _decided(look, found, primary, better))
    if len(looks) == len(LOOKS):
        return Verdict(
            "not shown",
            looks,
            f"No effect of the AI could be shown in {LOOKS[-1]} pairs; "
            "the interval says how large one may still be.",
        )
    return Verdict("not yet", looks, "Not yet: nothing can be concluded from what there is.")


def _look(first: Sequence[Pair], primary: Primary) -> Look:
    ai_first = sum(pair.ai_first for pair in first)
    engineers = len({pair.engineer for pair in first})
    if min(ai_first, len(first) - ai_first) < LEAST_PER_ORDER:
        return Look(len(first), None, engineers)
    return Look(len(first), assess(first, primary, 1 - LOOK_ALPHA), engineers)


def _decided(look: Look, found: Outcome, primary: Primary, better: bool) -> str:
    if primary == "time_to_mitigate":
        what = f"mitigated {'faster' if better else 'more slowly'} with the AI: time ratio"
    else:
        what = f"diagnosed {'better' if better else 'worse'} with the AI: difference in D"
    who = "This engineer" if look.engineers == 1 else f"These {look.engineers} engineers"
    return (
        f"{who} {what} {found.estimate}, p = {found.p:.4f}, frozen at the planned look at {look.pairs} pairs."
    )


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _exp(value: float) -> float:
    return math.inf if value > 700 else math.exp(value)


def _limit(value: float) -> str:
    return "unbounded" if math.isinf(value) else f"{value:.2f}"
