"""The oracle while a drill is paused."""

from __future__ import annotations

from gameday.drill.facts import Facts
from gameday.drill.lookout import Lookout
from gameday.journal import ManualClock
from gameday.journal.events import Actor, Event, Mitigated, SliMeasured
from sandbox.load.sli import BOUNDS_MS
from sandbox.observe.customers import Served, SliSecond
from tests.builders import START

HOLD_S = 20.0
DEMAND = {"browse": 12, "upload": 4, "buy": 2}


def second_of(second: int, *, good: bool) -> SliSecond:
    """One second in which everybody is served, or nobody."""
    histogram = (1,) + (0,) * len(BOUNDS_MS)
    journeys = {
        name: Served(count, count * good, count * (not good), histogram) for name, count in DEMAND.items()
    }
    return SliSecond(second, journeys, {})


def test_seconds_in_a_pause_are_kept_and_not_judged() -> None:
    """A mitigation needs its hold by the drill's clock, and is dated in the world's time."""
    facts, said = Facts(), list[Event]()

    def say(event: Event, actor: Actor) -> None:
        said.append(event)

    lookout = Lookout(facts, say, ManualClock(START))
    onset = int(START) + 30

    def feed(first: int, until: int, good: bool) -> None:
        for second in range(int(START) + first, int(START) + until):
            lookout.on_second(second_of(second, good=good))

    feed(0, 30, True)
    lookout.expect_trouble(onset, HOLD_S)
    feed(30, 60, False)
    facts.pauses.begin(START + 60.0)
    feed(60, 100, True)
    assert not lookout.mitigated
    facts.pauses.end(START + 100.0)
    feed(100, 140, True)
    assert lookout.mitigated
    (mitigated,) = [event for event in said if isinstance(event, Mitigated)]
    assert START + 99 <= mitigated.since <= START + 106
    assert len([event for event in said if isinstance(event, SliMeasured)]) == 140
