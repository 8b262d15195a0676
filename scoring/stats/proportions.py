"""Counts of yes and no: paired, and over many tests at once. Needs nothing but the standard library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scoring.reliance import Proportion, wilson


@dataclass(frozen=True)
class McNemar:
    """The exact test of a yes or no, in pairs."""

    on_only: int
    """Pairs in which only the drill with the AI was right."""
    off_only: int
    p: float


@dataclass(frozen=True)
class Difference:
    """One proportion minus another, with its 95 % interval."""

    value: float
    low: float
    high: float


def mcnemar(on_only: int, off_only: int) -> McNemar:
    """Exact McNemar test, two-sided.

    Formula: p = min(1, 2·P(B ≤ min(b, c))), B binomial with b + c trials of one half; 1 for b + c = 0.
    Source: McNemar, Psychometrika 12, 1947; exact form Fagerland et al., BMC Med. Res. Methodol. 13, 2013.
    """
    trials = on_only + off_only
    fewer = min(on_only, off_only)
    log_half = -trials * math.log(2)
    tail = math.fsum(
        math.exp(math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + log_half)
        for k in range(fewer + 1)
    )
    return McNemar(on_only, off_only, min(1.0, 2 * tail))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's adjusted p values, in the order given.

    Formula: in rising order p̃₍ᵢ₎ = max over j ≤ i of min(1, (k − j + 1)·p₍ⱼ₎), k the number of tests.
    Source: Holm, Scand. J. Statist. 6, 1979, 65-70.
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    worst = 0.0
    for place, at in enumerate(order):
        worst = max(worst, min(1.0, (len(p_values) - place) * p_values[at]))
        adjusted[at] = worst
    return tuple(adjusted)


def difference(one: Proportion, other: Proportion) -> Difference | None:
    """One independent proportion minus another; None where either has no trials.

    Formula: with Wilson limits l, u of each: d − √((p₁ − l₁)² + (u₂ − p₂)²) to
    d + √((u₁ − p₁)² + (p₂ − l₂)²). Source: Newcombe, Statistics in Medicine 17, 1998, 873-890, method 10.
    """
    if one.value is None or other.value is None:
        return None
    p, q = one.value, other.value
    (low_p, high_p), (low_q, high_q) = wilson(one.k, one.n), wilson(other.k, other.n)
    return Difference(
        value=p - q,
        low=p - q - math.hypot(p - low_p, high_q - q),
        high=p - q + math.hypot(high_p - p, q - low_q),
    )
