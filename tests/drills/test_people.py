"""Who speaks in a drill, when, and what comes of paging somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gameday.drill.commands import PagePerson
from gameday.drill.facts import Facts
from gameday.drill.people import EXECUTIVE, People, find, owners_of, understood
from gameday.drill.session import CommandRefused
from gameday.journal import ManualClock
from gameday.journal.events import (
    Acknowledged,
    Actor,
    Event,
    MessagePosted,
    Mitigated,
    Paged,
    PersonAnswered,
    PersonPaged,
    Relapsed,
)
from sandbox.stack.model import load_stack
from scenarios.parts import Truth
from scenarios.people import Cast
from tests.builders import START, operated

CAST: Mapping[str, Any] = {
    "channel": [
        {"who": "sam", "at": 10, "says": "is it just me?"},
        {"who": "lea", "when": {"write": "restart"}, "at": 5, "says": "who restarted it?"},
        {"who": "noor", "when": {"mitigated": False}, "says": "it is back"},
        {"who": "tomas", "when": {"paged": "ines"}, "says": "she will know"},
    ],
    "executive": [{"at": 60, "says": "When is it over?"}],
    "support": [{"when": {"acknowledged": True}, "says": "Customers say that photos fail."}],
    "owners": [
        {"who": "ines", "knows": "vision", "delay_s": 20,
         "answers": {"cache": "The cache is small.", "model": "v7.", "default": "No idea."}},
        {"who": "marta", "knows": "db", "on_leave_until": "Monday"},
        {"who": "yuki", "knows": "catalog", "available": False},
    ],
}  # fmt: skip


class Drill:
    """A drill's people, a clock, and what they said."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.facts = Facts(onset=START, paged_at=START)
        self.said: list[Event] = []
        self.people = People(Cast.model_validate(CAST), self.facts, self._say, self.clock)

    def _say(self, event: Event, actor: Actor) -> None:
        self.said.append(event)
        self._hear(event, actor)

    def _hear(self, event: Event, actor: Actor) -> None:
        self.people.on_event(event)

    def happens(self, event: Event) -> None:
        self._hear(event, "conductor")

    def pass_time(self, seconds: float) -> list[str]:
        """The lines that were said within that time, a look every half second."""
        self.said.clear()
        for _ in range(round(seconds * 2)):
            self.clock.advance(0.5)
            self.people.speak()
        return [event.says for event in self.said if isinstance(event, MessagePosted | PersonAnswered)]


def page() -> Paged:
    return Paged(alert="a", summary="uploads are slow")


def test_lines_come_so_many_seconds_after_the_page() -> None:
    """Nobody speaks before it; each line is said once, in order, by a name."""
    drill = Drill()
    assert drill.pass_time(200) == []
    drill.happens(page())
    assert drill.pass_time(9.5) == []
    assert drill.pass_time(0.5) == ["is it just me?"]
    assert drill.said == [MessagePosted(channel="on-call", who="Sam Okafor", says="is it just me?")]
    assert drill.pass_time(200) == ["When is it over?"]
    assert drill.said == [MessagePosted(channel="executive", who=EXECUTIVE, says="When is it over?")]


@pytest.mark.parametrize(
    ("event", "wait_s", "says"),
    [
        (operated("restart vision"), 5, "who restarted it?"),
        (operated("ops restart vision"), 5, "who restarted it?"),
        (Acknowledged(), 0.5, "Customers say that photos fail."),
        (Relapsed(since=START), 0.5, "it is back"),
    ],
)
def test_lines_wait_for_what_happens(event: Event, wait_s: float, says: str) -> None:
    """And come so many seconds after it, the first time only."""
    drill = Drill()
    drill.happens(event)
    assert drill.pass_time(wait_s) == [says]
    drill.happens(event)
    assert drill.pass_time(100) == []


@pytest.mark.parametrize(
    "event",
    [
        operated("restart vision", exit_code=1),
        operated("restart").model_copy(update={"tier": "shell"}),
        operated("scale vision 4"),
        Mitigated(since=START),
    ],
)
def test_lines_wait_for_nothing_else(event: Event) -> None:
    """A write that failed, another verb, a shell line, a mitigation where a relapse is waited for."""
    drill = Drill()
    drill.happens(event)
    assert drill.pass_time(100) == []


def test_nobody_speaks_of_what_is_not_wrong_yet() -> None:
    """What is done before the onset sets nothing off."""
    drill = Drill()
    drill.facts.onset = None
    drill.happens(operated("restart vision"))
    drill.facts.onset = drill.clock.wall()
    assert drill.pass_time(100) == []


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("how large is the Cache?", "The cache is small."),
        ("which model? is it in the cache?", "v7."),
        ("are caches fine?", "No idea."),
        ("", "No idea."),
    ],
)
def test_an_owner_answers_from_memory(question: str, says: str) -> None:
    """By the first known word in the question, after a while; a colleague may comment on it."""
    drill = Drill()
    assert drill.people.page("ines", question).key == "ines"
    assert drill.said == [PersonPaged(who="ines", name="Inês Duarte", question=question)]
    assert drill.pass_time(19.5) == ["she will know"]
    assert drill.pass_time(0.5) == [says]
    assert drill.said == [PersonAnswered(who="ines", name="Inês Duarte", reached=True, says=says)]
    assert drill.people.channel() == f"Tomáš Novák: she will know\nInês Duarte: {says}"


@pytest.mark.parametrize(
    ("who", "within_s", "says"),
    [
        ("Marta", 1, "Automatic reply: I am on leave until Monday."),
        ("yuki", 30, "Yuki Arai doesn't pick up."),
        ("Lea Brandt", 30, "Lea Brandt doesn't pick up."),
    ],
)
def test_not_everybody_is_reached(who: str, within_s: float, says: str) -> None:
    """Somebody on leave says so at once; others ring for a while."""
    drill = Drill()
    drill.people.page(who, "are you there?")
    assert drill.pass_time(within_s - 0.5) == []
    assert drill.pass_time(0.5) == [says]
    assert isinstance(drill.said[0], PersonAnswered)
    assert not drill.said[0].reached


def test_a_stranger_cannot_be_paged() -> None:
    """The refusal says who there is."""
    drill = Drill()
    with pytest.raises(CommandRefused, match=r"nobody called 'bob' works here; there are: noor .*ines"):
        drill.people.page("bob", "")
    assert drill.said == []


def test_a_line_may_page_somebody() -> None:
    """As an `ops` line, with the question as it stands."""
    assert understood("ops page ines is it's cache full?") == PagePerson("ines", "is it's cache full?")
    assert understood("page ines") == PagePerson("ines", "")
    assert understood("channel") == "channel"
    assert understood("restart vision") is None
    for wrong in ("page", "channel all"):
        with pytest.raises(CommandRefused, match="usage"):
            understood(wrong)


def test_people_are_found_by_any_of_their_names() -> None:
    """As colleagues call each other."""
    assert {find(who).key for who in ("ines", "@ines", "Inês", "inês duarte", " INES ")} == {"ines"}


def test_the_right_people_own_what_failed_or_know_it_best() -> None:
    """From the Compose file's owners and the pack's; nobody owns what customers do."""
    cast, stack = Cast.model_validate(CAST), load_stack()

    def owners(*components: str) -> tuple[str, ...]:
        truth = {"components": components, "mechanisms": ["cache-eviction"], "trigger": "configuration-push"}
        return owners_of(Truth.model_validate({**truth, "chain": ["a"]}), cast, stack)

    assert owners("vision") == ("ines",)
    assert owners("vision", "db") == ("ines", "marta")
    assert owners("catalog") == ("noor", "yuki")
    assert owners("customers") == ()
