"""What a comparison asks of one drill beyond its scorecard: what the advisor said and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.comparison.reps import AiTrace, Latency, Stated
from scoring.diagnosis import right
from scoring.reliance import Proportion, reliance
from scoring.timeline import Claim, Hint, Timeline


@dataclass(frozen=True)
class Traced:
    """One drill's beliefs and hints, graded."""

    trace: AiTrace
    beliefs: tuple[Stated, ...]
    answer_components: frozenset[str]
    """Of the diagnosis; of the last belief where none was submitted."""
    unnamed_missed: Proportion


def traced(timeline: Timeline) -> Traced:
    """Grade what was said in one drill.

    Formulas: `AiTrace`, `Latency`; a true factor is a component, a mechanism, the trigger or something
    contributing, and is missed if the diagnosis doesn't name it. Source: SCORING, section 2.
    """
    found = reliance(timeline)
    truth = timeline.truth
    graded = [
        (hint, right(hint.claim, truth)) for hint in timeline.hints if hint.claim and not hint.claim.empty
    ]
    wrong = [hint for hint, is_right in graded if not is_right]
    return Traced(
        trace=AiTrace(
            table=found.table,
            rair=found.rair,
            rsr=found.rsr,
            commission=found.commission,
            claims_wrong=Proportion(len(wrong), len(graded)),
            wrong_components=frozenset(
                component
                for hint in wrong
                if hint.claim
                for component in hint.claim.components - truth.claim.components
            ),
            latency=Latency(
                waiting_s=sum(hint.took_s for hint in timeline.hints),
                reading_s=sum(
                    max(0.0, min(hint.disposed_at, _until(timeline)) - hint.at)
                    for hint in timeline.hints
                    if hint.disposed_at is not None
                ),
                astray_s=sum(_astray_s(hint, timeline) for hint in wrong),
            ),
        ),
        beliefs=_stated(timeline),
        answer_components=_answer_components(timeline),
        unnamed_missed=_unnamed_missed(timeline),
    )


def _until(timeline: Timeline) -> float:
    """Until when what the advisor cost counts: no longer than the time to mitigate."""
    return min(
        timeline.onset + timeline.limit_s,
        timeline.ended_at if timeline.mitigated_at is None else timeline.mitigated_at,
    )


def _astray_s(hint: Hint, timeline: Timeline) -> float:
    """From accepting a wrong hint to the first belief that shares nothing with it."""
    if hint.fate not in ("accepted", "modified") or hint.disposed_at is None or hint.claim is None:
        return 0.0
    since = hint.disposed_at
    claims = [(belief.at, belief.claim) for belief in timeline.beliefs]
    if timeline.answer is not None:
        claims.append((timeline.answer.at, timeline.answer.claim))
    left = min(
        (at for at, claim in claims if at > since and not claim.empty and not _shares(claim, hint.claim)),
        default=_until(timeline),
    )
    return max(0.0, min(left, _until(timeline)) - since)


def _shares(one: Claim, other: Claim) -> bool:
    return bool(one.components & other.components or one.mechanisms & other.mechanisms)


def _stated(timeline: Timeline) -> tuple[Stated, ...]:
    said = [(belief.claim, belief.confidence) for belief in timeline.beliefs if belief.at >= timeline.onset]
    if timeline.answer is not None:
        said.append((timeline.answer.claim, timeline.answer.confidence))
    return tuple(
        Stated(confidence, right(claim, timeline.truth)) for claim, confidence in said if not claim.empty
    )


def _answer_components(timeline: Timeline) -> frozenset[str]:
    if timeline.answer is not None:
        return timeline.answer.claim.components
    return timeline.beliefs[-1].claim.components if timeline.beliefs else frozenset()


def _unnamed_missed(timeline: Timeline) -> Proportion:
    """True factors that the diagnosis lacks, of those that no hint named."""
    truth, answer = timeline.truth, timeline.answer
    if truth.nothing_wrong:
        return Proportion(0, 0)
    factors = _factors(truth.claim, truth.trigger, truth.contributing)
    for hint in timeline.hints:
        if hint.claim is not None:
            factors -= _factors(hint.claim, "", frozenset())
    named = _factors(answer.claim, answer.trigger, answer.contributing) if answer else set()
    return Proportion(len(factors - named), len(factors))


def _factors(claim: Claim, trigger: str, contributing: frozenset[str]) -> set[tuple[str, str]]:
    found = {("component", name) for name in claim.components}
    found |= {("mechanism", name) for name in claim.mechanisms}
    found |= {("contributing", name) for name in contributing}
    return found | ({("trigger", trigger)} if trigger else set())
