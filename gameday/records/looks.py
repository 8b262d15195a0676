"""The planned looks that were taken, kept: what a look found is never worked out again.

Otherwise a drill that is taken in late, or a person who is erased, could change a verdict after the fact.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import sqlalchemy as sa

from gameday.records.tables import looks
from scoring.comparison.verdict import Estimate, Look, Outcome, Primary


def declared(connection: sa.Connection) -> Primary | None:
    """The outcome at which looks were taken first; None before the first look."""
    first = sa.select(looks.c.outcome).order_by(looks.c.looked_at, looks.c.pairs).limit(1)
    return cast(Primary | None, connection.scalar(first))


def read_looks(connection: sa.Connection, outcome: Primary) -> tuple[Look, ...]:
    """The looks that were taken at an outcome, in order."""
    wanted = sa.select(looks).where(looks.c.outcome == outcome).order_by(looks.c.pairs)
    return tuple(_look(row) for row in connection.execute(wanted))


def keep_looks(connection: sa.Connection, outcome: Primary, taken: Iterable[Look], now: float) -> None:
    """Keep looks; one that is kept already stays as it is."""
    known = set(connection.scalars(sa.select(looks.c.pairs).where(looks.c.outcome == outcome)))
    rows = [_row(outcome, look, now) for look in taken if look.pairs not in known]
    if rows:
        connection.execute(sa.insert(looks), rows)


def _row(outcome: Primary, look: Look, now: float) -> dict[str, object]:
    found = look.found
    return {
        "outcome": outcome,
        "pairs": look.pairs,
        "looked_at": now,
        "engineers": look.engineers,
        "p": found.p if found else None,
        "least_p": found.least_p if found else None,
        "method": found.method if found else None,
        "direction": found.direction if found else None,
        "effect": found.estimate.value if found else None,
        "low": found.estimate.low if found else None,
        "high": found.estimate.high if found else None,
        "level": found.estimate.level if found else None,
    }


def _look(row: sa.Row[tuple[object, ...]]) -> Look:
    at = row._mapping
    if at["p"] is None:
        return Look(at["pairs"], None, at["engineers"])
    estimate = Estimate(at["effect"], at["low"], at["high"], at["level"])
    found = Outcome(estimate, at["p"], at["method"], at["least_p"], at["direction"])
    return Look(at["pairs"], found, at["engineers"])
