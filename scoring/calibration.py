"""Whether an engineer's stated confidence deserves to be believed."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.diagnosis import right
from scoring.timeline import Timeline


@dataclass(frozen=True)
class Calibration:
    """Of one drill's stated beliefs; None where none was stated."""

    n: int
    brier: float | None
    """0 is perfect, 0.25 is always saying one half, 1 is sure and wrong."""
    overconfidence: float | None
    """Above 0: surer than right; below 0: righter than sure."""


def calibration(timeline: Timeline) -> Calibration:
    """Brier score and overconfidence over the beliefs since the onset and the final diagnosis.

    Formula: Brier = mean (p − y)², overconfidence = mean p − mean y, with p the confidence and
    y = 1 if the claim is right, else 0. `Don't know yet` claims nothing and is left out.
    Source: Brier, Monthly Weather Review 78, 1950.
    """
    stated = [
        (belief.confidence, right(belief.claim, timeline.truth))
        for belief in timeline.beliefs
        if belief.at >= timeline.onset and not belief.claim.empty
    ]
    if timeline.answer is not None and not timeline.answer.claim.empty:
        stated.append((timeline.answer.confidence, right(timeline.answer.claim, timeline.truth)))
    if not stated:
        return Calibration(0, None, None)
    n = len(stated)
    return Calibration(
        n=n,
        brier=sum((p - y) ** 2 for p, y in stated) / n,
        overconfidence=sum(p - y for p, y in stated) / n,
    )
