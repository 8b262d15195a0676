"""How long until it is mitigated, where some drills ran out before. Needs only the standard library."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Duration(NamedTuple):
    """One time, s; `ended` is false where it was still going on then."""

    seconds: float
    ended: bool


class Step(NamedTuple):
    """At `seconds`, `events` of `at_risk` ended, and `survival` are still going on just after."""

    seconds: float
    at_risk: int
    events: int
    survival: float


@dataclass(frozen=True)
class RestrictedMean:
    """Mean time up to a horizon, s."""

    seconds: float
    standard_error: float
    horizon_s: float
    n: int


def kaplan_meier(durations: Iterable[Duration]) -> tuple[Step, ...]:
    """The share still unmitigated, by time, from 1 down; one step for each time at which any ended.

    Formula: S(t) = Π over event times tᵢ ≤ t of (1 − dᵢ/nᵢ); who is censored at tᵢ still counts in nᵢ.
    Source: Kaplan and Meier, JASA 53, 1958, 457-481.
    """
    known = list(durations)
    lasted = sorted(seconds for seconds, _ in known)
    ends = Counter(seconds for seconds, ended in known if ended)
    survival = 1.0
    steps = []
    gone = 0
    for seconds in sorted(ends):
        events = ends[seconds]
        gone = bisect_left(lasted, seconds, gone)
        at_risk = len(lasted) - gone
        survival *= 1 - events / at_risk
        steps.append(Step(seconds, at_risk, events, survival))
    return tuple(steps)


def median(steps: Iterable[Step]) -> float | None:
    """The first time at which half or fewer are still going on, s; None if more than half always are.

    Formula: min {t : S(t) ≤ ½}. Source: Kaplan and Meier 1958; Brookmeyer and Crowley, Biometrics 38, 1982.
    """
    return next((step.seconds for step in steps if step.survival <= 0.5 + 1e-12), None)


def restricted_mean(curve: Sequence[Step], n: int, horizon_s: float) -> RestrictedMean | None:
    """Mean time until mitigated or until the horizon, s, from the curve of n durations; None for n = 0.

    Formula: μ = ∫₀ʰ S(t) dt; se² = n/(n − 1) · Σ over event times tᵢ < h of (∫ from tᵢ to h of S)² ·
    dᵢ/(nᵢ(nᵢ − dᵢ)). Without censoring before h this is the mean of min(T, h) and its ordinary error.
    Source: Irwin, J. Hyg. 47, 1949; Klein and Moeschberger, Survival Analysis, 2003, section 4.5.
    """
    if not n:
        return None
    steps = [step for step in curve if step.seconds < horizon_s]
    edges = [*(step.seconds for step in steps), horizon_s]
    heights = [1.0, *(step.survival for step in steps)]
    widths = [edges[0], *(after - before for before, after in itertools.pairwise(edges))]
    pieces = [height * width for height, width in zip(heights, widths, strict=True)]
    mean = math.fsum(pieces)
    variance = 0.0
    rest = mean
    for step, piece in zip(steps, pieces[:-1], strict=True):
        rest -= piece
        if step.at_risk > step.events:
            variance += rest**2 * step.events / (step.at_risk * (step.at_risk - step.events))
    correction = n / (n - 1) if n > 1 else math.nan
    return RestrictedMean(mean, math.sqrt(correction * variance), horizon_s, n)
