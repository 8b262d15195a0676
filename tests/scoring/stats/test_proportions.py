"""Counts of yes and no."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scoring.reliance import Proportion
from scoring.stats.proportions import difference, holm, mcnemar
from tests.scoring.stats import published as data


def test_exact_mcnemar_on_the_airways() -> None:
    """2 · (1 + 8)/2⁸ = 0.0703 for 7 against 1."""
    assert mcnemar(*data.AIRWAYS_DISCORDANT).p == pytest.approx(2 * 9 / 256)


@given(st.integers(0, 300), st.integers(0, 300))
def test_exact_mcnemar_agrees_with_the_binomial_test(on_only: int, off_only: int) -> None:
    """scipy's two-sided test of one half, which is symmetric."""
    trials = on_only + off_only
    known = stats.binomtest(on_only, trials).pvalue if trials else 1.0
    assert mcnemar(on_only, off_only).p == pytest.approx(known, abs=1e-12)


def test_holm_by_hand() -> None:
    """0.01, 0.04, 0.03, 0.005: times 3, 1, 2 and 4, never falling."""
    assert holm((0.01, 0.04, 0.03, 0.005)) == pytest.approx((0.03, 0.06, 0.06, 0.02))


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_keeps_the_order_and_never_helps(p_values: list[float]) -> None:
    """Adjusted values are no smaller, no larger than Bonferroni's, and in the same order."""
    adjusted = holm(p_values)
    for raw, better in zip(p_values, adjusted, strict=True):
        assert raw <= better <= min(1.0, raw * len(p_values)) + 1e-12 or better == max(adjusted)
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [adjusted[at] for at in order] == sorted(adjusted)


def test_difference_of_proportions_as_published() -> None:
    """Newcombe 1998, example (a): 56/70 − 48/80 is 0.2000, 0.0524 to 0.3339 by method 10."""
    found = difference(Proportion(56, 70), Proportion(48, 80))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_no_difference_without_trials() -> None:
    """Nothing minus something is not known."""
    assert difference(Proportion(0, 0), Proportion(1, 2)) is None
