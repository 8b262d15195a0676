"""From the store to what is compared: each drill says what it is, and why it is left out."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from gameday.journal import Assignment
from gameday.journal.events import Mode
from gameday.records.bridge import NO_TEAM, comparable
from gameday.records.database import Database
from gameday.records.graded import Graded, from_lines, from_words
from gameday.records.people import People
from gameday.records.run import Run
from gameday.records.store import Records
from gameday.records.store import Rep as Row
from gameday.records.tables import drills
from scoring.comparison import AiTrace, Rep, Stated, pair_up
from scoring.comparison.reps import Latency
from scoring.reliance import AcceptanceTable, Proportion
from tests.builders import ONSET, hint_accepted, hint_rejected, stood_down
from tests.records.runs import past_run, scores, write_run

ARMS: tuple[tuple[int, Mode], ...] = ((1, "advise"), (2, "manual"))


def planned(number: int, order: int, assigned_mode: Mode, /, **changed: object) -> Run:
    assigned = Assignment.model_validate(
        {
            "block": changed.pop("block", "plan-0001"),
            "order": order,
            "mode": assigned_mode,
            "policy": None if assigned_mode == "manual" else "wrong",
            "randomised": changed.pop("randomised", True),
        }
    )
    fields: dict[str, object] = {"mode": assigned_mode, "variant": f"variant-{order}", "assignment": assigned}
    return past_run(number, **{**fields, **changed})


def reps_of(records: Records, *runs: Run) -> list[Rep]:
    records.add_many(runs)
    return list(comparable(records))


def test_two_planned_drills_are_a_pair(records: Records) -> None:
    """Times, arm and order are those of the plan and of the scorecards."""
    reps = reps_of(records, planned(1, 1, "advise"), planned(2, 2, "manual"))
    paired = pair_up(reps)
    assert paired.excluded == {}
    (pair,) = paired.pairs
    assert (pair.block, pair.ai_first, pair.on.run, pair.off.run) == ("plan-0001", True, "run-1", "run-2")
    assert (pair.on_time.seconds, pair.off_time.seconds) == (201.0, 202.0)
    assert pair.on.variant == "cache-loss/variant-1"
    assert pair.on.ended.tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"spoiled": True}, "spoiled"),
        ({"scores": None, "hints": ()}, "void"),
        ({"assignment": None}, "outside a plan"),
        ({"randomised": False}, "not randomised"),
        ({"mode": "manual"}, "not randomised"),
        ({"variant": "variant-0"}, "repeated"),
    ],
)
def test_each_drill_left_out_has_its_reason(
    records: Records, changed: dict[str, object], reason: str
) -> None:
    """And its partner is left out with it."""
    reps = reps_of(
        records,
        past_run(0, variant="variant-0", spoiled=True),
        planned(1, 1, "advise", **changed),
        planned(2, 2, "manual"),
    )
    found = pair_up(reps)
    assert found.pairs == ()
    expected = {"spoiled": 1, "partner missing": 1}
    expected[reason] = expected.get(reason, 0) + 1
    assert found.excluded == expected


def test_a_drill_that_never_broke_anything_leaves_the_variant_unseen(records: Records) -> None:
    """Aborted before the fault: the variant may be played again."""
    never = past_run(0, variant="variant-1", scores=None, hints=(), met=False)
    found = pair_up(reps_of(records, never, planned(1, 1, "advise"), planned(2, 2, "manual")))
    assert len(found.pairs) == 1
    assert found.excluded == {"void": 1}


def test_simulated_drills_among_real_ones_are_left_out(database: Database) -> None:
    """As in a store that an older version mixed; in a store of nothing else they are compared."""
    records = Records(database)
    runs = [past_run(0, simulated=True), *(planned(at, at, mode, simulated=True) for at, mode in ARMS)]
    records.add_many(runs)
    assert len(pair_up(comparable(records)).pairs) == 1
    with database.writing() as connection:
        connection.execute(sa.update(drills).where(drills.c.run == "run-0").values(simulated=False))
    assert pair_up(comparable(records)).excluded == {"simulated": 2, "outside a plan": 1}


GRADED = Graded(
    answer_components="cache\ndb", wrong_components="vision", confidences="0.4+ 0.9-", missed_k=1, missed_n=3,
    right_taken=1, right_left=2, wrong_taken=3, wrong_left=4, waiting_s=5.5, reading_s=6.5, astray_s=7.5,
)  # fmt: skip


def varied() -> Iterator[Run]:
    """Drills by hand and with the AI, planned and not, void, with and without a fault, graded and not."""
    counted = replace(scores(), rair_k=1, rair_n=2, rsr_k=0, rsr_n=3, commission_k=4, commission_n=5)
    figures = (
        None,
        scores(300.0, mitigated=False),
        replace(counted, graded=GRADED, felt_s=400.0, real_s=500.0),
        replace(counted, graded=replace(GRADED, waiting_s=None), felt_s=400.0),
        replace(counted, no_fault="correct_stand_down", time_to_mitigate_s=None, mitigated=None),
        replace(counted, no_fault="false_alarm", time_to_mitigate_s=None, mitigated=None),
    )
    modes: tuple[Mode, ...] = ("manual", "advise")
    kinds = itertools.product(modes, (None, *modes), figures)
    for at, (mode, assigned, figure) in enumerate(kinds, start=1):
        same: dict[str, object] = {
            "engineer": f"engineer-{at % 3}", "mode": mode, "scores": figure, "hints": (),
            "policy": "wrong", "spoiled": at % 7 == 0, "assistants": ("some-ai",) if at % 5 == 0 else (),
        }  # fmt: skip
        if assigned is None:
            yield past_run(at, variant=f"variant-{at % 9}", **same)
        else:
            yield planned(at, at % 2 + 1, assigned, block=f"plan-{at:04}", randomised=at % 4 > 0, **same)


def plainly(row: Row, met: set[object], team: str) -> Rep:
    """One row as a drill, by the names of things and with nothing left to the database."""
    mode = row.planned_mode or row.mode
    cells = (row.right_taken or 0, row.right_left or 0, row.wrong_taken or 0, row.wrong_left or 0)
    waited = (row.waiting_s, row.reading_s, row.astray_s)
    return Rep(
        run=row.run,
        engineer=row.engineer or row.pseudonym,
        team=team,
        family=row.family,
        variant=f"{row.pack}/{row.variant}",
        ai=mode != "manual",
        ended=dt.datetime.fromtimestamp(row.ended, dt.UTC),
        time_to_mitigate_s=row.limit_s if row.time_to_mitigate_s is None else row.time_to_mitigate_s,
        mitigated=bool(row.mitigated),
        limit_s=row.limit_s,
        diagnosis=row.diagnosis or 0.0,
        correct=bool(row.correct),
        block=row.block,
        order=row.block_order,
        randomised=bool(row.randomised) and row.mode == mode,
        spoiled=row.spoiled,
        void=row.void,
        repeated=(row.person, row.pack, row.variant) in met,
        no_fault=row.no_fault is not None,
        stood_down=row.no_fault == "correct_stand_down",
        policy=None if mode == "manual" else "wrong",
        felt_s=row.felt_s,
        real_s=row.real_s,
        beliefs=from_words(row.confidences),
        answer_components=from_lines(row.answer_components),
        unnamed_missed=Proportion(row.missed_k or 0, row.missed_n or 0),
        trace=AiTrace()
        if row.mode == "manual" or row.void
        else AiTrace(
            table=AcceptanceTable(*cells),
            rair=Proportion(row.rair_k or 0, row.rair_n or 0),
            rsr=Proportion(row.rsr_k or 0, row.rsr_n or 0),
            commission=Proportion(row.commission_k or 0, row.commission_n or 0),
            claims_wrong=Proportion(sum(cells[2:]), sum(cells)),
            wrong_components=from_lines(row.wrong_components),
            latency=None if None in waited else Latency(*waited),  # type: ignore[arg-type]
        ),
    )


def test_the_fast_way_through_the_store_gives_what_the_plain_way_gives(
    records: Records, people: People
) -> None:
    """Field by field, in either database, with the types that they should have."""
    records.add_many(varied())
    people.put_in_team("print", ["engineer-1"])
    met: set[object] = set()
    expected = []
    for row in records.reps():
        expected.append(plainly(row, met, "print" if row.engineer == "engineer-1" else NO_TEAM))
        if row.met or (row.met is None and not row.void):
            met.add((row.person, row.pack, row.variant))
    helped: list[str] = []
    found = list(comparable(records, on_helped=helped.append))
    assert [rep._asdict() for rep in found] == [rep._asdict() for rep in expected]
    assert [list(map(type, rep)) for rep in found] == [list(map(type, rep)) for rep in expected]
    assert helped == [row.run for row in records.reps() if row.helped and row.mode == "manual"]
    assert {rep.repeated for rep in found} == {rep.randomised for rep in found} == {True, False}


def test_names_teams_and_codenames(records: Records, people: People) -> None:
    """A codename is the same every time; the team is the one that somebody joined first."""
    records.add_many([past_run(1), past_run(2, engineer="bo")])
    people.put_in_team("print", ["ada"])
    assert [(rep.engineer, rep.team) for rep in comparable(records)] == [("ada", "print"), ("bo", NO_TEAM)]
    one, other = ([rep.engineer for rep in comparable(records, pseudonyms=True)] for _ in range(2))
    assert one == other
    assert not {"ada", "bo"} & set(one)


def test_what_the_advisor_did_comes_from_the_run(records: Records, tmp_path: Path) -> None:
    """A wrong hint that was accepted led astray until the end, for its component was never left."""
    records.ingest(write_run(tmp_path / "run-1", hint_accepted()))
    (rep,) = comparable(records)
    assert rep.ai
    assert rep.policy == "wrong"
    assert rep.trace.table == AcceptanceTable(wrong_taken=1)
    assert rep.trace.wrong_components == {"vision"}
    assert (rep.trace.commission, rep.trace.claims_wrong) == (Proportion(1, 1), Proportion(1, 1))
    assert rep.trace.latency is not None
    assert rep.trace.latency.reading_s == pytest.approx(10.0)
    assert rep.trace.latency.astray_s == pytest.approx(1100.0)
    assert rep.answer_components == {"vision"}
    assert rep.unnamed_missed == Proportion(4, 5), "only the trigger was named"
    assert rep.beliefs == (Stated(0.4, True), Stated(0.9, False), Stated(0.8, False))


def test_a_hint_that_was_rejected_costs_its_reading(records: Records, tmp_path: Path) -> None:
    """Nothing is astray, and the answer is the engineer's own."""
    records.ingest(write_run(tmp_path / "run-1", hint_rejected()))
    (rep,) = comparable(records)
    assert rep.trace.table == AcceptanceTable(wrong_left=1)
    assert rep.trace.latency is not None
    assert rep.trace.latency.reading_s == pytest.approx(15.0)
    assert rep.trace.latency.astray_s == 0.0
    assert rep.answer_components == {"cache"}
    assert (rep.ended.timestamp(), rep.correct) == (ONSET + 250, True)


def test_a_drill_without_an_answer_misses_everything(records: Records, tmp_path: Path) -> None:
    """Two parts of the cause, the trigger and two contributing factors."""
    records.ingest(write_run(tmp_path / "run-1", stood_down(), mode="manual"))
    (rep,) = comparable(records)
    assert (rep.unnamed_missed, rep.answer_components, rep.beliefs) == (Proportion(5, 5), frozenset(), ())
    assert not rep.stood_down, "something was wrong, so giving up was no finding"
