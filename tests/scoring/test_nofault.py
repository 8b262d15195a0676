"""Drills in which nothing was wrong, and standing down in those in which something was."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from scoring.nofault import NOTHING, NoFault
from scoring.rating import Rating, performance, rate
from scoring.scorecard import NOTHING_TO_DO, Scorecard, score
from scoring.timeline import Operation, Timeline, Truth
from tests.scoring.examples import ONSET, RIGHT, answer, belief, stretch, timeline, write

TRUTH = Truth(NOTHING, "none", frozenset({"misleading-alert"}), harmful=("flush cache",))
PAR_S = 240.0


def false_alarm(stood_down_s: float | None = 100.0, **changes: Any) -> Timeline:
    """Customers are served throughout, until the engineer stands down or the time is up."""
    ends = ONSET + (600.0 if stood_down_s is None else stood_down_s)
    quiet = timeline(
        truth=TRUTH,
        sli=tuple(stretch(940, int(ends))),
        ended_at=ends,
        stood_down_at=None if stood_down_s is None else ends,
    )
    return dataclasses.replace(quiet, **changes)


def said_nothing_is_wrong(**changes: Any) -> Any:
    given = {"components": (), "mechanisms": ("none",), "trigger": "none", "at": ONSET + 90}
    return answer(**{**given, "contributing": ("misleading-alert",), **changes})


def found(card: Scorecard) -> NoFault:
    assert card.no_fault is not None
    return card.no_fault


def rated(card: Scorecard, confidence: float | None = 0.9) -> Rating:
    return rate(performance(card, confidence), PAR_S)


def test_a_correct_stand_down() -> None:
    """There was nothing to mitigate, so there is no time for it, censored or not, and nothing is lost."""
    card = score(false_alarm(answer=said_nothing_is_wrong()))
    assert found(card) == NoFault("correct_stand_down", changes=0, bad_minutes=0.0)
    assert (card.time_to_mitigate_s, card.mitigated) == (None, None)
    assert card.stand_down is not None
    assert (card.stand_down.at_s, card.stand_down.served, card.stand_down.right) == (100.0, True, True)
    assert card.diagnosis.score == pytest.approx(1.0)
    assert (card.customer_minutes_lost, card.losses_estimated_s) == (0.0, 0.0)
    assert (card.response_skill, card.response_skill_reason) == (None, NOTHING_TO_DO)


def test_standing_down_says_that_nothing_is_wrong() -> None:
    """Without a diagnosis it is graded as one: 0.40 + 0.30 + 0.15, and nothing for the missed factor."""
    card = score(false_alarm())
    assert card.diagnosis.score == pytest.approx(0.85)
    assert card.diagnosis.correct
    assert card.time_to_hypothesis_s == 100.0
    assert card.calibration.n == 0


def test_a_cause_that_is_not_there_is_a_false_alarm() -> None:
    """Whoever names one has raised it, even if they stand down after it."""
    card = score(false_alarm(answer=answer()))
    assert found(card).outcome == "false_alarm"
    assert card.stand_down is not None
    assert not card.stand_down.right
    assert card.diagnosis.score == 0.0


def test_nobody_decided() -> None:
    """Neither a cause nor a stand-down until the time is up; customers' losses are not made up."""
    card = score(false_alarm(stood_down_s=None))
    assert found(card).outcome == "undecided"
    assert card.stand_down is None
    assert card.losses_estimated_s == 0.0
    assert score(false_alarm(stood_down_s=None, answer=answer())).no_fault == NoFault("false_alarm", 0, 0.0)


def test_who_broke_it_and_leaves_stands_down_wrongly() -> None:
    """Of 12 requests a second 2 are good for a minute: 10/12 bad minutes, and on to the limit."""
    suffering = (*stretch(940, 1040), *stretch(1040, 1100, good=0.2))
    card = score(false_alarm(sli=suffering, let_down=True, answer=said_nothing_is_wrong(),
                             operations=(write(38, "flush cache"),)))  # fmt: skip
    assert (found(card).outcome, found(card).changes) == ("wrong_stand_down", 1)
    assert found(card).bad_minutes == pytest.approx(10 / 12)
    assert [action.line for action in card.harmful] == ["flush cache"]
    assert card.losses_estimated_s == pytest.approx(500.0)
    assert card.customer_minutes_lost > 0.8


def test_changes_are_counted() -> None:
    """Writes that succeeded since the onset; looking and failing change nothing."""
    operations = (
        write(20, "restart checkout-1"),
        write(-5, "restart vision-1"),
        write(30, "scale vision two", exit_code=2),
        Operation(ONSET + 40, "top", "read", 0),
    )
    assert found(score(false_alarm(operations=operations))).changes == 1


@pytest.mark.parametrize(
    ("drill", "right", "served"),
    [
        pytest.param({"let_down": True}, False, False, id="customers suffer"),
        pytest.param({"sli": tuple(stretch(940, 1060))}, False, True, id="not felt yet"),
        pytest.param({"mitigated_at": ONSET + 30}, True, True, id="mitigated"),
        pytest.param({"mitigated_at": ONSET + 601}, False, True, id="mitigated too late"),
    ],
)
def test_standing_down_from_a_fault(drill: dict[str, Any], right: bool, served: bool) -> None:
    """It is right once a mitigation stands; else it gives up, and counts as the limit."""
    card = score(timeline(stood_down_at=ONSET + 60, **drill))
    assert card.no_fault is None
    assert card.stand_down is not None
    assert (card.stand_down.right, card.stand_down.served) == (right, served)
    assert card.time_to_mitigate_s == (30.0 if right else 600.0)


def test_saying_that_nothing_is_wrong_is_no_answer_to_a_fault() -> None:
    """A stand-down is read as an answer only where it is the right one."""
    assert not score(timeline(stood_down_at=ONSET + 60, let_down=True)).diagnosis.submitted


@pytest.mark.parametrize(
    ("drill", "confidence", "rating"),
    [
        pytest.param(false_alarm(answer=said_nothing_is_wrong()), 0.9, "easy", id="quick, right and sure"),
        pytest.param(false_alarm(answer=said_nothing_is_wrong()), 0.6, "good", id="not sure"),
        pytest.param(false_alarm(), None, "good", id="stood down without a diagnosis"),
        pytest.param(false_alarm(stood_down_s=361.0), None, "hard", id="slower than 1.5 par"),
        pytest.param(
            false_alarm(answer=said_nothing_is_wrong(trigger="hardware", contributing=())), 0.9, "good",
            id="D 0.7",
        ),
        pytest.param(false_alarm(answer=answer()), 0.9, "again", id="false alarm"),
        pytest.param(false_alarm(stood_down_s=None), None, "again", id="undecided"),
        pytest.param(false_alarm(let_down=True), None, "again", id="wrong stand-down"),
        pytest.param(
            false_alarm(operations=(write(38, "flush cache"),)), None, "again", id="harmful, then stood down"
        ),
        pytest.param(
            false_alarm(sli=(*stretch(940, 1010), *stretch(1010, 1030, good=0.2), *stretch(1030, 1100))),
            None, "hard", id="broke it and mended it",
        ),
        pytest.param(false_alarm(operations=(write(20, "restart checkout-1"),)), None, "good",
                     id="a harmless change"),
    ],
)  # fmt: skip
def test_the_gates_of_a_false_alarm(drill: Timeline, confidence: float | None, rating: Rating) -> None:
    """A right stand-down takes the place of the mitigation, with its own time against par."""
    assert rated(score(drill), confidence) == rating


def test_the_gates_of_a_fault_are_what_they_were() -> None:
    """Mitigated after 30 s, with the right diagnosis and sure of it; and given up."""
    done = score(timeline(mitigated_at=ONSET + 30, answer=answer(), beliefs=(belief(20, RIGHT),)))
    assert rated(done) == "easy"
    assert rated(score(timeline(answer=answer(), stood_down_at=ONSET + 60, let_down=True))) == "again"
