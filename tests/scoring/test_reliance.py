"""What advice did to the engineer's judgement, in both directions."""

from __future__ import annotations

import pytest

from scoring.reliance import AcceptanceTable, Proportion, reliance, wilson
from scoring.timeline import Claim
from tests.scoring.examples import RIGHT, WRONG, answer, belief, hint, timeline, write


def test_resisting_a_wrong_hint_counts_for_self_reliance() -> None:
    """Right before, hint wrong, right after."""
    found = reliance(
        timeline(beliefs=(belief(60, RIGHT),), hints=(hint(90, WRONG, fate="rejected"),), answer=answer())
    )
    assert (found.rsr, found.rair, found.commission) == (Proportion(1, 1), Proportion(0, 0), Proportion(0, 1))


def test_giving_in_to_a_wrong_hint_counts_against_self_reliance() -> None:
    """Right before, hint wrong, wrong after."""
    found = reliance(
        timeline(beliefs=(belief(60, RIGHT), belief(120, WRONG)), hints=(hint(90, WRONG, fate="accepted"),))
    )
    assert (found.rsr, found.commission) == (Proportion(0, 1), Proportion(1, 1))


def test_taking_a_right_hint_counts_for_ai_reliance() -> None:
    """Not known before, hint right, right after."""
    found = reliance(
        timeline(beliefs=(belief(60, Claim()),), hints=(hint(90, RIGHT, fate="accepted"),), answer=answer())
    )
    assert (found.rair, found.rsr) == (Proportion(1, 1), Proportion(0, 0))


def test_without_a_belief_before_nothing_can_be_said() -> None:
    """Reliance is about a change, and needs a belief to change from."""
    found = reliance(timeline(hints=(hint(90, RIGHT, fate="accepted"),), answer=answer()))
    assert (found.rair, found.rsr) == (Proportion(0, 0), Proportion(0, 0))
    assert found.hints[0].right_before is None


def test_the_last_belief_before_the_hint_counts() -> None:
    """Of several beliefs, the one that stood when the hint came is the one before."""
    found = reliance(timeline(beliefs=(belief(30, RIGHT), belief(60, WRONG)), hints=(hint(90, RIGHT),)))
    assert found.hints[0].right_before is False


def test_the_diagnosis_outranks_later_beliefs() -> None:
    """The final answer is what the engineer stands by."""
    found = reliance(
        timeline(beliefs=(belief(60, WRONG), belief(120, WRONG)), hints=(hint(90, RIGHT),), answer=answer())
    )
    assert found.hints[0].right_after is True


def test_carrying_out_a_rejected_suggestion_is_following_it() -> None:
    """What is done counts, not only what is said."""
    shown = hint(90, WRONG, fate="rejected", suggests="ops scale vision 4")
    found = reliance(timeline(hints=(shown,), operations=(write(100, "scale vision 4"),)))
    assert found.commission == Proportion(1, 1)


def test_what_was_done_before_the_hint_is_not_following_it() -> None:
    """A suggestion that comes after the act was not followed."""
    shown = hint(90, WRONG, suggests="ops scale vision 4")
    found = reliance(timeline(hints=(shown,), operations=(write(80, "scale vision 4"),)))
    assert found.commission == Proportion(0, 1)


@pytest.mark.parametrize("claim", [None, Claim()])
def test_an_observation_is_not_graded(claim: Claim | None) -> None:
    """A hint that names no cause is neither right nor wrong."""
    found = reliance(timeline(hints=(hint(90, claim, fate="accepted"),)))
    assert found.hints[0].right is None
    assert found.table == AcceptanceTable()


def test_blind_acceptance_gives_no_discrimination() -> None:
    """Taking nine in ten of both kinds gives J = 0."""
    assert AcceptanceTable(right_taken=9, right_left=1, wrong_taken=9, wrong_left=1).j == pytest.approx(0.0)


def test_discrimination_needs_both_kinds_of_hint() -> None:
    """With right hints only, J is not defined."""
    assert AcceptanceTable(right_taken=3).j is None


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # The definition of the scores.
        (1, 4, 0.05, 0.70),
    ],
)
def test_wilson_interval_against_published_figures(k: int, n: int, low: float, high: float) -> None:
    """The interval agrees with the published one to its last place."""
    places = 0.005 if n == 4 else 0.00006
    assert wilson(k, n) == pytest.approx((low, high), abs=places)


def test_wilson_interval_of_nothing_is_everything() -> None:
    """No observation leaves every rate possible."""
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("k", "n"), [(-1, 4), (5, 4)])
def test_wilson_refuses_what_is_no_proportion(k: int, n: int) -> None:
    """More hits than trials is a mistake of the caller."""
    with pytest.raises(ValueError, match="not a proportion"):
        wilson(k, n)


def test_proportions_pool_by_adding() -> None:
    """Counts of several drills add up."""
    assert Proportion(1, 4) + Proportion(2, 2) == Proportion(3, 6)
    assert Proportion(0, 0).value is None
