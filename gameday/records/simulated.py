"""Simulated drills as the store would have taken them in, marked so that no real store accepts them."""

from __future__ import annotations

import hashlib

from gameday.journal.events import Mode, Policy
from gameday.journal.manifest import Assignment
from gameday.records.graded import columns
from gameday.records.run import Run, Scores
from scoring.comparison.reps import Rep

PAR_S = 480.0
"""The author's par of every simulated pack, s: the median time by hand that the model starts from."""
_BEFORE_S = 300.0
"""From the start of a drill to its onset."""


def as_run(rep: Rep) -> Run:
    """One simulated drill as a row of a store of nothing else; its variant is `PACK/VARIANT`."""
    pack, _, variant = rep.variant.partition("/")
    mode: Mode = "advise" if rep.ai else "manual"
    policy: Policy = rep.policy or "natural"
    ended = rep.ended.timestamp()
    planned = None
    if rep.block is not None:
        planned = Assignment.model_validate(
            {
                "block": rep.block,
                "order": rep.order,
                "mode": mode,
                "policy": rep.policy,
                "randomised": rep.randomised,
            }
        )
    return Run(
        run=rep.run,
        digest=hashlib.sha256(rep.run.encode()).hexdigest(),
        engineer=rep.engineer,
        codename="SIMULATED",
        pack=pack,
        variant=variant,
        family=rep.family,
        mode=mode,
        advisor="scripted",
        policy=policy,
        style="verdict",
        runtime="fake",
        seed=0,
        started=ended - rep.time_to_mitigate_s - _BEFORE_S,
        ended=ended,
        outcome="resolved" if rep.mitigated else "time_limit",
        limit_s=rep.limit_s,
        par_s=PAR_S,
        spoiled=rep.spoiled,
        simulated=True,
        assignment=planned,
        scores=None if rep.void else _scores(rep),
    )


def _scores(rep: Rep) -> Scores:
    trace, beliefs = rep.trace, rep.beliefs
    gaps = [belief.confidence - belief.right for belief in beliefs]
    return Scores(
        schema=1,
        time_to_acknowledge_s=None,
        time_to_hypothesis_s=None,
        time_to_mitigate_s=rep.time_to_mitigate_s,
        mitigated=rep.mitigated,
        diagnosis=rep.diagnosis,
        correct=rep.correct,
        confidence=beliefs[-1].confidence if beliefs else None,
        customer_minutes_lost=0.0,
        money_lost=0.0,
        response_skill=None,
        harmful=0,
        stabilised_first=False,
        beliefs=len(beliefs),
        brier=sum(gap * gap for gap in gaps) / len(gaps) if gaps else None,
        overconfidence=sum(gaps) / len(gaps) if gaps else None,
        rair_k=trace.rair.k,
        rair_n=trace.rair.n,
        rsr_k=trace.rsr.k,
        rsr_n=trace.rsr.n,
        commission_k=trace.commission.k,
        commission_n=trace.commission.n,
        no_fault=None,
        stood_down_s=None,
        stated={"simulated": True},
        vector={"simulated": True},
        felt_s=rep.felt_s,
        real_s=rep.real_s,
        graded=columns(rep),
    )
