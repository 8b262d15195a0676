"""How the engineers used the advisor, how good the advisor was, and what people made of both.

Pooled over drills as counts, so that each share can carry an interval: one of four is anything between
a twentieth and seven tenths.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scoring.comparison.reps import Pair, Rep, Stated
from scoring.reliance import AcceptanceTable, Proportion, wilson
from scoring.stats.proportions import Difference, difference

ECE_FROM = 100
_BINS = 10


@dataclass(frozen=True)
class Rate:
    """k of n, with its Wilson 95 % interval."""

    k: int
    n: int
    low: float
    high: float

    @classmethod
    def of(cls, proportion: Proportion) -> Rate:
        return cls(proportion.k, proportion.n, *wilson(proportion.k, proportion.n))

    @property
    def value(self) -> float | None:
        return self.k / self.n if self.n else None


@dataclass(frozen=True)
class Anchoring:
    """How often an answer holds what a wrong hint named."""

    with_ai: Rate
    spontaneous: float | None
    """How often answers to the same variants hold it without any hint; None where nobody did them so."""
    excess: float | None
    """The one minus the other, over the drills for which both are known."""


@dataclass(frozen=True)
class RelianceSummary:
    """Reliance over drills with the AI."""

    drills: int
    table: AcceptanceTable
    rair: Rate
    """Takes good advice: was wrong, hint right, ended right."""
    rsr: Rate
    """Resists bad advice: was right, hint wrong, ended right."""
    commission: Rate
    """Wrong hints that were acted on."""
    omission_on: Rate
    """True factors missed, of those that no hint named."""
    omission_off: Rate
    """True factors missed without the AI."""
    omission: Difference | None
    """The one minus the other: above 0, less was looked for than without."""
    anchoring: Anchoring
    accepted_right: Rate
    accepted_wrong: Rate
    j: float | None
    j_interval: Difference | None


@dataclass(frozen=True)
class AdvisorRecord:
    """What the advisor itself was worth."""

    wrong: Rate
    """Of its hints that named a cause."""
    false_positives: Rate
    """Drills without a fault in which it named a cause."""
    latency_share: float | None
    """Time spent waiting for it, reading it and following it astray, of the time to mitigate."""


@dataclass(frozen=True)
class CalibrationSummary:
    """Stated confidence against what was right, over drills."""

    n: int
    brier: float | None
    overconfidence: float | None
    ece: float | None
    """Expected calibration error; None below 100 beliefs, where it is mostly noise."""


@dataclass(frozen=True)
class PerceptionGap:
    """What the AI was felt to do against what was measured, in pairs where both drills were mitigated."""

    pairs: int
    felt_ratio: float
    """Felt time with the AI over without, geometric mean."""
    measured_ratio: float
    """By the clock, of the same stretch of time where that is known, else of the time to mitigate."""
    gap: float
    """G: below 0, the AI felt more helpful than it was."""
    low: float
    high: float


def reliance_summary(reps: Iterable[Rep]) -> RelianceSummary:
    """Reliance over drills, those with and without the AI together.

    Formulas: `RelianceSummary` and `Anchoring`; J = P(taken | right) − P(taken | wrong), interval by
    Newcombe's method 10. Source: Schemmer et al., IUI 2023; Youden, Cancer 3, 1950.
    """
    on: list[Rep] = []
    off: list[Rep] = []
    for rep in reps:
        (on if rep.ai else off).append(rep)
    table = _summed(rep.trace.table for rep in on)
    rights = Proportion(table.right_taken, table.right_taken + table.right_left)
    wrongs = Proportion(table.wrong_taken, table.wrong_taken + table.wrong_left)
    missed_on, missed_off = (_pooled(rep.unnamed_missed for rep in arm) for arm in (on, off))
    return RelianceSummary(
        drills=len(on),
        table=table,
        rair=Rate.of(_pooled(rep.trace.rair for rep in on)),
        rsr=Rate.of(_pooled(rep.trace.rsr for rep in on)),
        commission=Rate.of(_pooled(rep.trace.commission for rep in on)),
        omission_on=Rate.of(missed_on),
        omission_off=Rate.of(missed_off),
        omission=difference(missed_on, missed_off),
        anchoring=anchoring(on, off),
        accepted_right=Rate.of(rights),
        accepted_wrong=Rate.of(wrongs),
        j=table.j,
        j_interval=difference(rights, wrongs),
    )


def anchoring(on: Iterable[Rep], off: Iterable[Rep]) -> Anchoring:
    """How often the final answer holds a component that only a wrong hint named.

    Formula: share of drills with a wrong hint whose answer holds a component of it; minus, variant by
    variant, the share of answers without the AI that hold the same component by themselves.
    Source: Tversky and Kahneman, Science 185, 1974, for the effect; the base rate is taken off so that a
    common guess isn't blamed on the hint.
    """
    alone: defaultdict[str, Counter[frozenset[str]]] = defaultdict(Counter)
    for rep in off:
        alone[rep.variant][rep.answer_components] += 1
    held, with_base, base = 0, 0, 0.0
    drills, known = 0, 0
    shares: dict[tuple[str, frozenset[str]], float | None] = {}
    for rep in on:
        wrong = rep.trace.wrong_components
        if not wrong:
            continue
        holds = bool(wrong & rep.answer_components)
        drills += 1
        held += holds
        key = (rep.variant, wrong)
        if key not in shares:
            shares[key] = _share_holding(alone.get(rep.variant), wrong)
        share = shares[key]
        if share is not None:
            known += 1
            with_base += holds
            base += share
    return Anchoring(
        with_ai=Rate.of(Proportion(held, drills)),
        spontaneous=base / known if known else None,
        excess=(with_base - base) / known if known else None,
    )


def advisor_record(reps: Iterable[Rep]) -> AdvisorRecord:
    """The advisor's own record over drills with the AI.

    Formula: latency share = Σ (waiting + reading + astray) / Σ time to mitigate, cut off at the limit,
    over drills with a fault in which it is known.
    """
    with_ai = [rep for rep in reps if rep.ai]
    quiet = [rep.trace.claims_wrong.n > 0 for rep in with_ai if rep.no_fault]
    spent = total = 0.0
    for rep in with_ai:
        if not rep.no_fault:
            if rep.trace.latency is None:
                continue
            spent += rep.trace.latency.total_s
            total += min(rep.time_to_mitigate_s, rep.limit_s) if rep.mitigated else rep.limit_s
    return AdvisorRecord(
        wrong=Rate.of(_pooled(rep.trace.claims_wrong for rep in with_ai)),
        false_positives=Rate.of(Proportion(sum(quiet), len(quiet))),
        latency_share=spent / total if total else None,
    )


def calibration_summary(beliefs: Sequence[Stated]) -> CalibrationSummary:
    """Brier score, overconfidence, and the expected calibration error from 100 beliefs on.

    Formula: Brier = mean (p − y)²; overconfidence = mean p − mean y; ECE = Σ over ten equal bins of
    (n_b/n)·|mean p − mean y in the bin|. Source: Brier 1950; Naeini et al., AAAI 2015.
    """
    n = len(beliefs)
    if not n:
        return CalibrationSummary(0, None, None, None)
    gaps = [belief.confidence - belief.right for belief in beliefs]
    bins = [0.0] * _BINS
    for belief, gap in zip(beliefs, gaps, strict=True):
        bins[min(_BINS - 1, int(belief.confidence * _BINS))] += gap
    return CalibrationSummary(
        n=n,
        brier=math.fsum(gap * gap for gap in gaps) / n,
        overconfidence=math.fsum(gaps) / n,
        ece=math.fsum(map(abs, bins)) / n if n >= ECE_FROM else None,
    )


def perception_gap(pairs: Iterable[Pair]) -> PerceptionGap | None:
    """G, over pairs in which both drills were mitigated and both durations were felt; None below two.

    Formula: G = mean of ln(felt on/felt off) − ln(measured on/measured off), with its t interval.
    Source: METR, Measuring the impact of early-2025 AI on experienced open-source developer
    productivity, 2025: felt 20 % faster, measured 19 % slower, so G = ln 0.80 − ln 1.19 = −0.40.
    """
    felt, measured = [], []
    for pair in pairs:
        on, off = pair.on, pair.off
        if on.felt_s and off.felt_s and pair.on_time.ended and pair.off_time.ended:
            felt.append(math.log(on.felt_s / off.felt_s))
            measured.append(math.log(on.real_s / off.real_s) if on.real_s and off.real_s else pair.log_ratio)
    if len(felt) < 2:
        return None
    from scoring.stats.crossover import mean_interval

    gap = mean_interval([one - other for one, other in zip(felt, measured, strict=True)])
    return PerceptionGap(
        pairs=len(felt),
        felt_ratio=math.exp(math.fsum(felt) / len(felt)),
        measured_ratio=math.exp(math.fsum(measured) / len(measured)),
        gap=gap.estimate,
        low=gap.low,
        high=gap.high,
    )


def _summed(tables: Iterable[AcceptanceTable]) -> AcceptanceTable:
    right_taken = right_left = wrong_taken = wrong_left = 0
    for table in tables:
        right_taken += table.right_taken
        right_left += table.right_left
        wrong_taken += table.wrong_taken
        wrong_left += table.wrong_left
    return AcceptanceTable(right_taken, right_left, wrong_taken, wrong_left)


def _pooled(proportions: Iterable[Proportion]) -> Proportion:
    k = n = 0
    for proportion in proportions:
        k += proportion.k
        n += proportion.n
    return Proportion(k, n)


def _share_holding(answers: Mapping[frozenset[str], int] | None, wrong: frozenset[str]) -> float | None:
    if not answers:
        return None
    return sum(count for answer, count in answers.items() if answer & wrong) / sum(answers.values())
