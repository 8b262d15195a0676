"""What the engineer holds to be possible: each hypothesis once, as it stands now, and the evidence kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gameday.journal.events import Bearing

Claim = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True)
class Hypothesis:
    """A possible cause, by its components and mechanisms."""

    components: tuple[str, ...]
    mechanisms: tuple[str, ...]
    confidence: float
    """As stated last, 0 to 1."""
    wall: float
    """UNIX seconds of the last word on it."""
    ruled_out: bool = False
    reason: str = ""
    """Why it was ruled out."""

    @property
    def claim(self) -> Claim:
        return frozenset(self.components), frozenset(self.mechanisms)


@dataclass(frozen=True)
class Evidence:
    """Something seen that was kept."""

    wall: float
    source: str
    text: str
    bearing: Bearing = "none"
    claim: Claim = (frozenset(), frozenset())
    """Of the hypothesis that it speaks for or against."""


Hypotheses = tuple[Hypothesis, ...]


def believed(known: Hypotheses, stated: Hypothesis) -> Hypotheses:
    """With one more belief: stated again, it stands with its new confidence, ruled out before or not."""
    if not (stated.components or stated.mechanisms):
        return known
    return (*(each for each in known if each.claim != stated.claim), stated)


def ruled_out(known: Hypotheses, stated: Hypothesis) -> Hypotheses:
    """With one ruled out; it keeps the confidence that was stated for it."""
    before = next((each.confidence for each in known if each.claim == stated.claim), 0.0)
    return believed(known, replace(stated, confidence=before, ruled_out=True))


def weighed(claim: Claim, evidence: tuple[Evidence, ...]) -> tuple[int, int]:
    """How many pieces of evidence speak for a claim, and how many against it."""
    bearings = [each.bearing for each in evidence if each.claim == claim]
    return bearings.count("for"), bearings.count("against")


def ranked(known: Hypotheses) -> Hypotheses:
    """Those that stand, the likeliest first; below them those that were ruled out, the latest first."""
    return tuple(sorted(known, key=lambda each: (each.ruled_out, -each.confidence, -each.wall)))
