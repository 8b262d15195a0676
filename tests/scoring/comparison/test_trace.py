"""What one drill says of its advisor, worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scoring.comparison import Stated
from scoring.comparison.reps import Latency
from scoring.comparison.trace import traced
from scoring.reliance import Proportion
from scoring.timeline import Answer, Belief, Claim, Hint, Timeline, Truth

TRUE = Claim(frozenset({"db"}), frozenset({"lock"}))
WRONG = Claim(frozenset({"vision"}), frozenset({"capacity"}))
HALF = Claim(frozenset({"db", "vision"}), frozenset({"capacity"}))


def hint(claim: Claim | None = WRONG, fate: str = "accepted", disposed_at: float | None = 130.0) -> Hint:
    found = Hint(1, at=110.0, claim=claim, confidence=0.9, took_s=4.0, disposed_at=disposed_at)
    return replace(found, fate=fate)  # type: ignore[arg-type]


def drill(**changed: object) -> Timeline:
    fields: dict[str, object] = {
        "onset": 100.0, "ended_at": 700.0, "limit_s": 1200.0, "hold_s": 20.0, "mode": "advise",
        "truth": Truth(TRUE, "deploy", frozenset({"no-alert"})), "mitigated_at": 600.0, "hints": (hint(),),
        "answer": Answer(650.0, TRUE, "deploy", frozenset(), 0.8),
    }  # fmt: skip
    return Timeline(**{**fields, **changed})  # type: ignore[arg-type]


def test_astray_until_a_belief_shares_nothing_with_the_hint() -> None:
    """4 s of waiting, 20 s of reading, and from accepting to the first belief of another kind."""
    beliefs = (Belief(200.0, WRONG, 0.9), Belief(300.0, HALF, 0.5), Belief(400.0, TRUE, 0.5))
    assert traced(drill(beliefs=beliefs)).trace.latency == Latency(4.0, 20.0, 270.0)


@pytest.mark.parametrize(
    ("changed", "astray_s"),
    [
        ({}, 470.0),
        ({"mitigated_at": None}, 520.0),
        ({"mitigated_at": None, "answer": None}, 570.0),
        ({"mitigated_at": None, "answer": None, "limit_s": 300.0}, 270.0),
        ({"hints": (hint(fate="rejected"),)}, 0.0),
        ({"hints": (hint(TRUE),)}, 0.0),
        ({"hints": (hint(None),)}, 0.0),
        ({"mitigated_at": 120.0}, 0.0),
    ],
)
def test_astray_ends_with_what_is_compared(changed: dict[str, object], astray_s: float) -> None:
    """At the mitigation, at the answer, at the end or at the limit; nobody is led astray by a right hint."""
    latency = traced(drill(**changed)).trace.latency
    assert latency is not None
    assert latency.astray_s == astray_s


def test_reading_stops_at_the_mitigation_and_an_ignored_hint_is_not_read() -> None:
    """What comes after the mitigation didn't delay it."""
    found = [
        traced(drill(mitigated_at=at, hints=(hint(disposed_at=disposed),))).trace.latency
        for at, disposed in ((115.0, 130.0), (600.0, None))
    ]
    assert [latency and latency.reading_s for latency in found] == [5.0, 0.0]


def test_only_what_no_hint_named_can_be_omitted() -> None:
    """Of trigger and contributing factor, one was missed; without hints it is one of four."""
    assert traced(drill(hints=(hint(TRUE),))).unnamed_missed == Proportion(1, 2)
    assert traced(drill(hints=())).unnamed_missed == Proportion(1, 4)
    assert traced(drill(hints=(), answer=None)).unnamed_missed == Proportion(4, 4)


def test_where_nothing_is_wrong_nothing_is_missed() -> None:
    """Naming a cause there is a wrong claim."""
    nothing = Truth(Claim(frozenset(), frozenset({"none"})), "none", frozenset())
    found = traced(drill(truth=nothing))
    assert found.unnamed_missed == Proportion(0, 0)
    assert found.trace.claims_wrong == Proportion(1, 1)


def test_beliefs_are_graded_from_the_onset_on() -> None:
    """`Don't know yet` claims nothing; the last belief stands in for an answer that never came."""
    beliefs = (Belief(50.0, WRONG, 0.9), Belief(150.0, Claim(), 0.1), Belief(200.0, HALF, 0.4))
    found = traced(drill(beliefs=beliefs, answer=None))
    assert found.beliefs == (Stated(0.4, False),)
    assert found.answer_components == {"db", "vision"}
    assert found.trace.wrong_components == {"vision"}
