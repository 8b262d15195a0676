"""When a drill asks what one believes."""

from __future__ import annotations

import pytest

from gameday.drill.checkpoints import AFTER_PAGE_S, BEFORE_END_S, Checkpoints
from gameday.drill.facts import Facts
from gameday.journal import ManualClock
from gameday.journal.events import Actor, CheckpointAsked, CheckpointMissed, Event
from tests.builders import START


class Drill:
    """An incident of ten minutes whose page comes 20 s after the onset."""

    def __init__(self, limit_s: float = 600.0) -> None:
        self.clock = ManualClock(START)
        self.facts = Facts(onset=START)
        self.said: list[tuple[float, Event]] = []
        self.checkpoints = Checkpoints(self.facts, self._say, self.clock, limit_s)

    def _say(self, event: Event, actor: Actor) -> None:
        assert actor == "conductor"
        self.said.append((self.clock.wall() - START, event))

    def until(self, second: float) -> None:
        while self.clock.wall() - START < second:
            self.clock.advance(1.0)
            if self.clock.wall() - START == 20:
                self.facts.paged_at = self.clock.wall()
            self.checkpoints.tick()


FIRST = (20 + AFTER_PAGE_S, CheckpointAsked(checkpoint=1, moment="after_page"))
SECOND = (600 - BEFORE_END_S, CheckpointAsked(checkpoint=2, moment="before_end"))


def test_it_asks_after_the_page_and_before_the_end() -> None:
    """Once each, whether anybody answers or not; the first is missed when the second comes."""
    drill = Drill()
    drill.until(600)
    drill.checkpoints.close()
    missed = [(540, CheckpointMissed(checkpoint=1)), (600, CheckpointMissed(checkpoint=2))]
    assert drill.said == [FIRST, missed[0], SECOND, missed[1]]


def test_an_answer_in_time_is_not_missed() -> None:
    """The desk takes the open checkpoint away when a belief is stated."""
    drill = Drill()
    drill.until(150)
    assert drill.facts.checkpoint == 1
    drill.facts.checkpoint = None
    drill.until(600)
    drill.facts.checkpoint = None
    drill.checkpoints.close()
    assert drill.said == [FIRST, SECOND]


@pytest.mark.parametrize("end_s", [15, 139])
def test_a_drill_that_ends_before_its_moments_asks_nothing(end_s: int) -> None:
    """And misses nothing."""
    drill = Drill()
    drill.until(end_s)
    drill.checkpoints.close()
    assert drill.said == []


def test_without_a_page_only_the_end_asks() -> None:
    """A fault that nobody was paged for."""
    drill = Drill(limit_s=90)
    drill.until(15)
    assert drill.said == []
    drill.clock.set(START + 30)
    drill.checkpoints.tick()
    assert [event for _, event in drill.said] == [CheckpointAsked(checkpoint=1, moment="before_end")]
