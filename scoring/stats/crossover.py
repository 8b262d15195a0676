"""What two drills of one pair say about the AI, apart from what the order of the two does.

Practice makes the second drill of a pair faster, whatever the AI does. Comparing pairs that began with
the AI against pairs that ended with it takes that out; a plain paired test would leave it in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from scoring.stats.ranks import RankTest, hodges_lehmann, mann_whitney


@dataclass(frozen=True)
class Effect:
    """On minus off, in the unit of the data (a log of seconds: exp gives the ratio)."""

    estimate: float
    low: float
    high: float
    level: float


@dataclass(frozen=True)
class KochTest:
    """The order-adjusted rank test of one outcome."""

    effect: Effect
    test: RankTest
    ai_first: int
    ai_second: int


@dataclass(frozen=True)
class HillsArmitage:
    """The order-adjusted t test of one outcome."""

    effect: Effect
    t: float
    df: int
    p: float
    period: float
    """First drill minus second, whatever the arm: above 0, the second is the smaller."""
    spread: float
    """SD of the differences within an order, pooled."""


def koch(ai_first: Sequence[float], ai_second: Sequence[float], level: float = 0.95) -> KochTest:
    """Koch's order-adjusted rank test of first minus second, in pairs of either order.

    With effect τ of the AI and π of being first, d = π + τ where the AI came first and π − τ where it
    came second, so π cancels between them and the shift is 2τ.
    Formula: exact Mann-Whitney of the two samples of d; effect = ½ Hodges-Lehmann shift, interval halved.
    Source: Koch, Biometrics 28, 1972, 577-584.

    Raises:
        ValueError: an order has no pairs.
    """
    shift = hodges_lehmann(ai_first, ai_second, level)
    return KochTest(
        effect=Effect(shift.estimate / 2, shift.low / 2, shift.high / 2, level),
        test=mann_whitney(ai_first, ai_second),
        ai_first=len(ai_first),
        ai_second=len(ai_second),
    )


def hills_armitage(
    ai_first: Sequence[float], ai_second: Sequence[float], level: float = 0.95
) -> HillsArmitage:
    """The t test of the same hypothesis, for those who trust that the differences are normal.

    Formula: τ = ½(d̄₁ − d̄₂), se = ½ s √(1/n₁ + 1/n₂), s the pooled SD with n₁ + n₂ − 2 degrees of
    freedom; π = ½(d̄₁ + d̄₂). t is 0 and p is 1 where nothing varies and nothing differs.
    Source: Hills and Armitage, Br. J. Clin. Pharmacol. 8, 1979, 7-20.

    Raises:
        ValueError: an order has no pairs, or both together fewer than 3.
    """
    first, second = np.asarray(ai_first, dtype=np.float64), np.asarray(ai_second, dtype=np.float64)
    df = first.size + second.size - 2
    if not first.size or not second.size or df < 1:
        raise ValueError("a t test needs pairs of both orders, and three at least")
    squares = float(((first - first.mean()) ** 2).sum() + ((second - second.mean()) ** 2).sum())
    spread = math.sqrt(squares / df)
    error = spread * math.sqrt(1 / first.size + 1 / second.size) / 2
    estimate = float(first.mean() - second.mean()) / 2
    t = estimate / error if error else (math.copysign(math.inf, estimate) if estimate else 0.0)
    return HillsArmitage(
        effect=Effect(estimate, *t_interval(estimate, error, int(df), level), level),
        t=t,
        df=int(df),
        p=float(2 * stats.t.sf(abs(t), df)),
        period=float(first.mean() + second.mean()) / 2,
        spread=spread,
    )


def mean_interval(values: Sequence[float], level: float = 0.95) -> Effect:
    """The mean with its t interval.

    Formula: x̄ ± t₍n−1₎ · s/√n. Source: Student, Biometrika 6, 1908.

    Raises:
        ValueError: fewer than two values.
    """
    if len(values) < 2:
        raise ValueError("an interval for a mean needs two values")
    array = np.asarray(values, dtype=np.float64)
    mean = float(array.mean())
    error = float(array.std(ddof=1)) / math.sqrt(array.size)
    return Effect(mean, *t_interval(mean, error, array.size - 1, level), level)


def t_interval(mean: float, error: float, df: int, level: float = 0.95) -> tuple[float, float]:
    """The t interval of an estimate with its standard error: x̄ ± t₍df₎ · se."""
    half = float(stats.t.isf((1 - level) / 2, df)) * error
    return mean - half, mean + half
