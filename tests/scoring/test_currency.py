"""Who is current, until when, and what brings it back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.currency import Currency, CurrencyRules, Practice, currency
from scoring.rating import RATINGS, Rating

FAMILIES = ("caches",)


def drill(day: dt.date, family: str = "caches", rating: Rating = "good", **other: Any) -> Practice:
    done = Practice(
        dt.datetime.combine(day, dt.time(12), dt.UTC), family, manual=True, spoiled=False, rating=rating
    )
    return replace(done, **other)


def date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def on(day: str, *drills: Practice, families: tuple[str, ...] = FAMILIES) -> Currency:
    return currency(drills, families, date(day))


WORKED = tuple(drill(date(day)) for day in ("2026-01-10", "2026-02-20", "2026-03-05"))


def test_the_worked_dates() -> None:
    """10 Jan, 20 Feb, 5 Mar: until 10 Apr, and not a day longer."""
    assert on("2026-03-10", *WORKED).expires == date("2026-04-10")
    assert [on(day, *WORKED).status for day in ("2026-03-05", "2026-03-26", "2026-03-27")] == [
        "current",
        "current",
        "lapsing",
    ]
    assert (on("2026-04-10", *WORKED).status, on("2026-04-11", *WORKED).status) == ("lapsing", "lapsed")


def test_a_leap_year_has_a_day_more() -> None:
    """90 days are days, not months: in 2028 the same dates last until 9 April."""
    leap = [drill(date(day)) for day in ("2028-01-10", "2028-02-20", "2028-03-05")]
    assert on("2028-03-10", *leap).expires == date("2028-04-09")


def test_before_the_third_drill_there_is_no_currency_to_lose() -> None:
    """Two drills: not yet, and one short."""
    found = on("2026-03-01", *WORKED)
    assert (found.status, found.expires, found.drills_short, found.is_current) == ("not yet", None, 1, False)


@pytest.mark.parametrize(
    "spoilt",
    [{"manual": False}, {"spoiled": True}],
    ids=["with the AI", "spoiled"],
)
def test_some_drills_never_count(spoilt: dict[str, Any]) -> None:
    """A drill with the AI least of all."""
    last = drill(date("2026-03-05"), **spoilt)
    assert on("2026-03-10", *WORKED[:2], last).status == "not yet"


def test_hard_is_good_enough_and_again_is_not() -> None:
    """Rated Hard or better."""
    for rating, status in (
        ("again", "not yet"),
        ("hard", "current"),
        ("good", "current"),
        ("easy", "current"),
    ):
        last = drill(date("2026-03-05"), rating=rating)  # type: ignore[arg-type]
        assert on("2026-03-10", *WORKED[:2], last).status == status


def test_each_family_needs_one_in_its_own_window() -> None:
    """Three drills in one family don't keep another; 180 days after its last one, it ends all."""
    both = ("caches", "queues")
    assert on("2026-03-10", *WORKED, families=both).families_short == ("queues",)
    assert on("2026-03-10", *WORKED, families=both).status == "not yet"
    early = drill(date("2025-10-01"), "queues")
    found = on("2026-03-10", early, *WORKED, families=both)
    assert (found.status, found.expires) == ("current", date("2026-03-30"))
    assert on("2026-03-31", early, *WORKED, families=both).families_short == ("queues",)


def test_drills_of_other_families_are_none_of_this_set() -> None:
    """Each set stands for itself."""
    others = [replace(each, family="queues") for each in WORKED]
    assert on("2026-03-10", *others).status == "not yet"


def test_a_new_drill_moves_the_expiry_on() -> None:
    """The third most recent counts: from 10 Jan to 20 Feb + 90 = 21 May."""
    assert on("2026-04-01", *WORKED, drill(date("2026-04-01"))).expires == date("2026-05-21")


def test_lapsed_and_back_within_half_a_year_takes_ordinary_drills() -> None:
    """Three new ones do."""
    back = [drill(date(day)) for day in ("2026-09-01", "2026-09-02", "2026-09-03")]
    found = on("2026-09-03", *WORKED, *back)
    assert (found.status, found.needs_observed, found.expires) == ("current", False, date("2026-11-30"))


def test_lapsed_for_longer_takes_an_observed_drill_on_an_unseen_variant() -> None:
    """10 Apr + 180 days = 7 Oct: after it, drills alone don't bring it back."""
    assert on("2026-10-07", *WORKED).needs_observed is False
    assert on("2026-10-08", *WORKED).needs_observed is True
    alone = [drill(date(day)) for day in ("2026-10-10", "2026-10-11", "2026-10-12")]
    stuck = on("2026-10-13", *WORKED, *alone)
    assert (stuck.status, stuck.needs_observed, stuck.drills_short) == ("lapsed", True, 0)
    seen = drill(date("2026-10-13"), observed=True, unseen=False)
    assert on("2026-10-13", *WORKED, *alone, seen).needs_observed is True
    watched = drill(date("2026-10-13"), observed=True)
    back = on("2026-10-13", *WORKED, *alone, watched)
    assert (back.status, back.needs_observed, back.expires) == ("current", False, date("2027-01-09"))


def test_days_are_days_in_utc() -> None:
    """Half past eleven at night in New York on 5 March is 6 March in UTC; in Tokyo it is still 5 March."""
    for zone, day in (("America/New_York", "2026-03-06"), ("Asia/Tokyo", "2026-03-05")):
        late = replace(WORKED[0], ended=dt.datetime(2026, 3, 5, 23, 30, tzinfo=ZoneInfo(zone)))
        assert late.day == date(day)


def test_clock_changes_move_nothing() -> None:
    """The two half past twos of 25 October 2026 in Berlin are an hour apart, and one day."""
    berlin = ZoneInfo("Europe/Berlin")
    first, second = (
        replace(WORKED[0], ended=dt.datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=fold))
        for fold in (0, 1)
    )
    assert second.ended.astimezone(dt.UTC) - first.ended.astimezone(dt.UTC) == dt.timedelta(hours=1)
    assert first.day == second.day == date("2026-10-25")


def test_a_time_without_a_zone_is_refused() -> None:
    """It could be any of two days."""
    with pytest.raises(ValueError, match="time zone"):
        on("2026-03-10", replace(WORKED[0], ended=dt.datetime(2026, 3, 5, 12)))


def test_nothing_to_be_current_in() -> None:
    """An empty set of families is a mistake, not a success."""
    with pytest.raises(ValueError, match="there is none"):
        currency(WORKED, (), date("2026-03-10"))


def test_the_numbers_are_settings() -> None:
    """Two drills in thirty days; the example then lasts 30 days from 20 Feb."""
    found = currency(WORKED, FAMILIES, date("2026-03-06"), CurrencyRules(drills=2, window_days=30))
    assert found.expires == date("2026-03-22")
    with pytest.raises(ValueError, match="at least one"):
        CurrencyRules(drills=0)


days = st.dates(date("2025-01-01"), date("2027-12-31"))
history = st.lists(
    st.builds(
        drill,
        days,
        st.sampled_from(("caches", "queues")),
        st.sampled_from(RATINGS),
        observed=st.booleans(),
        unseen=st.booleans(),
    ),
    max_size=15,
)


@given(history, days, st.randoms())
def test_the_order_of_the_records_does_not_matter(drills: list[Practice], day: dt.date, rng) -> None:  # type: ignore[no-untyped-def]
    """Nor do drills of the future."""
    shuffled = [each for each in drills if each.day <= day]
    rng.shuffle(shuffled)
    both = ("caches", "queues")
    assert currency(shuffled, both, day) == currency(drills, both, day)


@given(history, days)
def test_current_means_three_in_ninety_days_and_one_per_family(drills: list[Practice], day: dt.date) -> None:
    """Counted directly, where nothing was lapsed for half a year."""
    both = ("caches", "queues")
    found = currency(drills, both, day)
    recent = [each for each in drills if each.qualifies and 0 <= (day - each.day).days <= 90]
    fresh = {each.family for each in drills if each.qualifies and 0 <= (day - each.day).days <= 180}
    enough = len(recent) >= 3 and fresh == set(both)
    assert found.is_current <= enough
    if not found.needs_observed:
        assert found.is_current == enough
    assert (found.drills_short == 0 and not found.families_short) == enough


@given(history, days, st.booleans())
def test_practice_never_costs_currency(drills: list[Practice], day: dt.date, observed: bool) -> None:
    """One more good drill today never makes anybody less current."""
    more = drill(day, observed=observed)
    before, after = (currency(each, FAMILIES, day) for each in (drills, [*drills, more]))
    assert before.is_current <= after.is_current
    assert after.expires is None or before.expires is None or after.expires >= before.expires
