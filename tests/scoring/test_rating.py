"""Ratings by gates, and what a drill should take."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rating import RATINGS, Performance, Rating, at_least_hard, par, rate
from scoring.stats.survival import Duration

GOOD = Performance(
    mitigated=True, time_to_mitigate_s=300, diagnosis=0.8, harmful=False, harm_minutes=0, confidence=0.8
)


@pytest.mark.parametrize(
    ("change", "rating"),
    [
        ({}, "good"),
        ({"mitigated": False}, "again"),
        ({"harmful": True}, "again"),
        ({"diagnosis": 0.39}, "again"),
        ({"diagnosis": 0.4}, "hard"),
        ({"diagnosis": 0.69}, "hard"),
        ({"diagnosis": 0.7}, "good"),
        ({"time_to_mitigate_s": 450}, "good"),
        ({"time_to_mitigate_s": 450.1}, "hard"),
        ({"harm_minutes": 0.1}, "hard"),
        ({"diagnosis": 0.9, "time_to_mitigate_s": 224}, "easy"),
        ({"diagnosis": 0.9, "time_to_mitigate_s": 225}, "good"),
        ({"diagnosis": 0.9, "time_to_mitigate_s": 224, "confidence": 0.69}, "good"),
        ({"diagnosis": 0.9, "time_to_mitigate_s": 224, "confidence": None}, "good"),
        ({"diagnosis": 1.0, "time_to_mitigate_s": 10, "harmful": True}, "again"),
    ],
)
def test_the_gates(change: dict[str, float], rating: Rating) -> None:
    """Each side of each gate, with par at 300 s; speed buys off nothing."""
    assert rate(replace(GOOD, **change), 300) == rating  # type: ignore[arg-type]


def test_par_is_a_time() -> None:
    """Nothing takes no time."""
    with pytest.raises(ValueError, match="above 0"):
        rate(GOOD, 0)


def test_par_is_the_authors_until_there_are_eight() -> None:
    """Seven drills don't change it; the eighth brings their median."""
    seven = [Duration(100.0 * number, True) for number in range(1, 8)]
    assert par(300, seven) == 300
    assert par(300, [*seven, Duration(800, True)]) == 400


def test_par_counts_those_who_ran_out() -> None:
    """They are slower than any who didn't; with more than half of them there is no median."""
    some = [*(Duration(number, True) for number in (100, 200, 300, 400, 500)), *([Duration(1200, False)] * 4)]
    assert par(300, some) == 500
    assert par(300, [*some, *([Duration(1200, False)] * 2)]) == 300


performances = st.builds(
    Performance,
    mitigated=st.booleans(),
    time_to_mitigate_s=st.floats(1, 1200),
    diagnosis=st.floats(0, 1),
    harmful=st.booleans(),
    harm_minutes=st.floats(0, 10),
    confidence=st.none() | st.floats(0, 1),
)


@given(performances, st.floats(0, 1))
def test_doing_better_never_rates_lower(performance: Performance, by: float) -> None:
    """Faster, righter, without harm: the rating stays or rises."""
    better = replace(
        performance,
        time_to_mitigate_s=performance.time_to_mitigate_s * by,
        diagnosis=max(performance.diagnosis, by),
        harmful=False,
        harm_minutes=0.0,
    )
    assert RATINGS.index(rate(better, 300)) >= RATINGS.index(rate(performance, 300))


def test_what_counts_for_currency() -> None:
    """All but Again."""
    assert [at_least_hard(rating) for rating in RATINGS] == [False, True, True, True]
