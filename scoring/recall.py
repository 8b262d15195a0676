"""What each engineer had best practise next, by hand.

The forgetting curve is `fsrs`'s, whose weights were fitted to flash cards. So its recall is taken as an
order, not as a probability: whatever is lowest comes first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from scoring.rating import RATINGS, Rating

if TYPE_CHECKING:
    from fsrs import Card as FsrsCard
    from fsrs import Scheduler

RETENTION = 0.85
LONGEST_DAYS = 90

TARGET_SUCCESS = 0.65
EASIEST, HARDEST = 1, 5


@dataclass(frozen=True)
class Card:
    """What is remembered of one engineer's practice in one family; times are UTC."""

    state: int
    """fsrs's own: 1 learning, 2 review, 3 relearning."""
    stability: float
    """Days until recall has fallen to 0.9, on fsrs's scale."""
    difficulty: float
    """From 1 to 10, on fsrs's scale."""
    due: dt.datetime
    last_review: dt.datetime


@dataclass(frozen=True)
class Suggestion:
    """One drill to do next."""

    engineer: str
    family: str
    priority: float
    """From 0 to 1; the lower, the sooner. Not a probability."""
    reason: Literal["never practised", "due", "soonest"]


def review(card: Card | None, rating: Rating, at: dt.datetime) -> Card:
    """The card after a manual drill; None stands for a family that was never practised.

    Source: Ye et al., A Stochastic Shortest Path Algorithm for Optimizing Spaced Repetition Scheduling,
    KDD 2022; `fsrs` 6 with desired retention 0.85, intervals up to 90 days, no steps, no fuzzing.

    Raises:
        ValueError: the time has no zone, or is before the last review.
    """
    from fsrs import Rating as FsrsRating

    moment = _utc(at)
    if card is not None and moment < card.last_review:
        raise ValueError(f"drills are folded in order: {moment} is before {card.last_review}")
    after, _ = _scheduler().review_card(_to_fsrs(card, moment), FsrsRating(RATINGS.index(rating) + 1), moment)
    if after.stability is None or after.difficulty is None or after.last_review is None:
        raise ValueError("fsrs left a reviewed card without its memory")
    return Card(after.state.value, after.stability, after.difficulty, after.due, after.last_review)


def card_of(history: Iterable[tuple[dt.datetime, Rating]]) -> Card | None:
    """The card after all manual drills of one engineer in one family, in any order; None without any."""
    card = None
    for at, rating in sorted(history, key=lambda entry: _utc(entry[0])):
        card = review(card, rating, at)
    return card


def priority(card: Card | None, at: dt.datetime) -> float:
    """Recall at a time, from 0 to 1; 0 for a family that was never practised.

    Formula: R = (1 + F·t/S)^C, t whole days since the last review, S the stability, with fsrs's F and C.

    Raises:
        ValueError: the time has no zone.
    """
    moment = _utc(at)
    return _scheduler().get_card_retrievability(_to_fsrs(card, moment), moment) if card else 0.0


def next_up(
    cards: Mapping[tuple[str, str], Card | None],
    at: dt.datetime,
    budget: int,
    done_this_month: Mapping[str, int],
) -> tuple[Suggestion, ...]:
    """What to practise next, by engineer in the order of their names, within each one's monthly budget.

    Args:
        cards: by engineer and family, with None for what was never practised.
        budget: manual drills a month for each engineer.
        done_this_month: by engineer; nobody's budget goes below 0.

    Raises:
        ValueError: the budget is negative, or the time has no zone.
    """
    if budget < 0:
        raise ValueError(f"a monthly budget is a number of drills, not {budget}")
    moment = _utc(at)
    waiting: dict[str, list[Suggestion]] = {}
    for (engineer, family), card in cards.items():
        reason: Literal["never practised", "due", "soonest"] = "never practised"
        if card is not None:
            reason = "due" if card.due <= moment else "soonest"
        waiting.setdefault(engineer, []).append(Suggestion(engineer, family, priority(card, moment), reason))
    chosen: list[Suggestion] = []
    for engineer, suggestions in sorted(waiting.items()):
        left = max(0, budget - done_this_month.get(engineer, 0))
        chosen += sorted(suggestions, key=lambda each: (each.priority, each.family))[:left]
    return tuple(chosen)


def next_difficulty(successes: Iterable[bool], start: float = 2.0, step: float = 1.0) -> int:
    """The difficulty of the next drill, 1 to 5, so that about 65 % of drills succeed.

    Formula: up by step · (1 − 0.65) after a success, down by step · 0.65 after a failure; where it comes
    to rest, p·0.35 = (1 − p)·0.65, so p = 0.65.
    Source: Kaernbach, Perception & Psychophysics 49, 1991, 227-229 (weighted up-down method).
    """
    level = start
    for success in successes:
        level += step * (1 - TARGET_SUCCESS) if success else -step * TARGET_SUCCESS
        level = min(float(HARDEST), max(float(EASIEST), level))
    return round(level)


def closest(wanted: int, available: Collection[int]) -> int | None:
    """The available difficulty nearest to the one wanted, the easier of two; None if there is none."""
    return min(available, key=lambda level: (abs(level - wanted), level), default=None)


def _utc(at: dt.datetime) -> dt.datetime:
    if at.tzinfo is None:
        raise ValueError(f"a time needs its zone: {at.isoformat()}")
    return at.astimezone(dt.UTC)


@cache
def _scheduler() -> Scheduler:
    from fsrs import Scheduler

    return Scheduler(
        desired_retention=RETENTION,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=LONGEST_DAYS,
        enable_fuzzing=False,
    )


def _to_fsrs(card: Card | None, now: dt.datetime) -> FsrsCard:
    # An id is given because fsrs would read the clock, and wait, to make one.
    from fsrs import Card as FsrsCard
    from fsrs import State

    if card is None:
        return FsrsCard(card_id=1, due=now)
    return FsrsCard(
        card_id=1,
        state=State(card.state),
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due,
        last_review=card.last_review,
    )
