"""The rows that comparison and currency are made from."""

from __future__ import annotations

import pytest

from gameday.errors import BadRecords
from gameday.journal import Assignment
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


@pytest.mark.parametrize("simulated", [False, True])
def test_simulated_drills_never_mix_with_real_ones(records: Records, simulated: bool) -> None:
    """A store is of one kind; the other is refused in a sentence, one by one and in a batch."""
    records.add(past_run(1, simulated=simulated))
    other = past_run(2, simulated=not simulated)
    with pytest.raises(BadRecords, match=r"run-2 is a \w+ drill.*never mixed: name another database"):
        records.add(other)
    with pytest.raises(BadRecords, match="run-2 is a"):
        records.add_many([past_run(3, simulated=simulated), other])
    assert [rep.run for rep in records.reps()] == ["run-1"]
    assert records.simulated is simulated


def test_a_batch_of_both_kinds_is_refused(records: Records) -> None:
    """The first drill says what an empty store becomes."""
    with pytest.raises(BadRecords, match="run-2 is a simulated drill, and this store holds real ones"):
        records.add_many([past_run(1), past_run(2, simulated=True)])
    assert list(records.reps()) == []
    assert records.simulated is False


def test_what_a_plan_assigned_is_kept(records: Records) -> None:
    """Block, order, mode, policy and whether chance decided; nothing for a drill outside a plan."""
    planned = Assignment(block="plan-0001", order=2, mode="advise", policy="wrong", randomised=False)
    records.add_many([past_run(1), past_run(2, assignment=planned, observer="cyd")])
    outside, inside = records.reps()
    assert (outside.block, outside.randomised, outside.observer) == (None, None, None)
    assert (inside.block, inside.block_order, inside.planned_mode) == ("plan-0001", 2, "advise")
    assert (inside.planned_policy, inside.randomised, inside.observer) == ("wrong", False, "cyd")


def test_variants_are_known_once_something_broke(records: Records, people: People) -> None:
    """A drill that was aborted before anything broke leaves its variant unseen; the forgotten are gone."""
    records.add_many(
        [
            past_run(1),
            past_run(2, variant="other", scores=None, hints=(), met=False),
            past_run(3, engineer="bo", pack="retry-storm", scores=None, hints=(), outcome="aborted"),
            past_run(4, engineer="cyd"),
        ]
    )
    records.add(past_run(5, runtime="docker"))
    people.take_name_off("cyd")
    assert records.variants_met() == {
        "ada": frozenset({"cache-loss/maxmemory"}),
        "bo": frozenset({"retry-storm/maxmemory"}),
    }
    assert records.played_on() == {"ada": "docker", "bo": "process"}, "their latest drills'"
