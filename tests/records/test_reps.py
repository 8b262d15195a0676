"""The rows that comparison and currency are made from."""

from __future__ import annotations

from gameday.records.people import People
from gameday.records.store import Records
from tests.builders import START
from tests.records.runs import DAY_S, past_run


def test_reps_are_in_order_and_whole(records: Records) -> None:
    """Oldest first; a void drill is among them, without figures."""
    records.add_many([past_run(2), past_run(1), past_run(3, scores=None, hints=(), outcome="void")])
    first, second, void = records.reps()
    assert [first.run, second.run, void.run] == ["run-1", "run-2", "run-3"]
    assert (first.engineer, first.family, first.time_to_mitigate_s) == ("ada", "cache", 201.0)
    assert (first.rsr_k, first.rsr_n, first.correct) == (1, 1, True)
    assert (void.void, void.mitigated, void.diagnosis) == (True, None, None)


def test_reps_can_be_narrowed(records: Records, people: People) -> None:
    """By time, engineer, family and team, together."""
    records.add_many(
        past_run(number, engineer=("ada", "bo")[number % 2], family=("cache", "edge")[number // 2 % 2])
        for number in range(8)
    )
    people.put_in_team("print", ["bo"])
    assert [rep.run for rep in records.reps(since=START + 6 * DAY_S)] == ["run-6", "run-7"]
    assert {rep.engineer for rep in records.reps(team="print")} == {"bo"}
    assert [rep.run for rep in records.reps(engineer="ada", family="edge")] == ["run-2", "run-6"]
    assert list(records.reps(team="nobody's")) == []


def test_simulated_drills_never_mix_with_real_ones(records: Records) -> None:
    """One asks for the ones or for the others."""
    records.add_many([past_run(1), past_run(2, simulated=True)])
    assert [rep.run for rep in records.reps()] == ["run-1"]
    assert [rep.run for rep in records.reps(simulated=True)] == ["run-2"]
