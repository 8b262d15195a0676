"""When drills fall: an RRULE by the clock of a time zone, as moments in UTC.

RFC 5545 is read by python-dateutil, which looks for a rule's next day until the year 9999 whatever the
rule's end. That takes seconds for a rule that never fires; so it is asked for the same days as late as the
calendar goes, which repeats every 400 years, weekdays included.
"""

from __future__ import annotations

import datetime as dt
import itertools
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dateutil.rrule import rrule

_DAYS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = (
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "BYWEEKNO",
    "BYYEARDAY", "WKST",
)  # fmt: skip
_LARGEST = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
_CYCLE = 400
_LAST_YEAR = 9990


class SkippedByTheClock(ValueError):
    """A time of day that does not exist on that day, because clocks go forward."""

    def __init__(self, day: dt.datetime, zone: str) -> None:
        super().__init__(
            f"{day:%H:%M} does not exist in {zone} on {day:%Y-%m-%d}, when clocks go forward; "
            "choose another time of day"
        )


@dataclass(frozen=True)
class Recurrence:
    """A rule that has been read."""

    rule: str
    """Without COUNT and UNTIL."""
    count: int | None
    until: dt.datetime | None
    """By the local clock."""

    def days(self, start: dt.date, end: dt.date, at: dt.time) -> Iterator[dt.datetime]:
        """Local moments, without a zone, from the start up to, not including, the end."""
        last = dt.datetime.combine(end, dt.time()) - dt.timedelta(seconds=1)
        if self.until is not None:
            last = min(last, self.until)
        later = (_LAST_YEAR - end.year) // _CYCLE * _CYCLE
        found = _read(self.rule, _moved(dt.datetime.combine(start, at), later))
        days = (_moved(day, -later) for day in found.replace(until=_moved(last, later)))
        return itertools.islice(days, self.count)

    def moments(
        self, start: dt.date, end: dt.date, at: dt.time, zone: zoneinfo.ZoneInfo
    ) -> tuple[dt.datetime, ...]:
        """The same in UTC. Where the clock shows a time twice, the first is meant.

        Raises:
            SkippedByTheClock: one of them does not exist.
        """
        made = []
        for day in self.days(start, end, at):
            moment = day.replace(tzinfo=zone).astimezone(dt.UTC)
            if moment.astimezone(zone).replace(tzinfo=None) != day:
                raise SkippedByTheClock(day, zone.key)
            made.append(moment)
        return tuple(made)


def _moved(day: dt.datetime, years: int) -> dt.datetime:
    return day.replace(year=day.year + years)


def recurrence(text: str) -> Recurrence:
    """A rule such as `FREQ=WEEKLY;BYDAY=TU,TH`.

    Raises:
        ValueError: it isn't one, or says what a roster says elsewhere.
    """
    parts = _parts(text)
    frequency = parts.get("FREQ", "")
    if frequency not in _DAYS:
        raise ValueError(f"FREQ={frequency}: a drill recurs {', '.join(_DAYS)}, as in FREQ=WEEKLY;BYDAY=TU")
    count = _whole(parts, "COUNT")
    _whole(parts, "INTERVAL")
    for key, largest in _LARGEST.items():
        _in_range(parts, key, largest)
    until = _until(parts.pop("UNTIL", None))
    parts.pop("COUNT", None)
    rule = ";".join(f"{key}={value}" for key, value in parts.items())
    _read(rule, dt.datetime(2000, 1, 1))
    return Recurrence(rule, count, until)


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for pair in text.strip().upper().removeprefix("RRULE:").split(";"):
        key, equals, value = pair.partition("=")
        if not equals or not value:
            raise ValueError(f"{pair!r} is no part of a rule; a rule is like FREQ=WEEKLY;BYDAY=TU")
        if key in ("BYHOUR", "BYMINUTE", "BYSECOND"):
            raise ValueError(f"{key}: the time of day stands under `at`")
        if key not in _PARTS:
            raise ValueError(f"{key}: there is no such part; there are: {', '.join(_PARTS)}")
        if key in parts:
            raise ValueError(f"{key} is there twice")
        parts[key] = value
    return parts


def _whole(parts: dict[str, str], key: str) -> int | None:
    if key not in parts:
        return None
    if not parts[key].isdecimal() or not 0 < int(parts[key]) < 10_000:
        raise ValueError(f"{key}={parts[key]}: has to be a whole number from 1 on")
    return int(parts[key])


def _in_range(parts: dict[str, str], key: str, largest: int) -> None:
    for each in parts.get(key, "").split(",") if key in parts else ():
        digits = each.lstrip("+-")
        if not digits.isdecimal() or not 0 < int(digits) <= largest:
            raise ValueError(f"{key}={parts[key]}: takes numbers from 1 to {largest}")


def _until(text: str | None) -> dt.datetime | None:
    """The end of a day, or a moment; by the local clock, as a plan's days are."""
    if text is None:
        return None
    for form in ("%Y%m%d", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ"):
        try:
            found = dt.datetime.strptime(text, form)
        except ValueError:
            continue
        return found.replace(hour=23, minute=59, second=59) if form == "%Y%m%d" else found
    raise ValueError(f"UNTIL={text}: has to be a day such as 20270228")


def _read(rule: str, start: dt.datetime) -> rrule:
    from dateutil.rrule import rrule, rrulestr

    try:
        found = rrulestr(rule, dtstart=start)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise ValueError(f"{rule!r} is no rule that can be read: {error}") from error
    if not isinstance(found, rrule):
        raise ValueError(f"{rule!r} is more than one rule")
    return found
