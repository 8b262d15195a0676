"""Which drills are compared, and which are left out and counted."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.comparison import Pair, Rep, pair_up
from scoring.comparison.reps import REASONS
from scoring.stats.survival import Duration
from tests.scoring.comparison.examples import LIMIT_S, block, pair, rep


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("void", {"void": True}),
        ("spoiled", {"spoiled": True}),
        ("repeated", {"repeated": True}),
        ("no fault", {"no_fault": True}),
        ("outside a plan", {"block": None}),
        ("not randomised", {"randomised": False}),
    ],
)
def test_one_unfit_drill_takes_its_partner_with_it(reason: str, change: dict[str, object]) -> None:
    """Half a pair compares nothing; both are counted, each under its own reason."""
    on, off = block("b", 500, 600, ai_first=True)
    found = pair_up((on._replace(**change), off))  # type: ignore[arg-type]
    assert found.pairs == ()
    assert found.excluded == {reason: 1, "partner missing": 1}


@pytest.mark.parametrize(
    "members",
    [
        (rep(True, 1), rep(True, 2)),
        (rep(True, 1), rep(False, 1, variant="v2")),
        (rep(True, 1), rep(False, 2, engineer="bob")),
        (rep(True, 1), rep(False, 2, family="queues")),
        (rep(True, 1), rep(False, 2, variant="v1")),
        (rep(True, 1), rep(False, 2), rep(False, 2)),
    ],
    ids=["one arm", "one order", "two engineers", "two families", "one variant", "three drills"],
)
def test_what_is_no_pair_is_left_out(members: tuple[Rep, ...]) -> None:
    """A block is one engineer, one family, two variants, both arms and both orders."""
    found = pair_up(members)
    assert found.pairs == ()
    assert found.excluded == {"pair malformed": len(members)}


def test_a_renamed_person_is_one_person_only_if_the_records_say_so() -> None:
    """Pairs hold by what the records call the engineer; a half-done rename shows up as malformed."""
    on, off = block("b", 500, 600, ai_first=True)
    assert pair_up((on, off._replace(engineer="ada-lovelace"))).excluded == {"pair malformed": 2}


def test_pairs_stand_in_the_order_in_which_they_were_completed() -> None:
    """Whatever the order of the drills; a pair is complete with its later drill, in absolute time."""
    late, early = block("a", 500, 600, True, day=3), block("z", 500, 600, True, day=1)
    assert [each.block for each in pair_up((*late, *early)).pairs] == ["z", "a"]
    tokyo = dt.timezone(dt.timedelta(hours=9))
    moved = tuple(each._replace(ended=each.ended.astimezone(tokyo)) for each in early)
    assert [each.block for each in pair_up((*late, *moved)).pairs] == ["z", "a"]


def test_both_drills_are_cut_at_the_shorter_limit() -> None:
    """Or the arm with the longer limit would have had more time to be slow in."""
    both = pair(1100.0, 800.0)
    short = Pair.of("b", both.on, both.off._replace(limit_s=900.0))
    assert short.on_time == Duration(900.0, ended=False)
    assert short.off_time == Duration(800.0, ended=True)
    assert short.log_ratio == pytest.approx(math.log(900 / 800))


def test_running_out_counts_as_the_limit() -> None:
    """However early somebody gave up."""
    gave_up = pair().on._replace(time_to_mitigate_s=300.0, mitigated=False)
    assert Pair.of("b", gave_up, pair().off).on_time == Duration(LIMIT_S, ended=False)


def test_at_once_counts_as_a_second() -> None:
    """The feed has one line a second, and ln 0 isn't a number."""
    assert pair(0.0, 600.0).log_ratio == pytest.approx(-math.log(600))


def test_equal_ratios_tie() -> None:
    """2 to 4 and 300 to 600 are the same change, whatever floating point makes of their logs."""
    assert pair(2.0, 4.0).log_ratio == pair(300.0, 600.0).log_ratio


@given(
    st.lists(
        st.builds(
            rep,
            ai=st.booleans(),
            order=st.integers(1, 2),
            block=st.sampled_from([None, "a", "b", "c", "d"]),
            spoiled=st.booleans(),
            void=st.booleans(),
        ),
        max_size=20,
    )
)
def test_every_drill_is_either_in_a_pair_or_counted(reps: list[Rep]) -> None:
    """None is lost, none is counted twice, and each reason has its sentence."""
    found = pair_up(reps)
    assert 2 * len(found.pairs) + sum(found.excluded.values()) == len(reps)
    assert set(found.excluded) <= set(REASONS)
