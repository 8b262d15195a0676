"""From the store to what is compared: each drill says what it is, and why it is left out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from gameday.journal import Assignment
from gameday.journal.events import Mode
from gameday.records.bridge import NO_TEAM, as_reps, comparable
from gameday.records.people import People
from gameday.records.run import Run
from gameday.records.store import Records
from scoring.comparison import Rep, Stated, pair_up
from scoring.reliance import AcceptanceTable, Proportion
from tests.builders import ONSET, hint_accepted, hint_rejected, stood_down
from tests.records.runs import past_run, write_run


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


def test_simulated_drills_among_real_ones_are_left_out(records: Records) -> None:
    """As in a store that an older version mixed; in a store of nothing else they are compared."""
    records.add_many([planned(1, 1, "advise", simulated=True), planned(2, 2, "manual", simulated=True)])
    rows = list(records.reps())
    assert pair_up(as_reps(rows, {}, simulated_store=False)).excluded == {"simulated": 2}
    assert len(pair_up(as_reps(rows, {}, simulated_store=True)).pairs) == 1
    assert len(pair_up(comparable(records)).pairs) == 1


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
