"""Plans in the store: what is open, what is done, what a lead set aside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from gameday.drill.seal import seal_of
from gameday.errors import BadRecords
from gameday.journal.manifest import Assignment
from gameday.records.database import Database
from gameday.records.people import People
from gameday.records.schedule import Plan, Planned, Schedule
from gameday.records.store import Records
from tests.records.runs import past_run

PLAN = Plan("autumn", "d" * 64, 7, 1_790_000_000.0, 45, {"right": 0.75, "wrong": 0.25})
FIRST = Planned(
    block="autumn-0001", order=1, engineer="ada", team="checkout", family="cache", pack="cache-loss",
    variant="maxmemory", mode="advise", advisor="scripted", policy="wrong", style="verdict",
    at=1_791_000_000.0, zone="Europe/Berlin",
)  # fmt: skip
SECOND = replace(FIRST, order=2, variant="cold-restart", mode="manual", policy=None, at=1_792_000_000.0)
OTHERS = (
    replace(FIRST, block="autumn-0002", engineer="bob"),
    replace(SECOND, block="autumn-0002", engineer="bob"),
)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def schedule(database: Database) -> Schedule:
    """One plan of two blocks."""
    kept = Schedule(database, now=lambda: 1_790_000_000.0)
    kept.add(PLAN, (FIRST, SECOND, *OTHERS))
    return kept


@pytest.fixture
def records(database: Database) -> Records:
    return Records(database)


def assigned(drill: Planned) -> Assignment:
    return Assignment(
        block=drill.block, order=1 if drill.order == 1 else 2, mode=drill.mode, policy=drill.policy
    )


def test_a_plan_comes_out_as_it_went_in(schedule: Schedule) -> None:
    """In the order of days; one engineer's and one block's alone."""
    assert schedule.plans() == (PLAN,)
    assert schedule.drills(plan="autumn") == [FIRST, OTHERS[0], SECOND, OTHERS[1]]
    assert schedule.drills(engineer="bob") == list(OTHERS)
    assert schedule.drills(block="autumn-0001") == [FIRST, SECOND]
    with pytest.raises(BadRecords, match="there is a plan 'autumn' already"):
        schedule.add(PLAN, ())


def test_whoever_is_in_a_plan_is_in_their_team(schedule: Schedule, database: Database) -> None:
    """So that currency and comparisons can be asked for by team; a second plan changes nothing."""
    people = People(database)
    assert people.members("checkout") == ("ada", "bob")
    schedule.add(replace(PLAN, name="winter"), (replace(FIRST, block="winter-0001", team=""),))
    assert people.members("checkout") == ("ada", "bob")
    assert people.members("") == ()


def test_a_drill_that_was_done_fulfils_its_assignment(schedule: Schedule, records: Records) -> None:
    """The next one is the other of the block; after both, nothing is open."""
    assert schedule.next_of("ada") == FIRST
    records.add(past_run(1, assignment=assigned(FIRST)))
    assert schedule.drills(block="autumn-0001")[0].run == "run-1"
    assert schedule.next_of("ada") == SECOND
    records.add(past_run(2, assignment=assigned(SECOND)))
    assert schedule.next_of("ada") is None


def test_a_void_drill_leaves_its_assignment_open(schedule: Schedule, records: Records) -> None:
    """It can be done again, and the one that has a score counts."""
    records.add(past_run(1, assignment=assigned(FIRST), scores=None, hints=()))
    assert schedule.next_of("ada") == FIRST
    records.add(past_run(2, assignment=assigned(FIRST)))
    assert schedule.drills(block="autumn-0001")[0].run == "run-2"


def test_what_a_lead_sets_aside_is_not_randomised(schedule: Schedule, records: Records) -> None:
    """Both drills of the block, the one that was done too; other blocks stay."""
    records.add(past_run(1, assignment=assigned(FIRST)))
    schedule.set_aside("autumn-0001")
    assert [drill.randomised for drill in schedule.drills(block="autumn-0001")] == [False, False]
    assert all(drill.randomised for drill in schedule.drills(block="autumn-0002"))
    assert [rep.randomised for rep in records.reps()] == [False]
    with pytest.raises(BadRecords, match="there is no block 'winter-0001'"):
        schedule.set_aside("winter-0001")


def test_withdrawing_takes_what_is_open(schedule: Schedule, records: Records) -> None:
    """What was done stays done, and twice is once."""
    records.add(past_run(1, assignment=assigned(FIRST)))
    assert schedule.withdraw("autumn") == 3
    assert schedule.withdraw("autumn") == 0
    assert [drill.withdrawn for drill in schedule.drills(block="autumn-0001")] == [False, True]
    assert schedule.next_of("bob") is None
    with pytest.raises(BadRecords, match="there is no plan 'winter'"):
        schedule.withdraw("winter")


def test_history_keeps_the_secret_until_the_block_is_complete(schedule: Schedule, records: Records) -> None:
    """Pack, variant, family and grade; times and mode are no secret."""
    records.add(past_run(1, assignment=assigned(FIRST)))
    (past,) = records.history()
    assert past.sealed
    assert (past.pack, past.variant, past.family, past.diagnosis) == ("", "", "", None)
    assert past.time_to_mitigate_s == 201.0
    records.add(past_run(2, assignment=assigned(SECOND)))
    assert [(past.sealed, past.pack) for past in records.history()] == [(False, "cache-loss")] * 2


def test_history_of_drills_outside_a_plan_is_open(schedule: Schedule, records: Records) -> None:
    """And of a block that no plan here knows."""
    records.add(past_run(1))
    records.add(past_run(2, assignment=Assignment(block="elsewhere-0001", order=1, mode="manual")))
    assert [past.sealed for past in records.history()] == [False, False]


@pytest.mark.parametrize(
    ("assignment", "block", "sealed"),
    [
        (None, (FIRST, SECOND), False),
        (assigned(FIRST), (FIRST, SECOND), True),
        (assigned(FIRST), (replace(FIRST, run="run-1"), SECOND), True),
        (assigned(SECOND), (replace(FIRST, run="run-1"), SECOND), False),
        (assigned(SECOND), (FIRST, replace(SECOND, run="run-1")), True),
        (assigned(FIRST), (FIRST, replace(SECOND, run="run-2")), False),
        (assigned(FIRST), (FIRST, replace(SECOND, withdrawn=True)), False),
        (assigned(FIRST), (replace(FIRST, unsealed=True), replace(SECOND, unsealed=True)), False),
        (assigned(FIRST), (replace(FIRST, randomised=False), replace(SECOND, randomised=False)), True),
        (assigned(FIRST), (), False),
    ],
)
def test_a_debrief_is_sealed_while_the_other_drill_is_open(
    assignment: Assignment | None, block: tuple[Planned, ...], sealed: bool
) -> None:
    """And not by anything else; a drill that just ended needn't be in the records for it."""
    assert (seal_of(assignment, block) is not None) == sealed


def test_the_seal_says_until_when() -> None:
    """In the engineer's own time, without a word of what it was."""
    seal = seal_of(assigned(FIRST), (FIRST, SECOND))
    assert seal is not None
    assert "block autumn-0001 is done, planned for Wed 14 Oct 2026" in seal.sentence
    assert "cache" not in seal.sentence


def test_whoever_is_erased_is_gone_from_plans(schedule: Schedule, database: Database) -> None:
    """Their drills to come with them; and what is exported before holds them."""
    people = People(database)
    told = people.export("ada")
    assert [drill["block"] for drill in told["planned"]] == ["autumn-0001", "autumn-0001"]
    people.erase("ada")
    assert {drill.engineer for drill in schedule.drills()} == {"bob"}
