"""A year of a team of eight by a stated model: what was put in comes out, and no more."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from scoring.comparison import Rep, compare
from scoring.currency import Practice, currency
from scoring.rating import Performance, rate
from scoring.recall import card_of, next_up
from scoring.simulation import Model, Study, simulate

YEAR = Study(engineers=8, families=6, blocks_per_family=2)
"""96 pairs: two a month for each engineer's twelve blocks."""
FAMILIES = tuple(f"family-{number + 1}" for number in range(6))
PAR_S = 480.0


def practice(rep: Rep) -> Practice:
    return Practice(
        rep.ended,
        rep.family,
        manual=not rep.ai,
        spoiled=rep.spoiled,
        rating=rate(
            Performance(
                mitigated=rep.mitigated,
                time_to_mitigate_s=rep.time_to_mitigate_s,
                diagnosis=rep.diagnosis,
                harmful=False,
                harm_minutes=0,
                confidence=rep.beliefs[0].confidence,
            ),
            PAR_S,
        ),
    )


def test_the_same_seed_is_the_same_year() -> None:
    """And another seed another one."""
    assert simulate(Model(), 1, YEAR) == simulate(Model(), 1, YEAR)
    assert simulate(Model(), 1, YEAR) != simulate(Model(), 2, YEAR)


def test_a_true_effect_is_found_and_its_size_lies_in_the_interval() -> None:
    """40 % less time with the AI, and second drills 10 % faster."""
    found = compare(simulate(Model(ai_ratio=0.6, practice=0.9), 3, YEAR))
    assert (found.pairs, found.engineers, found.excluded) == (96, 8, {})
    assert found.verdict.finding == "better"
    assert found.time is not None
    assert found.time.estimate.low < 0.6 < found.time.estimate.high
    assert found.at_large is not None
    assert found.at_large.estimate.low < 0.6 < found.at_large.estimate.high
    assert found.on.restricted_mean is not None
    assert found.off.restricted_mean is not None
    assert found.on.restricted_mean.seconds < found.off.restricted_mean.seconds


def test_an_ai_that_slows_people_down_is_called_so() -> None:
    """60 % more time with it."""
    assert compare(simulate(Model(ai_ratio=1.6), 4, YEAR)).verdict.finding == "worse"


def test_without_effect_there_is_hardly_ever_a_verdict() -> None:
    """Over 60 years without an effect, but with strong practice: at most 5 % by design, 3 expected."""
    years = [simulate(Model(practice=0.7), seed, YEAR) for seed in range(60)]
    called = sum(compare(year).verdict.finding in ("better", "worse") for year in years)
    assert called <= 8


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """95 % intervals of 60 years: 57 expected, 52 or more by chance alone in 98 of 100 tries."""
    years = [compare(simulate(Model(ai_ratio=0.8, limit_s=1e6), seed, YEAR)) for seed in range(60)]
    held = sum(year.time.estimate.low <= 0.8 <= year.time.estimate.high for year in years if year.time)
    assert held >= 52


def test_early_in_the_year_it_says_not_yet() -> None:
    """After the first weeks, whatever the effect."""
    year = simulate(Model(ai_ratio=0.5), 3, YEAR)
    found = compare(year[:12])
    assert found.verdict.finding == "refused"
    assert "No verdict possible yet" in found.verdict.sentence
    assert found.at_large is None


def test_a_small_effect_is_not_claimed_to_be_absent() -> None:
    """5 % less time can't be seen in a year; the interval leaves room for it and for none."""
    found = compare(simulate(Model(ai_ratio=0.95), 8, YEAR))
    assert found.verdict.finding == "not shown"
    assert found.time is not None
    assert found.time.estimate.low < 0.95 < found.time.estimate.high


def test_what_was_put_into_reliance_comes_out() -> None:
    """A quarter of hints wrong; 90 % of right and 30 % of wrong ones taken: J is near 0.6."""
    year = simulate(Model(follows_right=0.9, follows_wrong=0.3), 5, YEAR)
    found = compare(year)
    assert (found.advisor.wrong.k, found.advisor.wrong.n) == (24, 96)
    assert found.reliance.j == pytest.approx(0.6, abs=0.25)
    assert found.reliance.commission.low < 0.3 < found.reliance.commission.high
    assert found.reliance.anchoring.excess is not None


def test_overconfidence_and_the_perception_gap_come_out() -> None:
    """Sure at 0.75 and right at 0.65 by hand; with the AI it feels 20 % faster than it is."""
    found = compare(simulate(Model(felt_ratio=0.8, limit_s=1e6), 6, YEAR))
    assert found.calibration_off.overconfidence == pytest.approx(0.10, abs=0.12)
    assert found.perception is not None
    assert found.perception.low < math.log(0.8) < found.perception.high


def test_who_stopped_practising_by_hand_lapses_on_the_day_the_rule_says() -> None:
    """All drills by hand after June are done with the AI instead: lapsed 90 days after the third last."""
    year = simulate(Model(base_s=200), 7, Study(engineers=8, families=6, blocks_per_family=4))
    june = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
    stopped = [
        rep._replace(ai=True) if rep.engineer == "engineer-1" and rep.ended > june else rep for rep in year
    ]
    drills = [practice(rep) for rep in stopped if rep.engineer == "engineer-1"]
    counting = sorted(drill.day for drill in drills if drill.qualifies)
    before, after = (
        currency(drills, {drill.family for drill in drills if drill.qualifies}, day)
        for day in (june.date(), dt.date(2025, 12, 31))
    )
    assert before.is_current
    assert after.status == "lapsed"
    assert after.expires is not None
    assert after.expires <= counting[-3] + dt.timedelta(90)


def test_next_names_what_was_left_longest_within_the_budget() -> None:
    """A family that engineer-2 never did by hand comes first, and nobody gets more than two."""
    year = [
        rep
        for rep in simulate(Model(), 9, YEAR)
        if not (rep.engineer == "engineer-2" and rep.family == "family-4")
    ]
    now = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)
    cards = {
        (engineer, family): card_of(
            (rep.ended, practice(rep).rating)
            for rep in year
            if (rep.engineer, rep.family, rep.ai) == (engineer, family, False)
        )
        for engineer in sorted({rep.engineer for rep in year})
        for family in FAMILIES
    }
    found = next_up(cards, now, budget=2, done_this_month={"engineer-3": 1})
    assert [each.engineer for each in found] == sorted(each.engineer for each in found)
    second = [each for each in found if each.engineer == "engineer-2"]
    assert (second[0].family, second[0].reason) == ("family-4", "never practised")
    assert len([each for each in found if each.engineer == "engineer-3"]) == 1
