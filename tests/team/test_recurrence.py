"""When drills fall, by the clock of a time zone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from gameday.team.recurrence import SkippedByTheClock, recurrence

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_time_of_day_stays_the_same_over_a_change_of_clocks() -> None:
    """Ten in the morning in Berlin is 8:00 UTC in summer and 9:00 in winter."""
    found = recurrence("FREQ=WEEKLY;BYDAY=TU").moments(
        dt.date(2026, 10, 19), dt.date(2026, 11, 1), dt.time(10), BERLIN
    )
    assert [moment.isoformat() for moment in found] == [
        "2026-10-20T08:00:00+00:00",
        "2026-10-27T09:00:00+00:00",
    ]


def test_a_time_that_clocks_skip_is_refused() -> None:
    """On 28 March 2027 there is no half past two in Berlin."""
    with pytest.raises(SkippedByTheClock, match="02:30 does not exist in Europe/Berlin on 2027-03-28"):
        recurrence("FREQ=DAILY").moments(dt.date(2027, 3, 27), dt.date(2027, 3, 30), dt.time(2, 30), BERLIN)


def test_a_time_that_clocks_show_twice_is_the_first() -> None:
    """On 25 October 2026 half past two comes at 0:30 and at 1:30 UTC."""
    found = recurrence("FREQ=DAILY;COUNT=1").moments(
        dt.date(2026, 10, 25), dt.date(2026, 10, 26), dt.time(2, 30), BERLIN
    )
    assert found == (dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC),)


def test_a_rule_that_never_fires_ends() -> None:
    """The thirtieth of February is looked for, and not found."""
    rule = recurrence("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
    assert rule.moments(dt.date(2026, 1, 1), dt.date(2028, 1, 1), dt.time(10), BERLIN) == ()


@given(
    st.sampled_from(
        ["FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYDAY=1TU",
         "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYMONTHDAY=29", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO",
         "FREQ=WEEKLY;INTERVAL=2;COUNT=3"]
    ),
    st.dates(dt.date(1990, 1, 1), dt.date(2450, 1, 1)),
    st.integers(1, 104),
)  # fmt: skip
def test_days_are_those_that_dateutil_gives(text: str, start: dt.date, weeks: int) -> None:
    """Asking centuries later, as is done for speed, changes no day."""
    end = start + dt.timedelta(weeks=weeks)
    begin, last = dt.datetime.combine(start, dt.time(10)), dt.datetime.combine(end, dt.time())
    expected = []
    for day in rrulestr(text, dtstart=begin):
        if day >= last:
            break
        expected.append(day)
    assert list(recurrence(text).days(start, end, dt.time(10))) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("FREQ=HOURLY", "a drill recurs DAILY"),
        ("every tuesday", "is no part of a rule"),
        ("BYDAY=TU", "FREQ=: a drill recurs"),
        ("FREQ=WEEKLY;BYDAY=XX", "no rule that can be read"),
        ("FREQ=WEEKLY;BYHOUR=9", "stands under `at`"),
        ("FREQ=WEEKLY;INTERVAL=0", "whole number from 1 on"),
        ("FREQ=WEEKLY;BYMONTH=13", "from 1 to 12"),
        ("FREQ=WEEKLY;FREQ=DAILY", "FREQ is there twice"),
        ("FREQ=WEEKLY;UNTIL=tomorrow", "has to be a day"),
        ("FREQ=WEEKLY;COLOUR=RED", "there is no such part"),
    ],
)
def test_what_is_no_rule_is_refused_with_what_would_be_right(text: str, says: str) -> None:
    """Each in one sentence."""
    with pytest.raises(ValueError, match=says):
        recurrence(text)
