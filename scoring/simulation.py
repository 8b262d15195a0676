"""A year of drills by a stated model, to see whether the comparison tells the truth that was put in.

Nothing here is a measurement. Whoever stores what this makes marks it as simulated.

The model: ln T = ln(base) + engineer + family + variant + residual + [AI] · ln(ratio) + [second] ·
ln(practice), the four effects normal, with the SDs of `Model`. T beyond the limit is censored there. The
diagnosis is right with a probability of its own in each arm; hints are right or wrong as the plan's
policy says, and a wrong one is followed at a stated rate.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

from scoring.comparison.reps import AiTrace, Latency, Policy, Rep, Stated
from scoring.design import HINTS, Assignment, Person, plan
from scoring.reliance import AcceptanceTable, Proportion


@dataclass(frozen=True)
class Model:
    """What is put in."""

    base_s: float = 480.0
    """Median time to mitigate by hand, first drill of a pair, s."""
    limit_s: float = 1200.0
    engineer_sd: float = 0.35
    family_sd: float = 0.5
    variant_sd: float = 0.25
    residual_sd: float = 0.4
    ai_ratio: float = 1.0
    """Time with the AI over time without."""
    practice: float = 1.0
    """Second drill of a pair over the first, whatever the arm."""
    felt_ratio: float = 1.0
    """How much longer (above 1) a drill with the AI feels than it is; below 1, shorter."""
    right_by_hand: float = 0.65
    right_with_right_hint: float = 0.85
    right_with_wrong_hint: float = 0.35
    follows_right: float = 0.8
    """Share of right hints that are taken up."""
    follows_wrong: float = 0.5
    """Share of wrong hints that are taken up."""
    confidence: float = 0.75
    """Stated with every diagnosis."""


@dataclass(frozen=True)
class Study:
    """Who is simulated, on what, and when."""

    engineers: int = 8
    families: int = 6
    blocks_per_family: int = 1
    start: dt.datetime = dt.datetime(2025, 1, 6, 9, 0, tzinfo=dt.UTC)
    days: int = 364
    hints: Mapping[Policy, float] | None = None


def simulate(model: Model, seed: int, study: Study | None = None) -> tuple[Rep, ...]:
    """A year of drills in planned pairs, in the order in which they ended; the same for the same seed."""
    study = study or Study()
    rng = random.Random(seed)
    roster = [Person(f"engineer-{number + 1}", f"team-{number % 2 + 1}") for number in range(study.engineers)]
    families = {
        f"family-{number + 1}": [
            f"family-{number + 1}/variant-{variant + 1}" for variant in range(2 * study.blocks_per_family)
        ]
        for number in range(study.families)
    }
    planned = plan(
        roster,
        families,
        rng.randrange(2**32),
        name=f"simulated-{seed}",
        blocks_per_family=study.blocks_per_family,
        hints=study.hints or HINTS,
    ).assignments
    effects = _Effects(
        engineer={person.name: rng.gauss(0, model.engineer_sd) for person in roster},
        family={family: rng.gauss(0, model.family_sd) for family in families},
        variant={
            variant: rng.gauss(0, model.variant_sd) for variants in families.values() for variant in variants
        },
    )
    slots = max((assignment.slot for assignment in planned), default=0) + 1
    step = dt.timedelta(days=study.days) / slots
    reps = [
        _rep(assignment, model, effects, study.start + assignment.slot * step, rng) for assignment in planned
    ]
    return tuple(sorted(reps, key=lambda rep: (rep.ended, rep.run)))


@dataclass(frozen=True)
class _Effects:
    engineer: Mapping[str, float]
    family: Mapping[str, float]
    variant: Mapping[str, float]


def _rep(
    assignment: Assignment, model: Model, effects: _Effects, start: dt.datetime, rng: random.Random
) -> Rep:
    seconds = math.exp(
        math.log(model.base_s)
        + effects.engineer[assignment.engineer]
        + effects.family[assignment.family]
        + effects.variant[assignment.variant]
        + rng.gauss(0, model.residual_sd)
        + assignment.ai * math.log(model.ai_ratio)
        + (assignment.order == 2) * math.log(model.practice)
    )
    mitigated = seconds <= model.limit_s
    taken = min(seconds, model.limit_s)
    correct = rng.random() < _chance_of_right(assignment.policy, model)
    follows = rng.random() < (model.follows_wrong if assignment.policy == "wrong" else model.follows_right)
    return Rep(
        run=f"{assignment.block}/{assignment.order}",
        engineer=assignment.engineer,
        team=assignment.team,
        family=assignment.family,
        variant=assignment.variant,
        ai=assignment.ai,
        ended=start + dt.timedelta(minutes=rng.uniform(0, 240), seconds=taken),
        time_to_mitigate_s=taken,
        mitigated=mitigated,
        limit_s=model.limit_s,
        diagnosis=rng.uniform(0.7, 1.0) if correct else rng.uniform(0.0, 0.55),
        correct=correct,
        block=assignment.block,
        order=assignment.order,
        policy=assignment.policy,
        felt_s=taken * (model.felt_ratio if assignment.ai else 1.0) * math.exp(rng.gauss(0, 0.1)),
        beliefs=(Stated(model.confidence, correct),),
        answer_components=_answer(correct, assignment.policy, follows, rng),
        unnamed_missed=Proportion(int(not correct), 1) if assignment.policy != "right" else Proportion(0, 0),
        trace=_trace(assignment.policy, follows, correct, rng),
    )


def _chance_of_right(policy: Policy | None, model: Model) -> float:
    if policy == "right":
        return model.right_with_right_hint
    return model.right_with_wrong_hint if policy == "wrong" else model.right_by_hand


def _answer(correct: bool, policy: Policy | None, follows: bool, rng: random.Random) -> frozenset[str]:
    if correct:
        return frozenset({"db"})
    if policy == "wrong" and follows:
        return frozenset({"vision"})
    return frozenset({rng.choice(("cache", "queue", "vision"))})


def _trace(policy: Policy | None, follows: bool, correct: bool, rng: random.Random) -> AiTrace:
    if policy not in ("right", "wrong"):
        return AiTrace()
    wrong = policy == "wrong"
    knew = rng.random() < 0.4
    one = Proportion(int(correct), 1)
    return AiTrace(
        table=AcceptanceTable(
            right_taken=int(follows and not wrong),
            right_left=int(not follows and not wrong),
            wrong_taken=int(follows and wrong),
            wrong_left=int(not follows and wrong),
        ),
        rair=one if not wrong and not knew else Proportion(0, 0),
        rsr=one if wrong and knew else Proportion(0, 0),
        commission=Proportion(int(follows), 1) if wrong else Proportion(0, 0),
        claims_wrong=Proportion(int(wrong), 1),
        wrong_components=frozenset({"vision"}) if wrong else frozenset(),
        latency=Latency(waiting_s=5.0, reading_s=20.0, astray_s=60.0 if wrong and follows else 0.0),
    )
