"""What the advice of an AI did to the engineer's own judgement, in both directions.

Following a wrong hint and ignoring a right one both cost, so a rate of acceptance says nothing
unless it is split by whether the hint was right.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from scoring.diagnosis import right
from scoring.timeline import Fate, Hint, Timeline, operation_words


@dataclass(frozen=True)
class Proportion:
    """k out of n; pool several by adding."""

    k: int
    n: int

    @property
    def value(self) -> float | None:
        return self.k / self.n if self.n else None

    def __add__(self, other: Proportion) -> Proportion:
        return Proportion(self.k + other.k, self.n + other.n)


@dataclass(frozen=True)
class AcceptanceTable:
    """Hints that name a cause: taken up (accepted or modified) or not, by whether they were right."""

    right_taken: int = 0
    right_left: int = 0
    wrong_taken: int = 0
    wrong_left: int = 0

    @property
    def j(self) -> float | None:
        """P(taken | right) − P(taken | wrong), from −1 to 1; blind acceptance gives 0.

        None unless both kinds of hint were shown. Source: Youden, Cancer 3, 1950.
        """
        rights = self.right_taken + self.right_left
        wrongs = self.wrong_taken + self.wrong_left
        return self.right_taken / rights - self.wrong_taken / wrongs if rights and wrongs else None


@dataclass(frozen=True)
class HintOutcome:
    """One hint, graded, with what the engineer believed before and after."""

    number: int
    right: bool | None
    """None for a hint that names no cause."""
    fate: Fate
    followed: bool
    """Accepted or modified, or its suggestion was carried out after it was shown."""
    right_before: bool | None
    """The last belief before the hint; None if none had been stated."""
    right_after: bool | None
    """The final diagnosis, else the last belief after the hint; None if there was neither."""


@dataclass(frozen=True)
class Reliance:
    """Reliance in one drill, as counts that add up over drills."""

    hints: tuple[HintOutcome, ...]
    table: AcceptanceTable
    rair: Proportion
    """Relative AI reliance: before wrong, hint right, after right / before wrong, hint right."""
    rsr: Proportion
    """Relative self-reliance: before right, hint wrong, after right / before right, hint wrong."""
    commission: Proportion
    """Wrong hints followed / wrong hints shown."""


def wilson(k: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """The Wilson score interval of a proportion, 95 % by default.

    Formula: (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n), p = k/n; (0, 1) for n = 0.
    Source: Wilson, JASA 22, 1927; Newcombe, Statistics in Medicine 17, 1998, method 3.

    Raises:
        ValueError: not 0 ≤ k ≤ n.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} out of {n} is not a proportion")
    if n == 0:
        return 0.0, 1.0
    p = k / n
    centre = p + z * z / (2 * n)
    spread = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if k == 0 else (centre - spread) / scale
    high = 1.0 if k == n else (centre + spread) / scale
    return low, high


def reliance(timeline: Timeline) -> Reliance:
    """Reliance of one drill, from its hints, beliefs and final answer.

    Source: Schemmer et al., Appropriate Reliance on AI Advice, IUI 2023.
    """
    hints = tuple(_outcome(hint, timeline) for hint in timeline.hints)
    graded = [hint for hint in hints if hint.right is not None]
    chances = [hint for hint in graded if hint.right_before is not None and hint.right_after is not None]
    wrong = [hint for hint in graded if not hint.right]
    return Reliance(
        hints=hints,
        table=_table(graded),
        rair=_share(hint.right_after for hint in chances if hint.right and not hint.right_before),
        rsr=_share(hint.right_after for hint in chances if not hint.right and hint.right_before),
        commission=_share(hint.followed for hint in wrong),
    )


def _outcome(hint: Hint, timeline: Timeline) -> HintOutcome:
    return HintOutcome(
        number=hint.number,
        right=None if hint.claim is None or hint.claim.empty else right(hint.claim, timeline.truth),
        fate=hint.fate,
        followed=hint.fate in ("accepted", "modified") or _carried_out(hint, timeline),
        right_before=_right_before(hint, timeline),
        right_after=_right_after(hint, timeline),
    )


def _right_before(hint: Hint, timeline: Timeline) -> bool | None:
    stated = [belief for belief in timeline.beliefs if belief.at <= hint.at]
    return right(stated[-1].claim, timeline.truth) if stated else None


def _right_after(hint: Hint, timeline: Timeline) -> bool | None:
    if timeline.answer is not None and timeline.answer.at > hint.at:
        return right(timeline.answer.claim, timeline.truth)
    stated = [belief for belief in timeline.beliefs if belief.at > hint.at]
    return right(stated[-1].claim, timeline.truth) if stated else None


def _carried_out(hint: Hint, timeline: Timeline) -> bool:
    words = operation_words(hint.suggests)
    return bool(words) and any(
        operation.at > hint.at and operation.exit_code == 0 and operation.words == words
        for operation in timeline.operations
    )


def _table(graded: Iterable[HintOutcome]) -> AcceptanceTable:
    cells = [(hint.right, hint.fate in ("accepted", "modified")) for hint in graded]
    return AcceptanceTable(
        right_taken=cells.count((True, True)),
        right_left=cells.count((True, False)),
        wrong_taken=cells.count((False, True)),
        wrong_left=cells.count((False, False)),
    )


def _share(outcomes: Iterable[bool | None]) -> Proportion:
    counted = [bool(outcome) for outcome in outcomes]
    return Proportion(sum(counted), len(counted))
