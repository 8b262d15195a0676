"""How often each test of AI-on against AI-off finds an effect, true or not.

    python benchmarks/power.py [--studies 2000] [--seed 7] [--quick]

Simulated by a stated model; nothing here was measured on people. Four engineers do n pairs of drills in
turn, one of each pair with the AI, orders in permuted blocks of two within each engineer. ln T = ln 480 +
engineer N(0, 0.35) + family N(0, 0.5) + variant N(0, 0.25) + residual N(0, 0.4) + ln(1 − effect) with the
AI; each pair has a family of its own and each drill a variant; times end at a limit of 1,200 s.

Three tables: rejections at 0.05 by log-rank, by the paired sign-flip test on logs and by Koch's test as
it ships; false alarms of the shipped verdict with its planned looks, and of looking after every pair;
how often plain means look 20 % better without any effect.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scoring.comparison import Pair, Rep
from scoring.comparison.remarks import LEAST_PER_ORDER, LOOK_ALPHA, LOOKS
from scoring.comparison.verdict import verdict
from scoring.stats.ranks import mann_whitney

Floats = NDArray[np.float64]

ENGINEERS = 4
ENGINEER_SD, FAMILY_SD, VARIANT_SD, RESIDUAL_SD = 0.35, 0.5, 0.25, 0.4
BASE_S, LIMIT_S = 480.0, 1200.0
SIZES = (8, 16, 32, 64)
EFFECTS = (0.0, 0.2, 0.4)
FLIPS = 1999
EXPECTED = {
    8: ((0.02, 0.05, 0.24), (0.04, 0.11, 0.40), (0.03, 0.08, 0.32)),
    16: ((0.01, 0.07, 0.42), (0.04, 0.22, 0.80), (0.04, 0.22, 0.77)),
    32: ((0.01, 0.12, 0.76), (0.05, 0.43, 0.98), (0.05, 0.39, 0.97)),
    64: ((0.00, 0.28, 0.97), (0.05, 0.73, 1.00), (0.04, 0.70, 1.00)),
}
RAW_EXPECTED = {4: 0.30, 8: 0.23, 16: 0.14, 32: 0.06, 64: 0.02}


@dataclass(frozen=True)
class Studies:
    """Times in s, studies × pairs, uncut; and whether the AI came first."""

    on: Floats
    off: Floats
    ai_first: NDArray[np.bool_]


def simulate(rng: np.random.Generator, studies: int, pairs: int, effect: float) -> Studies:
    engineer = rng.normal(0, ENGINEER_SD, (studies, ENGINEERS))[:, np.arange(pairs) % ENGINEERS]
    family = rng.normal(0, FAMILY_SD, (studies, pairs))
    own = math.sqrt(VARIANT_SD**2 + RESIDUAL_SD**2)
    shared = math.log(BASE_S) + engineer + family
    on = np.exp(shared + rng.normal(0, own, (studies, pairs)) + math.log(1 - effect))
    off = np.exp(shared + rng.normal(0, own, (studies, pairs)))
    return Studies(on, off, _orders(rng, studies, pairs))


def _orders(rng: np.random.Generator, studies: int, pairs: int) -> NDArray[np.bool_]:
    """Permuted blocks of two within each engineer, who do pairs in turn."""
    rounds = math.ceil(pairs / (2 * ENGINEERS))
    first = rng.random((studies, rounds, 1, ENGINEERS)) < 0.5
    return np.concatenate((first, ~first), axis=2).reshape(studies, -1)[:, :pairs]


def koch_rejects(
    one: Studies, pairs: int, alpha: float = 0.05, limit_s: float = LIMIT_S
) -> NDArray[np.bool_]:
    ratios = _log_ratios(one, limit_s)[:, :pairs]
    first = one.ai_first[:, :pairs]
    rejects = [
        mann_whitney(row[order].tolist(), (-row[~order]).tolist()).p < alpha
        if min(order.sum(), (~order).sum()) >= LEAST_PER_ORDER
        else False
        for row, order in zip(ratios, first, strict=True)
    ]
    return np.array(rejects, dtype=np.bool_)


def sign_flip_rejects(one: Studies, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Paired test on the mean log ratio, by 1,999 random sign flips."""
    ratios = _log_ratios(one, LIMIT_S)
    signs = rng.choice((-1.0, 1.0), (FLIPS, ratios.shape[1]))
    beyond = (np.abs(signs @ ratios.T) >= np.abs(ratios.sum(axis=1)) - 1e-9).sum(axis=0)
    found: NDArray[np.bool_] = (beyond + 1) / (FLIPS + 1) <= 0.05
    return found


def log_rank_rejects(one: Studies) -> NDArray[np.bool_]:
    """Mantel's log-rank test, which takes drills for independent; times at the limit are censored."""
    pairs = one.on.shape[1]
    times = np.concatenate((one.on, one.off), axis=1)
    order = np.argsort(times, axis=1)
    is_on = order < pairs
    events = np.take_along_axis(times, order, axis=1) < LIMIT_S
    at_risk = np.arange(2 * pairs, 0, -1)
    on_at_risk = pairs - np.concatenate((np.zeros((len(times), 1)), np.cumsum(is_on, axis=1)[:, :-1]), axis=1)
    share = on_at_risk / at_risk
    gap = ((is_on - share) * events).sum(axis=1)
    variance = (share * (1 - share) * events).sum(axis=1)
    found: NDArray[np.bool_] = gap**2 > 3.841458820694124 * np.maximum(variance, 1e-12)
    return found


def _log_ratios(one: Studies, limit_s: float) -> Floats:
    cut: Floats = (np.log(np.minimum(one.on, limit_s)) - np.log(np.minimum(one.off, limit_s))).round(9)
    return cut


def rejections(rng: np.random.Generator, studies: int) -> float:
    """Print the table; the largest distance from what is expected, in standard errors."""
    print("rejections at 0.05 (no effect / 20 % / 40 % faster); in brackets what is expected")
    print(f"{'pairs':>5}  {'log-rank':>24}  {'sign-flip':>24}  {'Koch':>24}")
    worst = 0.0
    for pairs in SIZES:
        rates = [
            [float(found.mean()) for found in (
                log_rank_rejects(one), sign_flip_rejects(one, rng), koch_rejects(one, pairs)
            )]
            for one in (simulate(rng, studies, pairs, effect) for effect in EFFECTS)
        ]  # fmt: skip
        columns = list(zip(*rates, strict=True))
        cells = [
            f"{_shown(found)} ({_shown(wanted)})"
            for found, wanted in zip(columns, EXPECTED[pairs], strict=True)
        ]
        print(f"{pairs:>5}  " + "  ".join(f"{cell:>24}" for cell in cells), flush=True)
        for found, wanted in zip(columns, EXPECTED[pairs], strict=True):
            for rate, goal in zip(found, wanted, strict=True):
                error = math.sqrt(2 * max(goal * (1 - goal), 0.005) / studies) + 0.005
                worst = max(worst, abs(rate - goal) / error)
    return worst


def false_alarms(rng: np.random.Generator, studies: int) -> tuple[float, float]:
    """Share of studies without effect that the shipped verdict calls, and that every-pair looks call."""
    one = simulate(rng, studies, LOOKS[-1], 0.0)
    called = np.zeros(studies, dtype=np.bool_)
    for look in LOOKS:
        called |= koch_rejects(one, look, LOOK_ALPHA)
        print(f"  after the look at {look:>2} pairs: {called.mean():.3f}", flush=True)
    for at in range(min(40, studies)):
        shipped = verdict(_as_pairs(one, at), "time_to_mitigate").finding in ("better", "worse")
        if shipped != called[at]:
            raise SystemExit(f"study {at}: the shipped verdict and this table disagree")
    every = np.zeros(studies, dtype=np.bool_)
    for pairs in range(8, LOOKS[-1] + 1):
        # Uncut times don't tie, so that the exact distributions are made once.
        every |= koch_rejects(one, pairs, limit_s=math.inf)
    return float(called.mean()), float(every.mean())


def raw_means(rng: np.random.Generator, studies: int) -> None:
    print("plain means look at least 20 % better with the AI, without any effect")
    for pairs, expected in RAW_EXPECTED.items():
        one = simulate(rng, studies, pairs, 0.0)
        cut = (np.minimum(times, LIMIT_S).mean(axis=1) for times in (one.on, one.off))
        on, off = cut
        uncut = (one.on.mean(axis=1) <= 0.8 * one.off.mean(axis=1)).mean()
        print(f"  {pairs:>2} pairs: {(on <= 0.8 * off).mean():.3f} cut at the limit, {uncut:.3f} uncut "
              f"({expected:.2f})")  # fmt: skip


def _as_pairs(one: Studies, study: int) -> list[Pair]:
    return [
        Pair.of(
            str(number),
            on=_as_rep(one, study, number, ai=True),
            off=_as_rep(one, study, number, ai=False),
        )
        for number in range(one.on.shape[1])
    ]


def _as_rep(one: Studies, study: int, number: int, ai: bool) -> Rep:
    seconds = float((one.on if ai else one.off)[study, number])
    return Rep(
        run=f"{study}/{number}/{ai}",
        engineer=str(number % ENGINEERS),
        team="",
        family=str(number),
        variant=str(ai),
        ai=ai,
        ended=dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=number),
        time_to_mitigate_s=seconds,
        mitigated=seconds <= LIMIT_S,
        limit_s=LIMIT_S,
        diagnosis=0.0,
        correct=False,
        block=str(number),
        order=1 if bool(one.ai_first[study, number]) == ai else 2,
    )


def _shown(rates: tuple[float, ...]) -> str:
    return "/".join(f"{rate:.2f}".removeprefix("0") for rate in rates)


def main() -> None:
    parser = argparse.ArgumentParser(description="How often each test finds an effect, true or not.")
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="200 studies, for a look")
    chosen = parser.parse_args()
    studies = 200 if chosen.quick else chosen.studies
    rng = np.random.default_rng(chosen.seed)
    began = time.perf_counter()
    worst = rejections(rng, studies)
    print(f"furthest from what is expected: {worst:.1f} standard errors")
    print("false alarms without any effect")
    planned, every = false_alarms(rng, studies)
    print(
        f"  planned looks, as shipped: {planned:.3f} (at most 0.05); "
        f"a look after every pair from 8 on: {every:.3f} (0.26)"
    )
    raw_means(rng, 10 * studies)
    print(f"{studies} studies each, {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
