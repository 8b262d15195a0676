"""What the desk does by itself, without a company: asking people, and stating beliefs."""

from __future__ import annotations

import pytest

from gameday.drill.commands import (
    Acknowledge,
    Believe,
    Look,
    Note,
    Operate,
    PagePerson,
    Pin,
    RuleOut,
    StandDown,
    SubmitDiagnosis,
)
from gameday.drill.desk import Desk
from gameday.drill.facts import Facts
from gameday.drill.people import People
from gameday.drill.session import CommandRefused
from gameday.journal import ManualClock
from gameday.journal.events import (
    Acknowledged,
    Actor,
    Believed,
    Event,
    EvidencePinned,
    Noted,
    Operated,
    PersonPaged,
    RuledOut,
)
from sandbox.runtime.fake import FakeRuntime
from sandbox.stack.model import load_stack
from scenarios.people import Cast
from tests.builders import START

INES = PersonPaged(who="ines", name="Inês Duarte", question="is it full?")


class AtTheDesk:
    """A desk in an incident, and what it wrote down."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.facts = Facts(onset=START, paged_at=START + 10)
        self.said: list[Event] = []
        people = People(Cast(), self.facts, self._say, self.clock)
        runtime = FakeRuntime("lumen-desk")
        self.desk = Desk(self.facts, self._say, load_stack(), runtime, self.clock, people)

    def _say(self, event: Event, actor: Actor) -> None:
        self.said.append(event)


@pytest.mark.parametrize(
    "command",
    [
        PagePerson("ines", "is it full?"),
        Operate("page ines is it full?"),
        Operate("ops page Ines is it full?"),
    ],
)
async def test_a_person_is_paged_by_command_or_by_line(command: PagePerson | Operate) -> None:
    """Both are the same event."""
    at = AtTheDesk()
    await at.desk.carry_out(command)
    assert at.said == [INES]


async def test_the_bastion_asks_once_before_it_pages() -> None:
    """As it does for every write; reading the channel needs no asking."""
    at = AtTheDesk()
    asked = await at.desk.answer("page ines is it full?", sure=False)
    assert (asked.would, at.said) == ("Rings Inês Duarte, wherever they are now.", [])
    done = await at.desk.answer("page ines is it full?", sure=True)
    assert (done.exit_code, done.would, done.text) == (0, "", "Inês Duarte is being paged")
    read = await at.desk.answer("channel", sure=False)
    assert read.text == "Nobody has said anything yet."
    assert at.said == [
        INES,
        Operated(line="channel", tier="read", exit_code=0, duration_s=0.0, output=read.text),
    ]


async def test_a_page_that_reaches_nobody_is_refused() -> None:
    """On the bastion with exit code 2, like a line that can't be understood."""
    at = AtTheDesk()
    refused = await at.desk.answer("page bob", sure=True)
    assert (refused.exit_code, at.said) == (2, [])
    with pytest.raises(CommandRefused, match="nobody called 'bob'"):
        at.desk.blast_radius("page bob")


def test_people_are_in_the_vocabulary() -> None:
    """What pickers, completion and `ops help` offer."""
    usages = [verb.usage for verb in AtTheDesk().desk.vocabulary.verbs]
    assert {"page WHO [QUESTION]", "channel"} <= set(usages)


async def test_the_next_belief_answers_a_checkpoint() -> None:
    """Also `don't know yet`; the one after it is stated unasked."""
    at = AtTheDesk()
    at.facts.checkpoint = 1
    for _ in range(2):
        await at.desk.carry_out(Believe((), (), 0.0))
    assert [event.checkpoint for event in at.said if isinstance(event, Believed)] == [1, None]


async def test_a_diagnosis_answers_a_checkpoint_too() -> None:
    """It says as much and more."""
    at = AtTheDesk()
    at.facts.checkpoint = 2
    await at.desk.carry_out(SubmitDiagnosis(("cache",), ("cache-eviction",), "configuration-push", (), 0.5))
    assert at.facts.checkpoint is None


async def test_in_a_pause_only_notes_are_taken() -> None:
    """In the room and on the bastion."""
    at = AtTheDesk()
    at.facts.pauses.begin(START + 20)
    for command in (Acknowledge(), Operate("status"), PagePerson("ines"), Believe((), (), 0.0)):
        with pytest.raises(CommandRefused, match="paused"):
            await at.desk.carry_out(command)
    assert (await at.desk.answer("status", sure=False)).text == "the drill is paused"
    assert at.said == []
    await at.desk.carry_out(Note("we talk about it"))
    at.facts.pauses.end(START + 50)
    await at.desk.carry_out(Acknowledge())
    assert at.said == [Noted(text="we talk about it"), Acknowledged()]


async def test_nothing_is_wrong_is_a_diagnosis() -> None:
    """The mechanism none, alone and without a component; with anything else it makes no sense."""
    at = AtTheDesk()
    await at.desk.carry_out(SubmitDiagnosis((), ("none",), "none", ("misleading-alert",), 0.9))
    assert at.facts.diagnosed
    for components, mechanisms in [(("cache",), ("none",)), ((), ("none", "retry-storm"))]:
        with pytest.raises(CommandRefused, match="stands alone"):
            await at.desk.carry_out(SubmitDiagnosis(components, mechanisms, "none", (), 0.9))
        with pytest.raises(CommandRefused, match="stands alone"):
            await at.desk.carry_out(Believe(components, mechanisms, 0.5))
    with pytest.raises(CommandRefused, match="names a component and a mechanism"):
        await at.desk.carry_out(SubmitDiagnosis((), ("retry-storm",), "none", (), 0.9))


async def test_nobody_stands_down_before_the_page() -> None:
    """Or whoever always does would be right about every false alarm, without having seen it."""
    at = AtTheDesk()
    at.facts.paged_at = None
    with pytest.raises(CommandRefused, match="pager has not rung"):
        await at.desk.carry_out(StandDown())
    assert at.said == []


async def test_nobody_is_rung_before_the_page() -> None:
    """Their answers are about the incident, so asking early would tell of it."""
    at = AtTheDesk()
    at.facts.paged_at = None
    with pytest.raises(CommandRefused, match="pager has not rung"):
        await at.desk.carry_out(PagePerson("ines"))
    refused = await at.desk.answer("page ines", sure=True)
    assert (refused.exit_code, "pager has not rung" in refused.text) == (2, True)
    assert at.said == []


async def test_evidence_and_what_it_rules_out_are_written_down() -> None:
    """With where it was seen, and why."""
    at = AtTheDesk()
    await at.desk.carry_out(Pin("signals", "arrivals are flat"))
    await at.desk.carry_out(RuleOut(("vision",), ("capacity-shortfall",), "arrivals are flat"))
    assert at.said == [
        EvidencePinned(source="signals", text="arrivals are flat"),
        RuledOut(components=("vision",), mechanisms=("capacity-shortfall",), reason="arrivals are flat"),
    ]


async def test_evidence_may_speak_against_a_hypothesis() -> None:
    at = AtTheDesk()
    await at.desk.carry_out(Pin("map", "hit ratio 3%", "against", ("vision",), ("capacity-shortfall",)))
    assert at.said == [
        EvidencePinned(
            source="map", text="hit ratio 3%", bearing="against",
            components=("vision",), mechanisms=("capacity-shortfall",),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    "pin",
    [
        Pin("map", "x", "for"),
        Pin("map", "x", "none", ("vision",)),
        Pin("map", "x", "for", ("visoin",), ("capacity-shortfall",)),
    ],
)
async def test_evidence_for_what_is_no_hypothesis_is_refused(pin: Pin) -> None:
    at = AtTheDesk()
    with pytest.raises(CommandRefused):
        await at.desk.carry_out(pin)
    assert at.said == []


@pytest.mark.parametrize("ruled", [RuleOut((), (), "no"), RuleOut(("visoin",), (), "no")])
async def test_ruling_out_nothing_or_nobody_is_refused(ruled: RuleOut) -> None:
    at = AtTheDesk()
    with pytest.raises(CommandRefused):
        await at.desk.carry_out(ruled)
    assert at.said == []


async def test_what_a_view_showed_is_in_the_record_and_changes_nothing() -> None:
    """Only reads: a write would be written down as done."""
    at = AtTheDesk()
    await at.desk.carry_out(Look("metrics sum(up) --range 5m"))
    with pytest.raises(CommandRefused, match="more than look"):
        await at.desk.carry_out(Look("restart vision"))
    assert at.said == [
        Operated(line="metrics sum(up) --range 5m", tier="read", exit_code=0, duration_s=0.0, output="")
    ]
