"""Rates drills by hand when they are taken in, and keeps a card for each engineer and family.

A rating is given once, by the par of that day, which is made from the drills that had ended before: nobody's
past changes because somebody else got faster. The cards are `fsrs`'s, which a drill doesn't need; where it is
not installed, ratings are kept and the cards are folded by whoever asks for them next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from gameday.records.sealing import SEALED_ROW
from gameday.records.tables import cards, drills, people, scorecards
from scoring.rating import Performance, Rating, RunningPar, rate
from scoring.recall import Card, card_of
from scoring.stats.survival import Duration

_BY_HAND = sa.and_(drills.c.mode == "manual", drills.c.void.is_(False))
_COUNTS = sa.and_(_BY_HAND, drills.c.spoiled.is_(False), scorecards.c.rating.is_not(None), ~SEALED_ROW)
"""Drills that a card remembers: what was known beforehand tests no memory, and what is sealed isn't told."""
_SCORED = drills.join(scorecards)


class Practised(NamedTuple):
    """One rated drill by hand, as currency sees it. Times are UNIX seconds."""

    person: int
    family: str
    ended: float
    spoiled: bool
    rating: str
    observed: bool
    unseen: bool
    """The engineer had not met its variant before; asked for observed drills only, else true."""


def settle(connection: sa.Connection) -> None:
    """Rate what has no rating yet, and bring the cards up to date."""
    touched = rate_pending(connection)
    if touched and can_fold():
        fold_cards(connection, touched)


def can_fold() -> bool:
    """Whether `fsrs` is installed."""
    return find_spec("fsrs") is not None


def unrated(connection: sa.Connection) -> bool:
    """Whether a drill by hand has no rating."""
    pending = sa.select(drills.c.id).select_from(_SCORED).where(_BY_HAND, scorecards.c.rating.is_(None))
    return connection.scalar(pending.limit(1)) is not None


def unfolded(connection: sa.Connection) -> bool:
    """Whether a card lacks drills, or has too many."""
    return bool(_behind(connection))


def rate_pending(connection: sa.Connection) -> frozenset[tuple[int, str]]:
    """Give every drill by hand that has none its rating; by person and family, whose changed."""
    pending = sa.and_(_BY_HAND, scorecards.c.rating.is_(None))
    families = connection.scalars(sa.select(drills.c.family).select_from(_SCORED).where(pending).distinct())
    touched: set[tuple[int, str]] = set()
    for family in families.all():
        found = list(_rated(connection, family))
        connection.execute(
            sa.update(scorecards)
            .where(scorecards.c.drill_id == sa.bindparam("drill"))
            .values(rating=sa.bindparam("given"), rated_by_par_s=sa.bindparam("par")),
            [{"drill": drill, "given": given, "par": par} for drill, _, given, par in found],
        )
        touched |= {(person, family) for _, person, _, _ in found}
    return frozenset(touched)


def _rated(connection: sa.Connection, family: str) -> Iterator[tuple[int, int, Rating, float]]:
    """Of one family, oldest first: drill, person, rating and the par that it was given by."""
    card = scorecards.c
    rows = connection.execute(
        sa.select(
            drills.c.id, drills.c.person_id, drills.c.limit_s, drills.c.par_s, drills.c.spoiled, card.rating,
            card.mitigated, card.time_to_mitigate_s, card.diagnosis, card.harmful, card.harm_minutes,
            card.confidence, card.no_fault, card.stood_down_s,
        )
        .select_from(_SCORED)
        .where(_BY_HAND, drills.c.family == family)
        .order_by(drills.c.ended, drills.c.id)
    )  # fmt: skip
    running = RunningPar()
    for row in rows.all():
        if row.rating is None:
            par = running.par(row.par_s or row.limit_s)
            yield row.id, row.person_id, rate(_performance(row), par), par
        if not row.spoiled and row.time_to_mitigate_s is not None:
            running.add(Duration(row.time_to_mitigate_s, bool(row.mitigated)))


def _performance(row: Any) -> Performance:
    """As `scoring.rating.performance` has it of a whole scorecard."""
    mitigated, seconds = bool(row.mitigated), row.time_to_mitigate_s
    if row.no_fault is not None:
        mitigated = row.no_fault == "correct_stand_down"
        seconds = row.stood_down_s if mitigated else None
    return Performance(
        mitigated=mitigated,
        time_to_mitigate_s=row.limit_s if seconds is None else seconds,
        diagnosis=row.diagnosis,
        harmful=bool(row.harmful),
        harm_minutes=row.harm_minutes or 0.0,
        confidence=row.confidence,
    )


def fold_cards(connection: sa.Connection, touched: Iterable[tuple[int, str]] | None = None) -> None:
    """Fold the drills of these engineers and families into their cards; of all that are behind, if None."""
    wanted = set(_behind(connection)) if touched is None else set(touched)
    history: dict[tuple[int, str], list[tuple[dt.datetime, Rating]]] = {key: [] for key in wanted}
    rows = sa.select(drills.c.person_id, drills.c.family, drills.c.ended, scorecards.c.rating)
    counted = rows.select_from(_SCORED).where(_COUNTS)
    if len(wanted) == 1:
        ((person, family),) = wanted
        counted = counted.where(drills.c.person_id == person, drills.c.family == family)
    if wanted:
        for row in connection.execute(counted):
            if (row.person_id, row.family) in history:
                at = dt.datetime.fromtimestamp(row.ended, dt.UTC)
                history[row.person_id, row.family].append((at, cast(Rating, row.rating)))
    for (person, family), reviews in history.items():
        here = sa.and_(cards.c.person_id == person, cards.c.family == family)
        connection.execute(sa.delete(cards).where(here))
        card = card_of(reviews)
        if card is not None:
            connection.execute(sa.insert(cards).values(_row(person, family, len(reviews), card)))


def _behind(connection: sa.Connection) -> list[tuple[int, str]]:
    """Engineers and families whose card has not all of their drills, or too many."""
    count = sa.func.count().label("drills")
    having = (
        sa.select(drills.c.person_id, drills.c.family, count)
        .select_from(_SCORED)
        .where(_COUNTS)
        .group_by(drills.c.person_id, drills.c.family)
    )
    done = {(row.person_id, row.family): row.drills for row in connection.execute(having)}
    folded = {(row.person_id, row.family): row.drills for row in connection.execute(sa.select(cards))}
    return [key for key in done.keys() | folded.keys() if done.get(key) != folded.get(key)]


def _row(person: int, family: str, count: int, card: Card) -> dict[str, object]:
    return {
        "person_id": person,
        "family": family,
        "drills": count,
        "state": card.state,
        "stability": card.stability,
        "difficulty": card.difficulty,
        "due": card.due.timestamp(),
        "last_review": card.last_review.timestamp(),
    }


def read_cards(connection: sa.Connection) -> dict[tuple[int, str], Card]:
    """Every card, by person and family."""
    return {
        (row.person_id, row.family): Card(
            row.state,
            row.stability,
            row.difficulty,
            dt.datetime.fromtimestamp(row.due, dt.UTC),
            dt.datetime.fromtimestamp(row.last_review, dt.UTC),
        )
        for row in connection.execute(sa.select(cards))
    }


def read_practice(connection: sa.Connection) -> list[Practised]:
    """Every rated drill by hand that isn't sealed, oldest first."""
    earlier = drills.alias("earlier")
    met_before = (
        sa.select(earlier.c.id)
        .where(
            earlier.c.person_id == drills.c.person_id,
            earlier.c.pack == drills.c.pack,
            earlier.c.variant == drills.c.variant,
            earlier.c.started < drills.c.started,
            sa.or_(earlier.c.met.is_(True), sa.and_(earlier.c.met.is_(None), earlier.c.void.is_(False))),
        )
        .exists()
    )
    observed = drills.c.observer.is_not(None)
    wanted = (
        sa.select(
            drills.c.person_id, drills.c.family, drills.c.ended, drills.c.spoiled, scorecards.c.rating,
            observed, sa.case((observed, ~met_before), else_=sa.true()),
        )
        .select_from(_SCORED.join(people))
        .where(_BY_HAND, scorecards.c.rating.is_not(None), ~SEALED_ROW)
        .order_by(drills.c.ended, drills.c.id)
    )  # fmt: skip
    return [Practised(*row) for row in connection.execute(wanted)]


def read_sealed(connection: sa.Connection) -> list[tuple[int, float]]:
    """Of every sealed drill by hand, oldest first: whose it was, and when it ended (UNIX seconds)."""
    wanted = sa.select(drills.c.person_id, drills.c.ended).where(_BY_HAND, SEALED_ROW)
    return [(row.person_id, row.ended) for row in connection.execute(wanted.order_by(drills.c.ended))]
