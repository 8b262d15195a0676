"""Drills and pairs, short to write."""

from __future__ import annotations

import datetime as dt
from typing import Any

from scoring.comparison import Pair, Rep

START = dt.datetime(2026, 1, 5, 10, 0, tzinfo=dt.UTC)
LIMIT_S = 1200.0


def rep(
    ai: bool = False, order: int = 1, block: str | None = "b", seconds: float = 600.0, **other: Any
) -> Rep:
    """A sound drill; `seconds` beyond the limit ran out."""
    made = Rep(
        run=f"{block}/{order}",
        engineer="ada",
        team="red",
        family="caches",
        variant=f"v{order}",
        ai=ai,
        ended=START,
        time_to_mitigate_s=min(seconds, LIMIT_S),
        mitigated=seconds <= LIMIT_S,
        limit_s=LIMIT_S,
        diagnosis=0.8,
        correct=True,
        block=block,
        order=order,
    )
    return made._replace(**other)


def block(name: str, on: float, off: float, ai_first: bool, day: int = 0, **other: Any) -> tuple[Rep, Rep]:
    """Two drills that make a pair; `other` is of both."""
    ended = START + dt.timedelta(days=day)
    return (
        rep(True, 1 if ai_first else 2, name, on, ended=ended, **other),
        rep(False, 2 if ai_first else 1, name, off, ended=ended, **other),
    )


def pair(on: float = 600.0, off: float = 600.0, ai_first: bool = True, **other: Any) -> Pair:
    """One pair."""
    with_ai, without = block("b", on, off, ai_first, **other)
    return Pair.of("b", on=with_ai, off=without)
