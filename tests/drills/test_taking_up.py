"""What a second trainer knows of a drill, from the journal of the first: the pure parts of it."""

from __future__ import annotations

import pytest

from gameday.drill.facts import Facts
from gameday.drill.lookout import Lookout
from gameday.drill.past import Past, learn
from gameday.drill.people import People
from gameday.journal import ManualClock, Recorded
from gameday.journal.events import (
    Actor,
    AlertFired,
    AlertResolved,
    CheckpointAsked,
    Event,
    MessagePosted,
    Mitigated,
    PersonAnswered,
    PersonPaged,
    PhaseChanged,
    SliMeasured,
    SloViolated,
)
from sandbox.observe.metrics import Alert
from sandbox.world.cast import CAST
from scenarios.loader import load_pack
from tests.builders import ONSET, ONSET_S, START, DrillBuilder, hint_rejected, to_the_page
from tests.drills.test_lookout_paused import second_of

HOLD_S = 20.0


def until(builder: DrillBuilder, at_s: float) -> tuple[Recorded, ...]:
    """The journal of a trainer that was killed so many seconds after the onset."""
    return tuple(item for item in builder.recorded() if item.entry.wall <= ONSET + at_s)


def facts_of(recorded: tuple[Recorded, ...]) -> Facts:
    facts = Facts()
    for item in recorded:
        learn(facts, item.entry, item.event)
    return facts


class Taken:
    """A lookout that goes on, and what it says."""

    def __init__(self, recorded: tuple[Recorded, ...]) -> None:
        self.said: list[Event] = []
        self.lookout = Lookout(facts_of(recorded), self._say, ManualClock(START))
        self.lookout.take_up(recorded, HOLD_S)

    def _say(self, event: Event, actor: Actor) -> None:
        self.said.append(event)

    def feed(self, first: int, until: int, *, good: bool) -> None:
        """What the company's own log has of its customers, from the first second on."""
        for second in range(first, until):
            self.lookout.on_second(second_of(int(START) + second, good=good))


def test_the_facts_are_those_of_the_first_trainer() -> None:
    """When it broke, paged and was acknowledged; which hints were shown and answered."""
    facts = facts_of(until(hint_rejected(), 110))
    assert (facts.onset, facts.paged_at, facts.acknowledged) == (ONSET, ONSET + 25, True)
    assert (sorted(facts.hints), facts.open_hints, facts.diagnosed) == ([1], [], False)
    assert facts_of(until(hint_rejected(), 95)).open_hints == [1]
    assert facts_of(until(hint_rejected(), 245)).diagnosed


def test_an_open_checkpoint_stays_open() -> None:
    """Until a belief answers it."""
    asked = to_the_page().add(ONSET_S + 150, "conductor", CheckpointAsked(checkpoint=1, moment="after_page"))
    assert facts_of(until(asked, 151)).checkpoint == 1


@pytest.mark.parametrize(
    ("at_s", "came_up", "ended"), [(-76, False, False), (10, True, False), (251, True, True)]
)
def test_how_far_it_had_come(at_s: float, came_up: bool, ended: bool) -> None:
    """Whether there is a company to go on in, and whether it had ended."""
    past = Past(until(hint_rejected(), at_s))
    assert (past.came_up, past.ended, past.revealed) == (came_up, ended, False)
    assert Past(until(hint_rejected(), 253)).revealed


def test_seconds_that_are_known_are_not_told_again() -> None:
    """Those of the time in which nobody watched are, from the company's own log."""
    taken = Taken(until(hint_rejected(), 100))
    taken.feed(10, 180, good=False)
    assert taken.said == []
    taken.feed(180, 200, good=False)
    measured = [event.second - int(START) for event in taken.said if isinstance(event, SliMeasured)]
    assert measured == list(range(180, 200))
    assert not any(isinstance(event, SloViolated) for event in taken.said)


def test_how_far_the_feed_was_read() -> None:
    """Commands wait until it has caught up, or a mitigation would seem to end in the gap."""
    taken = Taken(until(hint_rejected(), 100))
    assert taken.lookout.seen_until < START
    taken.feed(10, 200, good=False)
    assert taken.lookout.seen_until == START + 200


def test_the_mitigation_is_seen_across_the_gap() -> None:
    """It is dated by the whole series, of which the first half is in the journal."""
    taken = Taken(until(hint_rejected(), 100))
    taken.feed(180, 210, good=False)
    taken.feed(210, 240, good=True)
    assert [event for event in taken.said if isinstance(event, Mitigated)] == [Mitigated(since=START + 210)]
    assert taken.lookout.mitigated


def test_a_verdict_that_was_not_written_down_is_announced() -> None:
    """The trainer was killed between the second that settled it and the event."""
    recorded = tuple(item for item in until(hint_rejected(), 100) if not isinstance(item.event, SloViolated))
    assert Taken(recorded).said == [SloViolated(since=ONSET + 8)]


def test_a_mitigation_that_stands_stands() -> None:
    """Nothing is announced twice."""
    taken = Taken(until(hint_rejected(), 230))
    assert taken.lookout.mitigated
    assert not [event for event in taken.said if isinstance(event, Mitigated | PhaseChanged)]


def test_alerts_that_fire_are_not_fired_again() -> None:
    """What has ended meanwhile is said to be over."""
    taken = Taken(until(hint_rejected(), 100))
    taken.lookout.on_alerts([Alert("UploadSlow", "firing", "page", "edge", "p95 of /upload is above 2 s")])
    assert taken.said == []
    taken.lookout.on_alerts([])
    assert taken.said == [AlertResolved(name="UploadSlow")]
    assert not any(isinstance(event, AlertFired) for event in taken.said)


def test_people_go_on_where_they_were() -> None:
    """What was said is not said again, who rings answers, and what waits for the page comes at its time."""
    case = load_pack("false-alarm").scenario.of("flapping-probe")
    facts = Facts(onset=START)
    clock, said = ManualClock(START + 100), list[Event]()
    people = People(case.cast, facts, lambda event, actor: said.append(event), clock)
    first = case.cast.channel[0]
    for event, at in [
        (to_the_page().recorded()[-1].event, START + 25),
        (MessagePosted(channel="on-call", who=CAST[first.who].name, says=first.says), START + 45),
        (PersonPaged(who="marta", name="Marta", question=""), START + 50),
    ]:
        people.remember(event, at)
    people.speak()
    assert first.says not in [event.says for event in said if isinstance(event, MessagePosted)]
    assert not any(isinstance(event, PersonAnswered) for event in said)
    clock.set(START + 111)
    people.speak()
    assert [event.who for event in said if isinstance(event, PersonAnswered)] == ["marta"]
    assert first.says in people.channel()
