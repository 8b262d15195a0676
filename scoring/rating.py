"""How one drill went, in four words, by gates: what to practise next needs an order, and no sum."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scoring.scorecard import Scorecard
from scoring.stats.survival import Duration, kaplan_meier, median

Rating = Literal["again", "hard", "good", "easy"]
RATINGS: tuple[Rating, ...] = ("again", "hard", "good", "easy")
"""From worst to best."""

OWN_PAR_FROM = 8
"""Manual drills from which on a family's own median replaces the author's par."""


@dataclass(frozen=True)
class Performance:
    """What the gates look at, of one drill.

    Where nothing was wrong, the right stand-down takes the place of the mitigation; see `performance`.
    """

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


def performance(card: Scorecard, confidence: float | None) -> Performance:
    """What the gates look at in a scorecard.

    In a drill without a fault, a right stand-down counts as a mitigation at that time; a false alarm, a wrong
    stand-down and no decision count as running out. Bad minutes are only known there, where doing nothing
    would have cost none: elsewhere they need the pack's rehearsal, and count as 0 without it.

    Args:
        confidence: stated with the diagnosis; None if none was.
    """
    if card.no_fault is None:
        mitigated, seconds = bool(card.mitigated), card.time_to_mitigate_s
    else:
        mitigated = card.no_fault.outcome == "correct_stand_down"
        seconds = card.stand_down.at_s if mitigated and card.stand_down else None
    return Performance(
        mitigated=mitigated,
        time_to_mitigate_s=card.limit_s if seconds is None else seconds,
        diagnosis=card.diagnosis.score,
        harmful=bool(card.harmful),
        harm_minutes=card.no_fault.bad_minutes if card.no_fault else 0.0,
        confidence=confidence,
    )


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


class RunningPar:
    """`par`, drill by drill: in logarithmic time where nothing was cut off before the median."""

    def __init__(self) -> None:
        self._ended: list[float] = []
        self._censored: list[float] = []

    def add(self, duration: Duration) -> None:
        """One more drill by hand."""
        bisect.insort(self._ended if duration.ended else self._censored, duration.seconds)

    def par(self, author_s: float) -> float:
        """As `par` of all that were added, s."""
        count = len(self._ended) + len(self._censored)
        if count < OWN_PAR_FROM:
            return author_s
        half = (count + 1) // 2
        if half <= len(self._ended) and (not self._censored or self._censored[0] >= self._ended[half - 1]):
            # Nobody was lost before it, so the curve falls by 1/n with each drill.
            return self._ended[half - 1]
        known = [Duration(seconds, True) for seconds in self._ended]
        return par(author_s, known + [Duration(seconds, False) for seconds in self._censored])


def at_least_hard(rating: Rating) -> bool:
    """Whether a drill counts for currency."""
    return rating != "again"
