"""Rank tests that stay exact when values tie.

Drills that run out of time all take the limit, so ties are ordinary here, and the usual exact tables,
which assume that there are none, don't hold.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

EXACT_UP_TO = 60
"""Values in both samples together up to which the exact distribution is used."""

_ALL_DIFFERENCES_UP_TO = 200_000
_ROUNDING = 1e-9
_DECIMALS = 9
_NEAR_ENOUGH = 1e-12

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RankTest:
    """A two-sided Mann-Whitney test."""

    u: float
    """Pairs (x, y) with x > y, and half of those with x = y; from 0 to m·n."""
    p: float
    method: Literal["exact", "normal"]
    least_p: float
    """The smallest p that these sizes and ties can give at all."""


@dataclass(frozen=True)
class Shift:
    """By how much one sample lies above another, in the unit of the data."""

    estimate: float
    low: float
    high: float
    level: float


def mann_whitney(x: Sequence[float], y: Sequence[float]) -> RankTest:
    """Two-sided Mann-Whitney test; exact up to 60 values, ties or not.

    Formula: U = Σ [xᵢ > yⱼ] + ½ [xᵢ = yⱼ]; p = P(|U − mn/2| ≥ |u − mn/2|) over all ways of calling m of
    the m + n values x, each equally likely. Above 60 values z = (|u − mn/2| − ½)/σ with
    σ² = mn/12 · (N + 1 − Σ(t³ − t)/(N(N − 1))), t the sizes of the ties.
    Source: Mann and Whitney, Ann. Math. Statist. 18, 1947; Lehmann, Nonparametrics, 1975, ch. 1.

    Raises:
        ValueError: a sample is empty.
    """
    first, second = _array(x), _array(y)
    if not first.size or not second.size:
        raise ValueError("a rank test needs values in both samples")
    ranks = stats.rankdata(np.concatenate((first, second)))
    u = float(ranks[: first.size].sum() - first.size * (first.size + 1) / 2)
    if ranks.size > EXACT_UP_TO:
        return RankTest(u, _normal_p(u, ranks, first.size), "normal", 0.0)
    null = _null(ranks, first.size)
    away = np.abs(np.arange(null.size) - first.size * (ranks.size + 1))
    seen = away[round(2 * float(ranks[: first.size].sum()))]
    return RankTest(
        u=u,
        p=float(min(1.0, null[away >= seen].sum())),
        method="exact",
        least_p=float(null[away >= away[null > 0].max()].sum()),
    )


def hodges_lehmann(x: Sequence[float], y: Sequence[float], level: float = 0.95) -> Shift:
    """The shift of x against y, with its interval.

    Formula: the median of all differences xᵢ − yⱼ; the interval holds the shifts θ at which neither tail
    of U(x − θ, y) is below (1 − level)/2, with the distribution that the ties at θ give. Without ties
    within a sample that is [D₍c₎, D₍mn+1−c₎] of the ordered differences, c the largest with
    P(U ≤ c − 1) ≤ (1 − level)/2. Above 60 values c = ⌊mn/2 − z·√(mn(m + n + 1)/12)⌋, which ties make
    wider than need be. It is unbounded where the sizes allow no such θ, as with 3 values against 3.
    Source: Hodges and Lehmann, Ann. Math. Statist. 34, 1963; Moses 1953; for ties Noether, JASA 62, 1967.

    Raises:
        ValueError: a sample is empty.
    """
    first, second = np.sort(_array(x)), np.sort(_array(y))
    if not first.size or not second.size:
        raise ValueError("a shift needs values in both samples")
    count = int(first.size * second.size)
    middle = _order_statistics(first, second, ((count + 1) // 2, count // 2 + 1))
    if first.size + second.size <= EXACT_UP_TO and (_tied(first) or _tied(second)):
        low, high = _inverted(first, second, (1 - level) / 2)
    else:
        c = _critical(first.size, second.size, (1 - level) / 2)
        limits = _order_statistics(first, second, (c, count + 1 - c)) if c else [-math.inf, math.inf]
        low, high = limits
    return Shift((middle[0] + middle[1]) / 2, low, high, level)


def _array(values: Sequence[float]) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _tied(ordered: Floats) -> bool:
    return bool((np.diff(ordered) < _ROUNDING).any())


def _normal_p(u: float, ranks: Floats, m: int) -> float:
    total = ranks.size
    n = total - m
    _, ties = np.unique(ranks, return_counts=True)
    tied = float((ties.astype(np.float64) ** 3 - ties).sum()) / (total * (total - 1))
    variance = m * n / 12 * (total + 1 - tied)
    if variance <= _ROUNDING:
        return 1.0
    z = max(0.0, abs(u - m * n / 2) - 0.5) / math.sqrt(variance)
    return float(min(1.0, 2 * stats.norm.sf(z)))


def _null(ranks: Floats, m: int) -> Floats:
    """P(twice the ranks of m values sum to s) for s = 0, 1, … where every choice of m is equally likely."""
    return _rank_sums(tuple(sorted(np.rint(2 * ranks).astype(int).tolist())), m)


@lru_cache(maxsize=512)
def _rank_sums(doubled: tuple[int, ...], m: int) -> Floats:
    ways = np.zeros((m + 1, sum(doubled) + 1))
    ways[0, 0] = 1.0
    reach = 0
    for rank in doubled:
        reach += rank
        ways[1:, rank : reach + 1] += ways[:-1, : reach + 1 - rank].copy()
    drawn: Floats = ways[m] / ways[m].sum()
    return drawn


@lru_cache(maxsize=512)
def _critical(m: int, n: int, tail: float) -> int:
    if m + n > EXACT_UP_TO:
        half = float(stats.norm.isf(tail)) * math.sqrt(m * n * (m + n + 1) / 12)
        return max(0, math.floor(m * n / 2 - half))
    null = _rank_sums(tuple(range(1, m + n + 1)), m)[m * (m + 1) // 2 :]
    return int(np.searchsorted(np.cumsum(null), tail + _ROUNDING, side="right"))


def _inverted(first: Floats, second: Floats, tail: float) -> tuple[float, float]:
    """The closed hull of the shifts that are not rejected, for samples with ties of their own."""
    points = np.unique((first[:, None] - second[None, :]).ravel().round(_DECIMALS))
    # Even places are gaps between differences (and beyond both ends), odd places the differences.
    last = 2 * points.size

    def shift(place: int) -> float:
        if place % 2:
            return float(points[place // 2])
        if place == 0:
            return float(points[0]) - 1
        if place == last:
            return float(points[-1]) + 1
        return float(points[place // 2 - 1] + points[place // 2]) / 2

    def tails(place: int) -> tuple[float, float]:
        ranks = stats.rankdata(np.concatenate((first - shift(place), second)).round(_DECIMALS))
        null = _null(ranks, first.size)
        seen = round(2 * float(ranks[: first.size].sum()))
        return float(null[: seen + 1].sum()), float(null[seen:].sum())

    lowest = bisect_left(range(last + 1), True, key=lambda place: tails(place)[1] > tail + _ROUNDING)
    highest = last - bisect_left(
        range(last + 1), True, key=lambda place: tails(last - place)[0] > tail + _ROUNDING
    )
    low = -math.inf if lowest == 0 else float(points[(lowest - 1) // 2])
    high = math.inf if highest == last else float(points[highest // 2])
    return low, high


def _order_statistics(first: Floats, second: Floats, wanted: Sequence[int]) -> list[float]:
    """The differences of these ranks, counted from 1; both samples sorted."""
    if first.size * second.size <= _ALL_DIFFERENCES_UP_TO:
        differences = np.sort((first[:, None] - second[None, :]).ravel())
        return [float(differences[rank - 1]) for rank in wanted]
    return [_selected(first, second, rank) for rank in wanted]


def _selected(first: Floats, second: Floats, rank: int) -> float:
    """The difference of one rank without making all of them.

    The range that it lies in is halved until few differences are in there, or all alike to 12 digits.
    """
    low, high = float(first[0] - second[-1]) - 1, float(first[-1] - second[0])
    # For each value of `second`, the values of `first` from `begin` up to `end` differ by more than `low`
    # and at most `high`.
    begin, end = np.zeros(second.size, np.intp), np.full(second.size, first.size)
    while int((end - begin).sum()) > _ALL_DIFFERENCES_UP_TO:
        middle = (low + high) / 2
        if not low < middle < high or high - low < _NEAR_ENOUGH * max(1.0, abs(middle)):
            return high
        places = np.searchsorted(first, second + middle, side="right")
        if int(places.sum()) < rank:
            low, begin = middle, places
        else:
            high, end = middle, places
    each = end - begin
    within = np.arange(int(each.sum())) - np.repeat(np.cumsum(each) - each, each)
    differences = first[np.repeat(begin, each) + within] - np.repeat(second, each)
    return float(np.sort(differences)[rank - 1 - int(begin.sum())])
