"""Times with censoring, on the remissions of Freireich 1963 and against lifelines."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.stats.survival import Duration, kaplan_meier, median, restricted_mean
from tests.scoring.stats import published as data

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines import KaplanMeierFitter
    from lifelines.utils import restricted_mean_survival_time

SIX_MP = tuple(Duration(weeks, ended) for weeks, ended in data.LEUKAEMIA_6MP)
PLACEBO = tuple(Duration(weeks, ended) for weeks, ended in data.LEUKAEMIA_PLACEBO)

durations = st.lists(
    st.builds(Duration, st.integers(1, 12).map(float), st.booleans()), min_size=2, max_size=15
)


def test_the_data_are_those_published() -> None:
    """42 children, 541 weeks at risk, 30 relapses."""
    both = SIX_MP + PLACEBO
    assert len(both) == 42
    assert sum(duration.seconds for duration in both) == 541
    assert sum(duration.ended for duration in both) == 30


def test_the_remissions_by_hand() -> None:
    """6-MP: 18/21, then · 16/17, · 14/15, · 11/12, · 10/11, · 6/7, · 5/6."""
    expected, survival = [], 1.0
    for share in (18 / 21, 16 / 17, 14 / 15, 11 / 12, 10 / 11, 6 / 7, 5 / 6):
        survival *= share
        expected.append(survival)
    steps = kaplan_meier(SIX_MP)
    assert [step.seconds for step in steps] == [6, 7, 10, 13, 16, 22, 23]
    assert [step.survival for step in steps] == pytest.approx(expected)


def test_after_23_weeks_all_controls_and_about_half_of_the_treated_had_relapsed() -> None:
    """As the published description of the data says."""
    assert kaplan_meier(PLACEBO)[-1].seconds == 23
    assert kaplan_meier(PLACEBO)[-1].survival == 0
    assert kaplan_meier(SIX_MP)[-1].survival == pytest.approx(0.448, abs=5e-4)
    assert (median(kaplan_meier(SIX_MP)), median(kaplan_meier(PLACEBO))) == (23, 8)


@settings(max_examples=25)
@given(durations)
def test_agrees_with_lifelines(known: list[Duration]) -> None:
    """The curve, the median and the area under it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter = KaplanMeierFitter().fit(
            [duration.seconds for duration in known], [duration.ended for duration in known]
        )
        area = restricted_mean_survival_time(fitter, t=10)
    steps = kaplan_meier(known)
    for step in steps:
        assert fitter.predict(step.seconds) == pytest.approx(step.survival)
    if all(abs(step.survival - 0.5) > 1e-9 for step in steps):  # at one half itself, conventions differ
        assert (median(steps) or np.inf) == fitter.median_survival_time_
    found = restricted_mean(steps, len(known), 10.0)
    assert found is not None
    assert found.seconds == pytest.approx(area)


def test_without_censoring_the_restricted_mean_is_the_mean() -> None:
    """And its error is s/√n, of the times cut at the horizon."""
    seconds = [100.0, 250.0, 250.0, 700.0, 1200.0, 1200.0]
    found = restricted_mean(kaplan_meier([Duration(each, each < 1200) for each in seconds]), 6, 1200.0)
    assert found is not None
    assert found.seconds == pytest.approx(np.mean(seconds))
    assert found.standard_error == pytest.approx(np.std(seconds, ddof=1) / np.sqrt(6))


def test_all_ran_out() -> None:
    """The curve has no step, no median, and the whole horizon as its mean."""
    known = [Duration(1200.0, False)] * 4
    found = restricted_mean((), 4, 1200.0)
    assert kaplan_meier(known) == ()
    assert median(()) is None
    assert found is not None
    assert (found.seconds, found.standard_error) == (1200.0, 0.0)


def test_nothing_known() -> None:
    """No durations: no curve and no mean."""
    assert kaplan_meier(()) == ()
    assert restricted_mean((), 0, 1200.0) is None
