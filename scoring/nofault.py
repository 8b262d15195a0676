"""Standing down: right if nothing is wrong, or no longer; and what a drill without a fault comes to.

A page that means nothing tests judgement: the one right thing to do is to see it, to say so and to leave the
company alone. So such a drill has no time to mitigate, in which there would be nothing to mitigate, but an
outcome, in the terms of signal detection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scoring.timeline import Answer, Claim, Timeline

NOTHING = Claim(mechanisms=frozenset({"none"}))
"""The claim that nothing is wrong."""

Outcome = Literal["correct_stand_down", "false_alarm", "wrong_stand_down", "undecided"]


@dataclass(frozen=True)
class StandDown:
    """The engineer ended the drill as not needed any more."""

    at_s: float
    """Seconds since the onset."""
    served: bool
    """Customers were served within the SLO then, as far as the oracle knew."""
    right: bool
    """Nothing was wrong and nothing was said to be; or a mitigation stood."""


@dataclass(frozen=True)
class NoFault:
    """What a drill in which nothing was wrong came to."""

    outcome: Outcome
    """`correct_stand_down`; `false_alarm`: a cause was named in the diagnosis; `wrong_stand_down`: customers
    suffered by then, from what was done; `undecided`: neither until the time was up."""
    changes: int
    """Writes that succeeded since the onset, although there was nothing to mend."""
    bad_minutes: float
    """Customer-minutes lost from the first violation of the SLO on; doing nothing would have cost none."""


def stand_down(timeline: Timeline, *, mitigated: bool) -> StandDown | None:
    """The standing down, graded; None if the engineer didn't.

    Args:
        mitigated: a mitigation stood within the limit.
    """
    if timeline.stood_down_at is None:
        return None
    served = not timeline.let_down
    right = served and not _alarmed(timeline) if timeline.truth.nothing_wrong else mitigated
    return StandDown(timeline.stood_down_at - timeline.onset, served, right)


def no_fault(timeline: Timeline, bad_minutes: float) -> NoFault | None:
    """The outcome of a drill in which nothing was wrong; None for any other drill.

    Standing down while customers suffer is wrong, whatever was said; next counts what the last diagnosis
    said; a stand-down without any diagnosis says that nothing is wrong.

    Args:
        bad_minutes: customer-minutes lost since the first violation, 0 without one.
    """
    if not timeline.truth.nothing_wrong:
        return None
    stood_down = timeline.stood_down_at is not None
    if stood_down and timeline.let_down:
        outcome: Outcome = "wrong_stand_down"
    elif _alarmed(timeline):
        outcome = "false_alarm"
    else:
        outcome = "correct_stand_down" if stood_down else "undecided"
    changes = sum(
        operation.tier == "write" and operation.exit_code == 0 and operation.at >= timeline.onset
        for operation in timeline.operations
    )
    return NoFault(outcome, changes, bad_minutes)


def graded_answer(timeline: Timeline) -> Answer | None:
    """The diagnosis to grade: what was submitted, else what standing down from nothing says.

    Who stands down in a drill without a fault has said that nothing is wrong and that nothing set it off.
    Where something was wrong, standing down says nothing about it.
    """
    if timeline.answer is not None or timeline.stood_down_at is None or not timeline.truth.nothing_wrong:
        return timeline.answer
    return Answer(timeline.stood_down_at, NOTHING, "none", frozenset(), confidence=0.0)


def _alarmed(timeline: Timeline) -> bool:
    """Whether the diagnosis names a cause."""
    return timeline.answer is not None and timeline.answer.claim != NOTHING
