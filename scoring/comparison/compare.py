"""Drills with the AI against drills without: what may be concluded, and what may not."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scoring.comparison.arms import Arm, AtLarge, By, Group, TTest, arm, at_large, groups, twin
from scoring.comparison.remarks import (
    LEAST_PER_ORDER,
    LOOKS,
    FullMachines,
    LookCannotDecide,
    MorePairs,
    NextLook,
    NotDeclared,
    NothingMitigated,
    OneEngineer,
    OneOrderOnly,
    OnePrimary,
    RanOut,
    RawMeanMisleads,
    Remark,
    Selected,
    TheseEngineers,
    TooFewPairs,
    chance_of_raw_gap,
    more_pairs,
)
from scoring.comparison.reps import Exclusion, Pair, Paired, Rep, pair_up
from scoring.comparison.trust import (
    AdvisorRecord,
    CalibrationSummary,
    PerceptionGap,
    RelianceSummary,
    advisor_record,
    calibration_summary,
    perception_gap,
    reliance_summary,
)
from scoring.comparison.verdict import (
    Look,
    Outcome,
    Primary,
    Verdict,
    assess,
    verdict,
)
from scoring.stats.proportions import McNemar, holm, mcnemar

PRIMARY_NAMES: Mapping[Primary, str] = {
    "time_to_mitigate": "time to mitigate",
    "diagnosis": "the diagnosis",
}


@dataclass(frozen=True)
class Secondary:
    """An outcome beside the declared one, with Holm's correction."""

    outcome: str
    p: float
    adjusted_p: float


@dataclass(frozen=True)
class Comparison:
    """Everything that a page about AI-on against AI-off shows."""

    primary: Primary
    pairs: int
    ai_first: int
    ai_second: int
    engineers: int
    first_completed: dt.datetime | None
    """When the first of the pairs was."""
    drills: int
    excluded: Mapping[Exclusion, int]
    verdict: Verdict
    remarks: tuple[Remark, ...]
    time: Outcome | None
    diagnosis: Outcome | None
    correct: McNemar
    twin: TTest | None
    secondaries: tuple[Secondary, ...]
    at_large: AtLarge | None
    on: Arm
    off: Arm
    reliance: RelianceSummary
    advisor: AdvisorRecord
    calibration_on: CalibrationSummary
    calibration_off: CalibrationSummary
    perception: PerceptionGap | None
    groups: tuple[Group, ...]

    @property
    def horizon_s(self) -> float:
        """Where the curves end, s: at the shortest limit of any pair; 0 without pairs."""
        return self.on.restricted_mean.horizon_s if self.on.restricted_mean else 0.0


def compare(
    reps: Iterable[Rep],
    primary: Primary = "time_to_mitigate",
    by: By | None = None,
    selected: bool = False,
    kept: Sequence[Look] = (),
    declared: Primary | None = None,
    paired: Paired | None = None,
) -> Comparison:
    """Compare drills with the AI against drills without, within pairs.

    Args:
        reps: every drill there is; what may not be compared is left out and counted.
        primary: the one outcome that was declared in advance.
        by: also show groups, in the order of their names, whatever they show.
        selected: part of the drills was chosen after they were seen; rules a verdict out.
        kept: planned looks at the primary outcome that were taken before; what they found stays.
        declared: the outcome that earlier looks were taken at; another one now gives no verdict.
        paired: the drills as pairs, if that was done already.
    """
    known = tuple(reps)
    paired = paired or pair_up(known)
    pairs = paired.pairs
    sound = [rep for rep in known if not (rep.void or rep.spoiled or rep.simulated)]
    engineers = len({pair.on.engineer for pair in pairs})
    on, off = arm(pairs, ai=True), arm(pairs, ai=False)
    times, grades = assess(pairs, "time_to_mitigate"), assess(pairs, "diagnosis")
    correct = _correct(pairs)
    t_test = twin(pairs, primary)
    ai_first = sum(pair.ai_first for pair in pairs)
    chosen = _chosen_after(primary, declared, selected)
    refusals = (*_refusals(ai_first, primary, engineers, on, off), *chosen)
    if any(look.decides for look in kept) and not chosen:
        # What was found stays, also where today's pairs alone would not do.
        refusals = ()
    found = _verdict(pairs, primary, refusals, kept)
    return Comparison(
        primary=primary,
        pairs=len(pairs),
        ai_first=ai_first,
        ai_second=len(pairs) - ai_first,
        engineers=engineers,
        first_completed=pairs[0].completed if pairs else None,
        drills=len(known),
        excluded=paired.excluded,
        verdict=found,
        remarks=(*refusals, *_warnings(declared or primary, engineers, t_test, found, on, off)),
        time=times,
        diagnosis=grades,
        correct=correct,
        twin=t_test,
        secondaries=_secondaries(primary, times, grades, correct),
        at_large=at_large(pairs, primary),
        on=on,
        off=off,
        reliance=reliance_summary(sound),
        advisor=advisor_record(sound),
        calibration_on=calibration_summary([belief for rep in sound if rep.ai for belief in rep.beliefs]),
        calibration_off=calibration_summary(
            [belief for rep in sound if not rep.ai for belief in rep.beliefs]
        ),
        perception=perception_gap(pairs),
        groups=groups(pairs, primary, by) if by else (),
    )


def _chosen_after(primary: Primary, declared: Primary | None, selected: bool) -> tuple[Remark, ...]:
    """What was chosen after the drills were seen: which of them, or at which outcome to look."""
    chosen: list[Remark] = [Selected()] if selected else []
    if declared is not None and declared != primary:
        chosen.append(NotDeclared(PRIMARY_NAMES[declared], PRIMARY_NAMES[primary]))
    return tuple(chosen)


def _refusals(ai_first: int, primary: Primary, engineers: int, on: Arm, off: Arm) -> tuple[Remark, ...]:
    pairs = on.drills
    ai_second = pairs - ai_first
    refusals: list[Remark] = []
    if pairs > 1 and min(ai_first, ai_second) == 0:
        refusals.append(OneOrderOnly(ai_always_second=ai_first == 0, pairs=pairs))
    elif min(ai_first, ai_second) < LEAST_PER_ORDER:
        refusals.append(TooFewPairs(ai_first, ai_second))
    if engineers == 1:
        refusals.append(OneEngineer())
    if pairs and primary == "time_to_mitigate" and not (on.mitigated and off.mitigated):
        refusals.append(NothingMitigated(ai=not on.mitigated, both=not (on.mitigated or off.mitigated)))
    return tuple(refusals)


def _verdict(
    pairs: Sequence[Pair], primary: Primary, refusals: Sequence[Remark], kept: Sequence[Look]
) -> Verdict:
    if refusals:
        return Verdict("refused", (), " ".join(refusal.sentence for refusal in refusals))
    return verdict(pairs, primary, kept)


def _warnings(
    primary: Primary, engineers: int, t_test: TTest | None, found: Verdict, on: Arm, off: Arm
) -> tuple[Remark, ...]:
    n = on.drills
    spread = t_test.spread if t_test else None
    said: list[Remark] = [OnePrimary(PRIMARY_NAMES[primary])]
    if n:
        said.append(TheseEngineers(engineers))
    if found.frozen_at is None:
        if primary == "time_to_mitigate":
            said += [MorePairs(effect, more_pairs(effect, n, spread)) for effect in (0.2, 0.4)]
        taken = max((look.pairs for look in found.looks), default=0)
        said.append(NextLook(n, next((look for look in LOOKS if look > max(n, taken)), None)))
    said += [
        LookCannotDecide(look.pairs, look.found.least_p)
        for look in found.looks
        if look.found is not None and not look.could_decide
    ]
    if n and primary == "time_to_mitigate":
        said.append(RawMeanMisleads(n, chance_of_raw_gap(n)))
        if on.mitigated < n or off.mitigated < n:
            said.append(RanOut(n - on.mitigated, n - off.mitigated, n))
    if on.on_full_machines or off.on_full_machines:
        said.append(FullMachines(on.on_full_machines, off.on_full_machines, n))
    return tuple(said)


def _correct(pairs: Sequence[Pair]) -> McNemar:
    counts = Counter((pair.on.correct, pair.off.correct) for pair in pairs)
    return mcnemar(on_only=counts[True, False], off_only=counts[False, True])


def _secondaries(
    primary: Primary, times: Outcome | None, grades: Outcome | None, correct: McNemar
) -> tuple[Secondary, ...]:
    other = ("diagnosis", grades) if primary == "time_to_mitigate" else ("time_to_mitigate", times)
    values = [("correct", correct.p)]
    if other[1] is not None:
        values.insert(0, (other[0], other[1].p))
    adjusted = holm([p for _, p in values])
    return tuple(Secondary(name, p, better) for (name, p), better in zip(values, adjusted, strict=True))
