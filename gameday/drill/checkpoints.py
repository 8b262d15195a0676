"""Asks for a provisional belief at the same fixed moments in every mode.

Reliance on advice is what a belief was before it and after it. Asked only where there is an AI, the question
itself would make the difference; asked and never insisted on, it costs an engineer nothing.
"""

from __future__ import annotations

from gameday.drill.facts import Facts, Say
from gameday.journal import events as ev
from gameday.journal.clock import Clock

AFTER_PAGE_S = 120.0
BEFORE_END_S = 60.0
"""So long before the limit; who is done sooner has said in a diagnosis what they believe."""


class Checkpoints:
    """One drill's checkpoints, none of which knows of the drill's mode."""

    def __init__(self, facts: Facts, say: Say, clock: Clock, limit_s: float) -> None:
        self._facts = facts
        self._say = say
        self._clock = clock
        self._limit_s = limit_s
        self._asked: list[ev.CheckpointMoment] = []

    def tick(self) -> None:
        """Ask what is due; called several times a second."""
        now, facts = self._clock.wall(), self._facts
        if facts.paged_at is not None and now - facts.paged_at >= AFTER_PAGE_S:
            self._ask("after_page")
        if facts.onset is not None and now - facts.onset >= self._limit_s - BEFORE_END_S:
            self._ask("before_end")

    def remember(self, moment: ev.CheckpointMoment) -> None:
        """It was asked by the trainer before us."""
        self._asked.append(moment)

    def close(self) -> None:
        """The drill is over, or the next question comes: what is open stays without an answer."""
        if self._facts.checkpoint is not None:
            self._say(ev.CheckpointMissed(checkpoint=self._facts.checkpoint), "conductor")
            self._facts.checkpoint = None

    def _ask(self, moment: ev.CheckpointMoment) -> None:
        if moment in self._asked:
            return
        self.close()
        self._asked.append(moment)
        self._facts.checkpoint = len(self._asked)
        self._say(ev.CheckpointAsked(checkpoint=len(self._asked), moment=moment), "conductor")
