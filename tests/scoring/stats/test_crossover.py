"""Effects in pairs, apart from what order does: published cross-over trials, scipy, and a planted effect."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scoring.stats.crossover import hills_armitage, koch, mean_interval
from tests.scoring.stats import published as data

differences = st.lists(st.integers(-60, 60).map(lambda each: each / 10), min_size=3, max_size=9)


def minus(periods: Sequence[tuple[float, float]]) -> list[float]:
    return [first - second for first, second in periods]


def test_the_enuresis_data_are_those_published() -> None:
    """Paired differences drug − placebo: mean 2.172, variance 11.005, t = 3.53."""
    gains = minus(data.ENURESIS_DRUG_FIRST) + [-d for d in minus(data.ENURESIS_PLACEBO_FIRST)]
    found = mean_interval(gains)
    error = math.sqrt(11.005 / 29)
    assert (len(gains), found.estimate) == pytest.approx((29, 2.172), abs=5e-4)
    assert found.high - found.estimate == pytest.approx(2.048 * error, abs=2e-3)
    assert found.estimate / error == pytest.approx(3.53, abs=5e-3)


def test_hills_and_armitage_on_the_enuresis_trial() -> None:
    """By hand: d̄ 48/17 and −15/12, so the effect is ½(2.8235 + 1.25) = 2.0368 dry nights, t as scipy's."""
    first, second = minus(data.ENURESIS_DRUG_FIRST), minus(data.ENURESIS_PLACEBO_FIRST)
    found, known = hills_armitage(first, second), stats.ttest_ind(first, second)
    limits = known.confidence_interval(0.95)
    assert found.effect.estimate == pytest.approx((48 / 17 + 15 / 12) / 2)
    assert (found.t, found.p, found.df) == pytest.approx((known.statistic, known.pvalue, 27))
    assert (found.effect.low, found.effect.high) == pytest.approx((limits.low / 2, limits.high / 2))
    assert found.period == pytest.approx((48 / 17 - 15 / 12) / 2)


def test_hills_and_armitage_on_the_asthma_trial() -> None:
    """By hand: d̄ 215/7 and −375/6, so formoterol gives ½(30.714 + 62.5) = 46.607 l/min more."""
    first, second = minus(data.ASTHMA_FORMOTEROL_FIRST), minus(data.ASTHMA_SALBUTAMOL_FIRST)
    found, known = hills_armitage(first, second), stats.ttest_ind(first, second)
    assert found.effect.estimate == pytest.approx((215 / 7 + 375 / 6) / 2)
    assert (found.t, found.p, found.df) == pytest.approx((known.statistic, known.pvalue, 11))


def test_koch_on_the_asthma_trial() -> None:
    """Exact Mann-Whitney of the period differences, by counting ranks: U = 39 of 42."""
    first, second = minus(data.ASTHMA_FORMOTEROL_FIRST), minus(data.ASTHMA_SALBUTAMOL_FIRST)
    found = koch(first, second)
    pairwise = sorted(x - y for x in first for y in second)
    assert found.test.u == 39
    assert found.effect.estimate == pytest.approx((pairwise[20] + pairwise[21]) / 4)
    assert found.effect.low > 0
    assert found.test.p < 0.02


@given(differences, differences, st.integers(-50, 50))
def test_what_practice_does_leaves_the_effect_alone(
    first: list[float], second: list[float], practice: int
) -> None:
    """Adding the same to every first drill changes neither p nor effect."""
    moved = [d + practice for d in first], [d + practice for d in second]
    before, after = koch(first, second), koch(*moved)
    assert after.test.p == pytest.approx(before.test.p)
    assert after.effect.estimate == pytest.approx(before.effect.estimate)
    t_before, t_after = hills_armitage(first, second), hills_armitage(*moved)
    assert t_after.effect.estimate == pytest.approx(t_before.effect.estimate)
    assert t_after.period == pytest.approx(t_before.period + practice)


@given(differences, differences)
def test_swapping_the_arms_turns_the_sign(first: list[float], second: list[float]) -> None:
    """With and without exchanged, what was gained is lost, as surely."""
    one, other = koch(first, second), koch(second, first)
    assert other.test.p == pytest.approx(one.test.p)
    assert other.effect.estimate == pytest.approx(-one.effect.estimate)
    assert (other.effect.low, other.effect.high) == pytest.approx((-one.effect.high, -one.effect.low))


def test_nothing_varies_and_nothing_differs() -> None:
    """t is 0 and p is 1, not a division by nothing."""
    found = hills_armitage((0.0, 0.0), (0.0, 0.0))
    assert (found.t, found.p, found.effect.low, found.effect.high) == (0.0, 1.0, 0.0, 0.0)


@pytest.mark.parametrize("orders", [((), (1.0, 2.0, 3.0)), ((1.0,), (2.0,))])
def test_too_little_for_a_t_test(orders: tuple[tuple[float, ...], tuple[float, ...]]) -> None:
    """It needs both orders and a degree of freedom."""
    with pytest.raises(ValueError, match="both orders"):
        hills_armitage(*orders)


def test_one_value_has_no_interval() -> None:
    """Its spread is unknown."""
    with pytest.raises(ValueError, match="two values"):
        mean_interval((1.0,))
