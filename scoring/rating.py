"""How one drill went, in four words, by gates: what to practise next needs an order, and no sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scoring.stats.survival import Duration, kaplan_meier, median

Rating = Literal["again", "hard", "good", "easy"]
RATINGS: tuple[Rating, ...] = ("again", "hard", "good", "easy")
"""From worst to best."""

OWN_PAR_FROM = 8
"""Manual drills from which on a family's own median replaces the author's par."""


@dataclass(frozen=True)
class Performance:
    """What the gates look at, of one drill."""

    mitigated: bool
    time_to_mitigate_s: float
    diagnosis: float
    """D, from 0 to 1."""
    harmful: bool
    """An action was carried out that the pack calls harmful."""
    harm_minutes: float
    """Bad minutes added above the course of doing nothing."""
    confidence: float | None
    """Stated with the diagnosis; None if none was."""


def rate(performance: Performance, par_s: float) -> Rating:
    """The first gate that applies: a fast drill can't buy off harm.

    Again: ran out, harmful, or D < 0.4. Hard: D < 0.7, slower than 1.5 · par, or any harm. Easy: D ≥ 0.9,
    faster than 0.75 · par and confidence ≥ 0.7. Else Good.

    Args:
        par_s: seconds that the drill should take; see `par`.

    Raises:
        ValueError: par is not positive.
    """
    if par_s <= 0:
        raise ValueError(f"par is a time above 0 s, not {par_s}")
    if not performance.mitigated or performance.harmful or performance.diagnosis < 0.4:
        return "again"
    seconds = performance.time_to_mitigate_s
    if performance.diagnosis < 0.7 or seconds > 1.5 * par_s or performance.harm_minutes > 0:
        return "hard"
    confident = performance.confidence is not None and performance.confidence >= 0.7
    return "easy" if performance.diagnosis >= 0.9 and seconds < 0.75 * par_s and confident else "good"


def par(author_s: float, manual: Sequence[Duration]) -> float:
    """The time that a drill should take, s.

    The author's until 8 manual drills exist, then their Kaplan-Meier median; the author's still, where
    more than half of them ran out, for then the median is not known.
    """
    if len(manual) < OWN_PAR_FROM:
        return author_s
    own = median(kaplan_meier(manual))
    return author_s if own is None else own


def at_least_hard(rating: Rating) -> bool:
    """Whether a drill counts for currency."""
    return rating != "again"
