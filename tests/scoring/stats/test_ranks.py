"""The rank test and the shift, against published figures and against independent computation."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scoring.stats import ranks
from scoring.stats.ranks import hodges_lehmann, mann_whitney
from tests.scoring.stats import published as data

tied = st.lists(st.integers(0, 5).map(float), min_size=2, max_size=5)
untied = st.lists(st.integers(0, 10_000), min_size=4, max_size=16, unique=True)


def test_exact_p_of_the_chorioamnion() -> None:
    """SAS: exact Pr >= |S - Mean| is 0.2544."""
    assert mann_whitney(data.CHORION_TERM, data.CHORION_EARLY).p == pytest.approx(0.2544, abs=5e-5)
    assert mann_whitney(data.CHORION_TERM, data.CHORION_EARLY).u == 35


def test_exact_p_with_ties_of_the_blood_pressures() -> None:
    """StatXact 5: 0.0989."""
    found = mann_whitney(data.PRESSURE_TREATED, data.PRESSURE_CONTROL)
    assert found.p == pytest.approx(0.0989, abs=5e-5)
    assert found.method == "exact"


def test_shifts_as_published() -> None:
    """SAS: 0.3050 and 0.5600; StatXact: 9.5."""
    assert hodges_lehmann(data.CHORION_TERM, data.CHORION_EARLY).estimate == pytest.approx(0.3050)
    assert hodges_lehmann(data.CHICKEN_A, data.CHICKEN_B).estimate == pytest.approx(0.5600)
    assert hodges_lehmann(data.PRESSURE_TREATED, data.PRESSURE_CONTROL).estimate == pytest.approx(9.5)


def test_exact_limits_with_ties_as_published() -> None:
    """SAS: -0.2200 to 1.0820, where tables without ties would give -0.3700 to 1.1830."""
    found = hodges_lehmann(data.CHICKEN_A, data.CHICKEN_B)
    assert (found.low, found.high) == pytest.approx((-0.2200, 1.0820))


def test_four_against_four_can_reach_a_thirty_fifth_at_best() -> None:
    """2 of the 70 ways to deal eight pairs; so no look at 8 pairs can decide at 0.0158."""
    found = mann_whitney((1, 2, 3, 4), (5, 6, 7, 8))
    assert found.p == found.least_p == pytest.approx(2 / 70)


def test_all_alike_says_nothing() -> None:
    """Every value is the same: p is 1, and any shift at all would show."""
    assert mann_whitney((0.0,) * 5, (0.0,) * 5).p == 1.0
    assert mann_whitney((0.0,) * 40, (0.0,) * 40).p == 1.0
    found = hodges_lehmann((0.0,) * 5, (0.0,) * 5)
    assert (found.estimate, found.low, found.high) == (0.0, 0.0, 0.0)


def test_too_few_values_leave_the_shift_unbounded() -> None:
    """Three against three can't reach 0.05."""
    found = hodges_lehmann((1, 2, 3), (4, 5, 6))
    assert (found.estimate, found.low, found.high) == (-3.0, -math.inf, math.inf)


@pytest.mark.parametrize("test", [mann_whitney, hodges_lehmann])
def test_an_empty_sample_is_refused(test) -> None:  # type: ignore[no-untyped-def]
    """There is nothing to rank."""
    with pytest.raises(ValueError, match="both samples"):
        test((), (1.0,))


@given(untied, st.data())
def test_agrees_with_scipy_without_ties(values: list[int], drawn: st.DataObject) -> None:
    """scipy's own exact distribution."""
    cut = drawn.draw(st.integers(1, len(values) - 1))
    found = mann_whitney(values[:cut], values[cut:])
    known = stats.mannwhitneyu(values[:cut], values[cut:], method="exact")
    assert (found.u, found.p) == pytest.approx((known.statistic, known.pvalue))


@given(tied, tied)
def test_agrees_with_counting_with_ties(x: list[float], y: list[float]) -> None:
    """Every choice of m values out of all, counted one by one in whole numbers."""
    pooled = x + y

    def doubled_u(chosen: tuple[int, ...]) -> int:
        others = [pooled[at] for at in range(len(pooled)) if at not in chosen]
        return sum((pooled[at] > value) * 2 + (pooled[at] == value) for at in chosen for value in others)

    middle = len(x) * len(y)
    seen = abs(doubled_u(tuple(range(len(x)))) - middle)
    ways = [abs(doubled_u(chosen) - middle) for chosen in itertools.combinations(range(len(pooled)), len(x))]
    assert mann_whitney(x, y).p == pytest.approx(float(Fraction(sum(way >= seen for way in ways), len(ways))))


def test_agrees_with_scipy_above_sixty() -> None:
    """The tie-corrected normal approximation with its continuity correction."""
    rng = np.random.default_rng(3)
    x, y = rng.integers(0, 9, 40).tolist(), rng.integers(1, 10, 35).tolist()
    found = mann_whitney(x, y)
    assert found.method == "normal"
    assert found.p == pytest.approx(stats.mannwhitneyu(x, y, method="asymptotic").pvalue)


@given(tied, tied)
def test_the_interval_is_the_shifts_that_are_not_rejected(x: list[float], y: list[float]) -> None:
    """A shift just outside is rejected by one tail, and the estimate lies inside."""
    found = hodges_lehmann(x, y)
    assert found.low <= found.estimate <= found.high
    for outside, sign in ((found.low - 0.25, 1), (found.high + 0.25, -1)):
        if math.isfinite(outside):
            assert _tail([value - outside for value in x], y, sign) <= 0.025 + 1e-9


@given(untied, st.integers(-500, 500), st.data())
def test_moving_a_sample_moves_the_shift(values: list[int], by: int, drawn: st.DataObject) -> None:
    """Equivariance: what is added comes back."""
    cut = drawn.draw(st.integers(1, len(values) - 1))
    x, y = values[:cut], values[cut:]
    before, after = hodges_lehmann(x, y), hodges_lehmann([value + by for value in x], y)
    assert after.estimate == pytest.approx(before.estimate + by)
    assert (after.low, after.high) == pytest.approx((before.low + by, before.high + by))


@pytest.mark.parametrize("at_most", [0, 50])
def test_large_samples_find_the_same_without_all_differences(
    monkeypatch: pytest.MonkeyPatch, at_most: int
) -> None:
    """Halving the range to one value, or to a few, and sorting every difference agree to eleven digits."""
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=90).tolist(), rng.normal(0.4, 1, size=71).round(1).tolist()
    sorted_out = hodges_lehmann(x, y)
    monkeypatch.setattr(ranks, "_ALL_DIFFERENCES_UP_TO", at_most)
    bisected = hodges_lehmann(x, y)
    assert bisected.estimate == pytest.approx(sorted_out.estimate, abs=1e-11)
    assert (bisected.low, bisected.high) == pytest.approx((sorted_out.low, sorted_out.high), abs=1e-11)


def test_large_samples_of_few_values_need_no_room_for_all_their_differences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half of them are 0 and half are 1, so the two middle differences lie on either side of a gap."""
    x, y = [0.0] * 50 + [1.0] * 50, [0.0] * 100
    monkeypatch.setattr(ranks, "_ALL_DIFFERENCES_UP_TO", 50)
    found = hodges_lehmann(x, y)
    assert (found.estimate, found.low, found.high) == pytest.approx((0.5, 0.0, 1.0), abs=1e-11)


def _tail(x: list[float], y: list[float], sign: int) -> float:
    """P(U ≥ u) for sign 1, P(U ≤ u) for −1, by scipy's permutation of the midranks."""
    pooled = stats.rankdata(np.array(x + y).round(9))
    sums = [sum(pooled[list(chosen)]) for chosen in itertools.combinations(range(len(pooled)), len(x))]
    seen = pooled[: len(x)].sum()
    return float(np.mean([sign * total >= sign * seen - 1e-9 for total in sums]))
