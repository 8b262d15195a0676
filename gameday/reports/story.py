"""The story of a drill on one axis: who did what, how long after the onset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gameday.journal.events import (
    Acknowledged,
    AlertFired,
    AlertResolved,
    Believed,
    CheckpointAsked,
    CheckpointMissed,
    DiagnosisSubmitted,
    DrillEnded,
    DrillPaused,
    DrillResumed,
    Entry,
    Event,
    EvidencePinned,
    FaultInjected,
    HintDisposed,
    HintShown,
    MessagePosted,
    Mitigated,
    Noted,
    Operated,
    Paged,
    PersonAnswered,
    PersonPaged,
    Relapsed,
    Resumed,
    RuledOut,
    SloViolated,
    StoodDown,
    TruthRevealed,
)
from gameday.journal.reader import Recorded
from gameday.reports.words import Said, say

_TOLD = (
    FaultInjected,
    AlertFired,
    AlertResolved,
    Paged,
    Acknowledged,
    Noted,
    Operated,
    Believed,
    EvidencePinned,
    RuledOut,
    CheckpointAsked,
    CheckpointMissed,
    MessagePosted,
    PersonPaged,
    PersonAnswered,
    HintShown,
    HintDisposed,
    SloViolated,
    Mitigated,
    Relapsed,
    DiagnosisSubmitted,
    StoodDown,
    DrillPaused,
    DrillResumed,
    Resumed,
    DrillEnded,
)


_NOTHING_BROKEN = Said("·", "an alert was set off; nothing was broken", "bold")


@dataclass(frozen=True)
class Row:
    """One line of the story."""

    at_s: float
    """Seconds since the onset."""
    who: str
    said: Said
    event: Event


def story(recorded: Sequence[Recorded], onset: float) -> list[Row]:
    """The drill's rows in the order in which they are dated.

    What the oracle back-dates stands where it began, not where it was noticed; so does the injection.
    """
    nothing_wrong = any(
        isinstance(item.event, TruthRevealed) and item.event.mechanisms == ("none",) for item in recorded
    )
    rows = []
    for item in recorded:
        said = say(item.event) if isinstance(item.event, _TOLD) else None
        if nothing_wrong and isinstance(item.event, FaultInjected):
            said = _NOTHING_BROKEN
        if said is not None:
            rows.append(Row(_dated(item.entry, item.event) - onset, item.entry.actor, said, item.event))
    return sorted(rows, key=lambda row: row.at_s)


def _dated(entry: Entry, event: Event) -> float:
    if isinstance(event, SloViolated | Mitigated | Relapsed):
        return event.since
    return event.onset if isinstance(event, FaultInjected) else entry.wall
