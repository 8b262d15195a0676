"""Partial credit for a diagnosis, by the worked examples of the definition."""

from __future__ import annotations

import pytest

from scoring.diagnosis import Parts, f1, grade, right, weighted
from scoring.timeline import Answer, Claim, Truth
from tests.scoring.examples import TRUTH, answer


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(answer(), 1.00, id="all right"),
        pytest.param(
            answer(components=("db", "cache"), contributing=("missing-alert",)),
            0.817,
            id="one component too many and one factor missed",
        ),
        pytest.param(answer(mechanisms=(), trigger="", contributing=()), 0.40, id="component only"),
        pytest.param(
            answer(("vision",), ("capacity-shortfall",), contributing=()),
            0.15,
            id="followed a wrong hint but trigger right",
        ),
    ],
)
def test_worked_examples(given: Answer, expected: float) -> None:
    """The definition's own examples come out to three places."""
    assert grade(given, TRUTH).score == pytest.approx(expected, abs=0.0005)


def test_ticking_everything_would_not_pay() -> None:
    """Everything ticked, were it allowed, gives 0.36: the example's pickers hold 4, 5, 5 and 10 entries."""
    everything = Parts(
        components=f1(["db", *"abc"], ["db"]),
        mechanisms=f1(["pool", *"abcd"], ["pool"]),
        trigger=f1(["push", *"abcd"], ["push"]),
        contributing=f1(["retries", "alert", *"abcdefgh"], ["retries", "alert"]),
    )
    assert weighted(everything) == pytest.approx(0.36)


@pytest.mark.parametrize(
    "given", [answer(components=("db", "cache", "edge")), answer(mechanisms=("a", "b", "c"))]
)
def test_naming_more_than_two_is_refused(given: Answer) -> None:
    """At most two components and two mechanisms may be named."""
    with pytest.raises(ValueError, match="at most 2"):
        grade(given, TRUTH)


def test_correct_allows_one_name_too_many() -> None:
    """Full recall with a precision of one half is correct."""
    assert grade(answer(components=("db", "cache")), TRUTH).correct


def test_correct_needs_every_component() -> None:
    """Half of a double fault is not the cause."""
    truth = Truth(Claim(frozenset({"db", "cache"}), TRUTH.claim.mechanisms), "", frozenset())
    assert not grade(answer(), truth).correct


def test_correct_does_not_need_the_trigger() -> None:
    """Naming what fails and how is enough to be correct, though not for full marks."""
    graded = grade(answer(trigger="hardware", contributing=()), TRUTH)
    assert graded.correct
    assert graded.score == pytest.approx(0.70)


def test_no_diagnosis_scores_nothing() -> None:
    """Submitting nothing is worth nothing, even where there was nothing to find."""
    graded = grade(None, Truth(Claim(), "", frozenset()))
    assert (graded.score, graded.correct, graded.submitted) == (0.0, False, False)


def test_nothing_to_name_and_nothing_named_is_right() -> None:
    """An empty part of the truth is met by an empty part of the answer."""
    assert f1([], []) == 1.0
    assert f1(["no-rate-limit"], []) == 0.0


def test_dont_know_yet_is_not_right() -> None:
    """A claim of nothing names no cause."""
    assert not right(Claim(), TRUTH)
