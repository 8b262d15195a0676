"""Whether manual skill is current, as a pilot's is: so many drills without the AI in so many days.

Current is not proficient. It says that somebody has lately done it by hand, and no more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from scoring.rating import Rating, at_least_hard

Status = Literal["current", "lapsing", "lapsed", "not yet"]


@dataclass(frozen=True)
class CurrencyRules:
    """The numbers of the rule, in drills and days."""

    drills: int = 3
    window_days: int = 90
    family_window_days: int = 180
    """Each family needs one drill in so many days."""
    lapsing_days: int = 14
    """So long before it expires, it is lapsing."""
    observed_after_days: int = 180
    """Lapsed for longer, it is regained only with an observed drill on an unseen variant."""

    def __post_init__(self) -> None:
        numbers = (self.drills, self.window_days, self.family_window_days)
        if min(numbers) < 1 or min(self.lapsing_days, self.observed_after_days) < 0:
            raise ValueError("a currency rule counts at least one drill and one day, and nothing negative")


@dataclass(frozen=True)
class Practice:
    """One drill as currency sees it."""

    ended: dt.datetime
    """With its time zone; the day that counts is the day in UTC."""
    family: str
    manual: bool
    spoiled: bool
    rating: Rating
    observed: bool = False
    unseen: bool = True

    @property
    def day(self) -> dt.date:
        """The UTC day.

        Raises:
            ValueError: the time has no zone.
        """
        if self.ended.tzinfo is None:
            raise ValueError(f"a drill's end needs a time zone: {self.ended.isoformat()}")
        return self.ended.astimezone(dt.UTC).date()

    @property
    def qualifies(self) -> bool:
        """Manual, not spoiled, and rated Hard or better."""
        return self.manual and not self.spoiled and at_least_hard(self.rating)


@dataclass(frozen=True)
class Currency:
    """One engineer's currency in a set of families, on one day."""

    status: Status
    expires: dt.date | None
    """The last day on which it is or was current; None if it never was."""
    drills_short: int
    """Qualifying drills that are missing in the window today."""
    families_short: tuple[str, ...]
    """Families without a qualifying drill in their window today."""
    needs_observed: bool
    """Only an observed drill on an unseen variant opens the way back."""

    @property
    def is_current(self) -> bool:
        return self.status in ("current", "lapsing")


def currency(
    practice: Iterable[Practice],
    families: Collection[str],
    on: dt.date,
    rules: CurrencyRules | None = None,
) -> Currency:
    """Currency on a day (UTC), from the drills that had ended by then.

    Formula: expiry = the earlier of (date of the third most recent qualifying drill + 90 days) and (for
    each family, its latest + 180 days); current up to and including that day; lapsing in its last 14
    days. 10 Jan, 20 Feb and 5 Mar expire on 10 Apr (in a leap year, on 9 Apr). After 180 days lapsed, an
    observed drill on an unseen variant must be among those that bring it back.
    Source: 14 CFR 61.57(a), three take-offs and landings within the preceding 90 days.

    Raises:
        ValueError: no families, or a drill without a time zone.
    """
    if not families:
        raise ValueError("currency is in a set of families, and there is none")
    rules = rules or CurrencyRules()
    done = sorted(
        (drill for drill in practice if drill.qualifies and drill.family in families and drill.day <= on),
        key=lambda drill: drill.ended,
    )
    expires, needs_observed = _history(done, families, on, rules)
    if expires is None:
        status: Status = "not yet"
    elif on > expires:
        status = "lapsed"
    else:
        status = "lapsing" if (expires - on).days <= rules.lapsing_days else "current"
    return Currency(
        status=status,
        expires=expires,
        drills_short=max(0, rules.drills - sum((on - drill.day).days <= rules.window_days for drill in done)),
        families_short=_families_short(done, families, on, rules),
        needs_observed=needs_observed,
    )


def _history(
    done: Sequence[Practice], families: Collection[str], on: dt.date, rules: CurrencyRules
) -> tuple[dt.date | None, bool]:
    """The latest expiry, and whether the way back is barred on `on`."""
    grace = dt.timedelta(rules.observed_after_days)
    expires: dt.date | None = None
    barred = False
    days: list[dt.date] = []
    latest: dict[str, dt.date] = {}
    for drill in done:
        barred = barred or (expires is not None and drill.day > expires + grace)
        if drill.observed and drill.unseen:
            barred = False
        days.append(drill.day)
        latest[drill.family] = drill.day
        until = _expiry(days, latest, families, rules)
        if not barred and until is not None and until >= drill.day:
            expires = until
    return expires, barred or (expires is not None and on > expires + grace)


def _expiry(
    days: Sequence[dt.date], latest: dict[str, dt.date], families: Collection[str], rules: CurrencyRules
) -> dt.date | None:
    if len(days) < rules.drills or len(latest) < len(set(families)):
        return None
    return min(
        days[-rules.drills] + dt.timedelta(rules.window_days),
        min(latest.values()) + dt.timedelta(rules.family_window_days),
    )


def _families_short(
    done: Sequence[Practice], families: Collection[str], on: dt.date, rules: CurrencyRules
) -> tuple[str, ...]:
    fresh = {drill.family for drill in done if (on - drill.day).days <= rules.family_window_days}
    return tuple(sorted(set(families) - fresh))
