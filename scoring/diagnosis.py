"""How right a diagnosis is, with partial credit, and whether a claim is right at all.

People, beliefs on the way and hints of an advisor are graded by the same functions.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from scoring.timeline import Answer, Claim, Truth

MOST_COMPONENTS = 2
MOST_MECHANISMS = 2


@dataclass(frozen=True)
class Parts:
    """F1 of each part of a diagnosis, each from 0 to 1."""

    components: float
    mechanisms: float
    trigger: float
    contributing: float


@dataclass(frozen=True)
class DiagnosisScore:
    """The grade of one diagnosis."""

    score: float
    """D, from 0 to 1."""
    parts: Parts
    correct: bool
    submitted: bool


def f1(named: Collection[str], truth: Collection[str]) -> float:
    """F1 of what was named against the truth, from 0 to 1.

    Formula: 2·|named ∩ truth| / (|named| + |truth|), the harmonic mean of precision and recall;
    1 where there was nothing to name and nothing was named.
    Source: van Rijsbergen, Information Retrieval, 1979, ch. 7.
    """
    named, truth = set(named), set(truth)
    if not named and not truth:
        return 1.0
    return 2 * len(named & truth) / (len(named) + len(truth))


def weighted(parts: Parts) -> float:
    """D, from 0 to 1.

    Formula: 0.40·F1(components) + 0.30·F1(mechanisms) + 0.15·F1(trigger) + 0.15·F1(contributing).
    """
    return (
        0.40 * parts.components + 0.30 * parts.mechanisms + 0.15 * parts.trigger + 0.15 * parts.contributing
    )


def right(claim: Claim, truth: Truth) -> bool:
    """Whether a claim names the cause: components and mechanisms each with recall 1 and precision ≥ 0.5."""
    return _found(claim.components, truth.claim.components) and _found(
        claim.mechanisms, truth.claim.mechanisms
    )


def grade(answer: Answer | None, truth: Truth) -> DiagnosisScore:
    """Grade a diagnosis against the truth; none at all scores 0.

    Raises:
        ValueError: more than two components or two mechanisms are named; ticking everything must
            not pay.
    """
    if answer is None:
        return DiagnosisScore(0.0, Parts(0.0, 0.0, 0.0, 0.0), correct=False, submitted=False)
    claim = answer.claim
    if len(claim.components) > MOST_COMPONENTS:
        raise ValueError(
            f"a diagnosis names at most {MOST_COMPONENTS} components, not {len(claim.components)}"
        )
    if len(claim.mechanisms) > MOST_MECHANISMS:
        raise ValueError(
            f"a diagnosis names at most {MOST_MECHANISMS} mechanisms, not {len(claim.mechanisms)}"
        )
    parts = Parts(
        components=f1(claim.components, truth.claim.components),
        mechanisms=f1(claim.mechanisms, truth.claim.mechanisms),
        trigger=f1(_one(answer.trigger), _one(truth.trigger)),
        contributing=f1(answer.contributing, truth.contributing),
    )
    return DiagnosisScore(weighted(parts), parts, correct=right(claim, truth), submitted=True)


def _one(name: str) -> frozenset[str]:
    return frozenset((name,)) if name else frozenset()


def _found(named: Collection[str], truth: Collection[str]) -> bool:
    return set(truth) <= set(named) and 2 * len(set(truth)) >= len(set(named))
