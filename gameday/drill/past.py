"""What another trainer's journal says of a drill, for the one that takes it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from gameday.drill.facts import Facts
from gameday.journal import events as ev
from gameday.journal.reader import Recorded

E = TypeVar("E", bound=ev.Event)


@dataclass(frozen=True)
class Past:
    """A journal that stopped before its drill was over."""

    recorded: tuple[Recorded, ...]

    @property
    def last_wall(self) -> float:
        """UNIX seconds of the last that was written down."""
        return self.recorded[-1].entry.wall

    @property
    def started(self) -> ev.DrillStarted | None:
        return self._last(ev.DrillStarted)

    @property
    def came_up(self) -> bool:
        """Whether the company was running and its repository built."""
        return "briefing" in phases(self.recorded)

    @property
    def briefed(self) -> bool:
        return self._last(ev.BriefingGiven) is not None

    @property
    def onset(self) -> float | None:
        injected = self._last(ev.FaultInjected)
        return None if injected is None else injected.onset

    @property
    def ended(self) -> bool:
        return self._last(ev.DrillEnded) is not None

    @property
    def revealed(self) -> bool:
        return self._last(ev.TruthRevealed) is not None

    @property
    def closed(self) -> bool:
        """It is over: there is nothing to take up."""
        return "debrief" in phases(self.recorded)

    @property
    def stood_down(self) -> bool:
        return self._last(ev.StoodDown) is not None

    def _last(self, kind: type[E]) -> E | None:
        return next((item.event for item in reversed(self.recorded) if isinstance(item.event, kind)), None)


def phases(recorded: Sequence[Recorded]) -> dict[ev.PhaseName, float]:
    """The phases that there were, with the time of the first of each, UNIX seconds."""
    found: dict[ev.PhaseName, float] = {}
    for item in recorded:
        if isinstance(item.event, ev.PhaseChanged):
            found.setdefault(item.event.phase, item.entry.wall)
    return found


def learn(facts: Facts, entry: ev.Entry, event: ev.Event) -> None:
    """Take one recorded event into the facts. Pauses are kept by whoever hears of every event."""
    match event:
        case ev.FaultInjected(onset=onset):
            facts.onset = onset
        case ev.Paged():
            facts.paged_at = entry.wall
        case ev.Acknowledged():
            facts.acknowledged = True
        case ev.DiagnosisSubmitted():
            facts.diagnosed, facts.checkpoint = True, None
        case ev.CheckpointAsked(checkpoint=number):
            facts.checkpoint = number
        case ev.CheckpointMissed() | ev.Believed():
            facts.checkpoint = None
        case ev.HintShown(hint=number):
            facts.hints[number] = event
        case ev.HintDisposed(hint=number):
            facts.disposed.add(number)
        case ev.DrillEnded():
            facts.ended = True
