"""What a comparison says instead of, or beside, a verdict.

Each is a value with its figures, so that a screen, a page and a program read the same thing, and a
sentence for people. `refuses` marks those that rule a verdict out.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import ClassVar

from scoring.machine import FULL

LEAST_PER_ORDER = 4
LOOKS = (8, 16, 32, 48, 64)
"""Pairs at which a verdict may be given."""
LOOK_ALPHA = 0.0158
"""p below which it is given: Pocock's level for five looks at 0.05 in all."""
ENGINEERS_AT_LARGE = 6
PRIOR_SPREAD = 0.67
"""SD of ln(time with / time without) in a pair that is expected before there are data."""
PRIOR_WEIGHT = 10
CHANCE_OF_RAW_GAP = {4: 0.28, 8: 0.21, 16: 0.13, 32: 0.06, 64: 0.015}
"""Share of studies without any effect in which the plain mean looks 20 % better; benchmarks/power.py."""


@dataclass(frozen=True)
class TooFewPairs:
    """Fewer than four pairs in an order: the exact test can't reach 0.05 whatever happens."""

    refuses: ClassVar[bool] = True
    ai_first: int
    ai_second: int

    @property
    def sentence(self) -> str:
        return (
            f"No verdict possible yet: {_pairs(self.ai_first)} with the AI first and {self.ai_second} with "
            f"it second; at least {LEAST_PER_ORDER} of each are needed."
        )


@dataclass(frozen=True)
class OneOrderOnly:
    """Every pair has the AI in the same place, so practice can't be told from the AI."""

    refuses: ClassVar[bool] = True
    ai_always_second: bool
    pairs: int

    @property
    def sentence(self) -> str:
        place, mistake = (
            ("second", "what was learned in the first drill would pass for an effect of the AI")
            if self.ai_always_second
            else ("first", "what was learned in the first drill would count against the AI")
        )
        return f"No comparison: the AI was always {place} ({_pairs(self.pairs)}), so {mistake}."


@dataclass(frozen=True)
class OneEngineer:
    """One person is not compared with anybody, and gets no verdict."""

    refuses: ClassVar[bool] = True

    @property
    def sentence(self) -> str:
        return "One engineer: the interval is shown, and no verdict; nobody is ranked."


@dataclass(frozen=True)
class NothingMitigated:
    """Every drill of one arm, or of both, ran out: the ratio of times cut at the limit says nothing."""

    refuses: ClassVar[bool] = True
    ai: bool
    both: bool

    @property
    def sentence(self) -> str:
        which = "No drill" if self.both else f"No drill {'with' if self.ai else 'without'} the AI"
        return f"{which} was mitigated in time, so how long they would have taken is not known."


@dataclass(frozen=True)
class Selected:
    """The data were narrowed after they were seen."""

    refuses: ClassVar[bool] = True

    @property
    def sentence(self) -> str:
        return (
            "Part of the pairs was chosen for this view: intervals are shown, and no verdict, "
            "because choosing until something shows always finds something."
        )


@dataclass(frozen=True)
class NotDeclared:
    """Another outcome than the declared one was asked for."""

    refuses: ClassVar[bool] = True
    declared: str
    asked: str

    @property
    def sentence(self) -> str:
        return (
            f"Looks were taken at {self.declared}, which was declared in advance; for {self.asked} the "
            "interval is shown, and no verdict."
        )


@dataclass(frozen=True)
class MorePairs:
    """How many more pairs it would take to see an effect of a given size with 80 % power."""

    refuses: ClassVar[bool] = False
    effect: float
    """Share of the time saved, 0 to 1."""
    pairs: int

    @property
    def sentence(self) -> str:
        if self.pairs == 0:
            return f"There are pairs enough to see {self.effect:.0%} less time four times in five."
        more = f"{self.pairs} more pair{'s' if self.pairs != 1 else ''}"
        return f"To see {self.effect:.0%} less time four times in five takes about {more}."


@dataclass(frozen=True)
class RawMeanMisleads:
    """How often plain means look 20 % better at this number of pairs though nothing is there."""

    refuses: ClassVar[bool] = False
    pairs: int
    chance: float

    @property
    def sentence(self) -> str:
        return (
            f"With {_pairs(self.pairs)} and no effect at all, the plain mean looks at least 20 % better "
            f"in about {self.chance:.0%} of studies."
        )


@dataclass(frozen=True)
class NextLook:
    """Verdicts are given at planned numbers of pairs only."""

    refuses: ClassVar[bool] = False
    pairs: int
    next_at: int | None

    @property
    def sentence(self) -> str:
        planned = ", ".join(map(str, LOOKS))
        if self.next_at is None:
            return f"All planned looks ({planned} pairs) are done; what they found stays."
        return (
            f"Verdicts are given at {planned} pairs only, with p < {LOOK_ALPHA}; looking after every pair "
            f"would raise false alarms to about one in four. Now {self.pairs}, the next at {self.next_at}."
        )


@dataclass(frozen=True)
class LookCannotDecide:
    """So few or so tied pairs at a look that even the clearest result stays above its level."""

    refuses: ClassVar[bool] = False
    at: int
    least_p: float

    @property
    def sentence(self) -> str:
        return (
            f"The look at {_pairs(self.at)} could not decide: the clearest result that these could give "
            f"has p = {self.least_p:.3f}."
        )


@dataclass(frozen=True)
class TheseEngineers:
    """Whom the claim is about."""

    refuses: ClassVar[bool] = False
    engineers: int

    @property
    def sentence(self) -> str:
        if self.engineers >= ENGINEERS_AT_LARGE:
            return (
                f"The verdict is about these {self.engineers} engineers; what it says of engineers at large "
                "is the interval over their means."
            )
        return (
            f"It is about {'this engineer' if self.engineers == 1 else f'these {self.engineers} engineers'} "
            f"on these families, not about engineers at large; that takes {ENGINEERS_AT_LARGE} of them."
        )


@dataclass(frozen=True)
class OnePrimary:
    """One outcome was declared; the others are corrected for."""

    refuses: ClassVar[bool] = False
    primary: str

    @property
    def sentence(self) -> str:
        return (
            f"Declared in advance: {self.primary}. The other outcomes carry Holm's correction "
            "and give no verdict."
        )


@dataclass(frozen=True)
class RanOut:
    """Drills that were not mitigated in time, and what that does to the effect."""

    refuses: ClassVar[bool] = False
    on: int
    off: int
    pairs: int

    @property
    def sentence(self) -> str:
        return (
            f"Not mitigated in time: {self.on} of {self.pairs} with the AI, {self.off} of {self.pairs} "
            "without. They count as the limit and rank as the slowest, so the ratio is of times cut off "
            "there, and may be nearer to 1 than that of the full times."
        )


@dataclass(frozen=True)
class FullMachines:
    """Drills whose machine had nothing left. They stay in: to choose after the fact is to choose a result."""

    refuses: ClassVar[bool] = False
    on: int
    off: int
    pairs: int

    @property
    def sentence(self) -> str:
        return (
            f"On a machine whose processors were {FULL:.0%} busy or more: {self.on} of {self.pairs} with the "
            f"AI, {self.off} of {self.pairs} without. What was slow there may be the machine's doing; "
            "they stay in, as they were planned."
        )


Remark = (
    TooFewPairs
    | OneOrderOnly
    | OneEngineer
    | NothingMitigated
    | Selected
    | NotDeclared
    | MorePairs
    | RawMeanMisleads
    | NextLook
    | LookCannotDecide
    | TheseEngineers
    | OnePrimary
    | RanOut
    | FullMachines
)


def more_pairs(effect: float, pairs: int, spread: float | None) -> int:
    """Pairs still needed to see `effect` with 80 % power at 5 %.

    Formula: ⌈7.85·s²/ln(1 − δ)²⌉ − n, not below 0, with s² = (10·0.67² + (n − 1)·s_obs²)/(9 + n): the
    observed SD of the pairs' log ratios (pooled within orders) shrunk towards what is expected, so that
    five lucky pairs don't promise an early end. 7.85 = (1.96 + 0.84)².
    Source: Machin et al., Sample Size Tables for Clinical Studies, 2009, ch. 8 (paired means).

    Raises:
        ValueError: the effect isn't between 0 and 1.
    """
    if not 0 < effect < 1:
        raise ValueError(f"an effect is a share of the time, between 0 and 1, not {effect}")
    variance = PRIOR_SPREAD**2
    if pairs > 1 and spread is not None:
        variance = (PRIOR_WEIGHT * variance + (pairs - 1) * spread**2) / (PRIOR_WEIGHT - 1 + pairs)
    return max(0, math.ceil(7.85 * variance / math.log(1 - effect) ** 2) - pairs)


def chance_of_raw_gap(pairs: int) -> float:
    """How often a raw mean looks 20 % better with no effect, interpolated in log pairs; 0 to 1.

    Source: simulation, `benchmarks/power.py`, in the model that stands there, with times that no limit
    cuts off; cut off, they spread less and mislead less often.
    """
    known = sorted(CHANCE_OF_RAW_GAP)
    if pairs <= known[0]:
        return CHANCE_OF_RAW_GAP[known[0]]
    for low, high in itertools.pairwise(known):
        if pairs <= high:
            share = math.log(pairs / low) / math.log(high / low)
            return CHANCE_OF_RAW_GAP[low] + share * (CHANCE_OF_RAW_GAP[high] - CHANCE_OF_RAW_GAP[low])
    return CHANCE_OF_RAW_GAP[known[-1]]


def _pairs(count: int) -> str:
    return f"{count} pair{'' if count == 1 else 's'}"
