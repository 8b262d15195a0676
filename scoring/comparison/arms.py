"""The figures beside the test: curves, the parametric twin, engineers' means, groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scoring.comparison.remarks import ENGINEERS_AT_LARGE
from scoring.comparison.reps import Pair
from scoring.comparison.verdict import Estimate, Primary, as_estimate, assess, by_order, outcome_of
from scoring.machine import FULL
from scoring.stats.proportions import holm
from scoring.stats.survival import RestrictedMean, Step, kaplan_meier, median, restricted_mean

By = Literal["team", "engineer", "family"]


@dataclass(frozen=True)
class TTest:
    """The parametric twin of the primary test."""

    estimate: Estimate
    t: float
    df: int
    p: float
    practice: float
    """Second drill over first whatever the arm, as a ratio of times; as a difference in D for `diagnosis`."""
    spread: float
    """SD of the pairs' differences within an order (of logs, for times)."""


@dataclass(frozen=True)
class Arm:
    """How long it took in one arm, for drawing."""

    drills: int
    mitigated: int
    on_full_machines: int
    """Drills whose machine had nothing left; see `scoring.machine`."""
    curve: tuple[Step, ...]
    median_s: float | None
    restricted_mean: RestrictedMean | None
    low_s: float | None
    high_s: float | None
    """The restricted mean's t interval."""


@dataclass(frozen=True)
class AtLarge:
    """What the engineers' own means say of engineers in general."""

    engineers: int
    estimate: Estimate


@dataclass(frozen=True)
class Group:
    """One team, engineer or family: intervals only, since only the whole was planned for a verdict."""

    name: str
    pairs: int
    ai_first: int
    ai_second: int
    time: Estimate | None
    diagnosis: Estimate | None
    adjusted_p: float | None
    """Of the primary outcome, by Holm over the groups; None for engineers and where nothing can be tested."""


def twin(pairs: Sequence[Pair], primary: Primary) -> TTest | None:
    """Hills and Armitage's t test of the primary outcome; None without pairs of both orders, and three."""
    from scoring.stats.crossover import hills_armitage

    ai_first, ai_second = by_order(pairs, outcome_of(primary))
    if not ai_first or not ai_second or len(pairs) < 3:
        return None
    found = hills_armitage(ai_first, ai_second)
    effect = found.effect
    return TTest(
        estimate=as_estimate(effect.estimate, effect.low, effect.high, effect.level, primary),
        t=found.t,
        df=found.df,
        p=found.p,
        practice=as_estimate(-found.period, 0, 0, 0, primary).value,
        spread=found.spread,
    )


def at_large(pairs: Sequence[Pair], primary: Primary) -> AtLarge | None:
    """The effect over engineers in general, from 6 of them on; else None.

    Formula: each pair's on minus off, less π̂ where the AI came first and plus π̂ where it came second
    (π̂ the period effect of Hills and Armitage); the mean of each engineer; the t interval of those means.
    Source: Matthews et al., BMJ 300, 1990, 230-235 (summary measures).
    """
    from scoring.stats.crossover import hills_armitage, mean_interval

    outcome = outcome_of(primary)
    ai_first, ai_second = by_order(pairs, outcome)
    if not ai_first or not ai_second or len({pair.on.engineer for pair in pairs}) < ENGINEERS_AT_LARGE:
        return None
    period = hills_armitage(ai_first, ai_second).period
    means: defaultdict[str, list[float]] = defaultdict(list)
    for pair in pairs:
        means[pair.on.engineer].append(outcome(pair) - (period if pair.ai_first else -period))
    found = mean_interval([sum(own) / len(own) for own in means.values()])
    return AtLarge(len(means), as_estimate(found.estimate, found.low, found.high, found.level, primary))


def arm(pairs: Sequence[Pair], ai: bool) -> Arm:
    """Kaplan-Meier curve, median and restricted mean of one arm, for display; s.

    The horizon is the shortest limit of any pair: nothing is known of all of them beyond it.
    """
    durations = [pair.on_time if ai else pair.off_time for pair in pairs]
    reps = [pair.on if ai else pair.off for pair in pairs]
    curve = kaplan_meier(durations)
    horizon = min((pair.limit_s for pair in pairs), default=0.0)
    mean = restricted_mean(curve, len(durations), horizon)
    low = high = None
    if mean is not None and mean.n > 1:
        from scoring.stats.crossover import t_interval

        low, high = t_interval(mean.seconds, mean.standard_error, mean.n - 1)
    return Arm(
        drills=len(durations),
        mitigated=sum(duration.ended for duration in durations),
        on_full_machines=sum((rep.busy or 0.0) >= FULL for rep in reps),
        curve=curve,
        median_s=median(curve),
        restricted_mean=mean,
        low_s=low,
        high_s=high,
    )


def groups(pairs: Sequence[Pair], primary: Primary, by: By) -> tuple[Group, ...]:
    """The groups in the order of their names; Holm over them, and no p value for a person."""
    members: dict[str, list[Pair]] = {}
    for pair in pairs:
        members.setdefault(getattr(pair.on, by), []).append(pair)
    rows = [
        (name, own, assess(own, "time_to_mitigate"), assess(own, "diagnosis"))
        for name, own in sorted(members.items())
    ]
    mains = [times if primary == "time_to_mitigate" else grades for _, _, times, grades in rows]
    values = [main.p for main in mains if main is not None] if by != "engineer" else []
    adjusted = iter(holm(values))
    return tuple(
        Group(
            name=name,
            pairs=len(own),
            ai_first=sum(pair.ai_first for pair in own),
            ai_second=sum(not pair.ai_first for pair in own),
            time=times.estimate if times else None,
            diagnosis=grades.estimate if grades else None,
            adjusted_p=next(adjusted) if by != "engineer" and main is not None else None,
        )
        for (name, own, times, grades), main in zip(rows, mains, strict=True)
    )
