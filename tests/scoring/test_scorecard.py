"""The vector of one drill."""

from __future__ import annotations

import dataclasses
import json

import pytest

from scoring.scorecard import score, to_json
from scoring.skill import Scale
from scoring.timeline import Claim, Operation
from tests.scoring.examples import ONSET, RIGHT, WRONG, answer, belief, hint, timeline, write


def test_times_count_from_the_onset() -> None:
    """Acknowledgement, hypothesis and mitigation are seconds since the injection."""
    card = score(timeline(acknowledged_at=ONSET + 40, beliefs=(belief(80, RIGHT),), mitigated_at=ONSET + 100))
    times = (card.time_to_acknowledge_s, card.time_to_hypothesis_s, card.time_to_mitigate_s, card.mitigated)
    assert times == (40.0, 80.0, 100.0, True)


def test_without_mitigation_the_limit_counts() -> None:
    """A drill without a standing mitigation is censored at the limit."""
    card = score(timeline())
    assert (card.time_to_mitigate_s, card.mitigated) == (600.0, False)


def test_giving_up_early_counts_as_the_limit() -> None:
    """Ending the drill after 50 s is not a fast anything."""
    card = score(timeline(ended_at=ONSET + 50))
    assert (card.time_to_mitigate_s, card.mitigated) == (600.0, False)


def test_giving_up_early_is_not_cheap() -> None:
    """What customers lose is carried on to the limit at the rate of the last minute."""
    bad = tuple(item for item in timeline().sli if item.second < 1080)
    card = score(timeline(ended_at=1080.0, sli=bad))
    assert card.losses_estimated_s == pytest.approx(520.0)
    assert card.customer_minutes_lost > 0.8 * 580 / 60 * 0.9


def test_a_mitigation_after_the_limit_is_censored() -> None:
    """What came too late counts as the limit."""
    card = score(timeline(mitigated_at=ONSET + 601))
    assert (card.time_to_mitigate_s, card.mitigated) == (600.0, False)


def test_the_diagnosis_is_a_hypothesis_too() -> None:
    """Who names the cause only in the diagnosis named it then."""
    assert score(timeline(answer=answer(at=ONSET + 150))).time_to_hypothesis_s == 150.0


def test_a_wrong_belief_is_no_hypothesis() -> None:
    """Only a right belief ends the search."""
    assert score(timeline(beliefs=(belief(80, WRONG),))).time_to_hypothesis_s is None


@pytest.mark.parametrize(
    "line",
    ["ops limit /upload 5", "revert 3b5cd61", "config set edge retries 0", "failover payments secondary"],
)
def test_reversible_move_before_the_cause_is_stabilising(line: str) -> None:
    """A limit before the right hypothesis is what one wants to see."""
    assert score(timeline(operations=(write(50, line),), beliefs=(belief(80, RIGHT),))).stabilised_first


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(write(90, "limit /upload 5"), id="after the cause was named"),
        pytest.param(write(50, "limit /upload 5", exit_code=2), id="failed"),
        pytest.param(write(-5, "limit /upload 5"), id="before the onset"),
        pytest.param(write(50, "restart vision"), id="not reversible"),
        pytest.param(write(50, "failover db"), id="for good"),
        pytest.param(Operation(ONSET + 50, "scale", "read", 0), id="a read"),
    ],
)
def test_not_every_move_stabilises(operation: Operation) -> None:
    """The move must be a write that succeeded, reversible, and in time."""
    assert not score(timeline(operations=(operation,), beliefs=(belief(80, RIGHT),))).stabilised_first


@pytest.mark.parametrize(
    ("line", "stabilised"),
    [
        ("git revert --no-edit HEAD && git push", True),
        ("cd ~/lumen; git push origin main", True),
        ("git revert --no-edit HEAD", False),
        ("git log --grep 'git push'", False),
        ("scale vision 4", False),
    ],
)
def test_what_is_pushed_from_the_shell_stabilises(line: str, stabilised: bool) -> None:
    """It rolls out as `ops revert` does; a commit that stays in the bastion's clone does nothing."""
    done = (Operation(ONSET + 50, line, "shell", 0),)
    assert score(timeline(operations=done, beliefs=(belief(80, RIGHT),))).stabilised_first is stabilised


def test_harmful_lines_are_listed() -> None:
    """A line that begins with one the pack calls harmful is listed with its time."""
    card = score(timeline(operations=(write(60, "ops  restart db --now"), write(70, "restart dbproxy"))))
    assert [(action.at_s, action.line) for action in card.harmful] == [(60.0, "ops  restart db --now")]


def test_harm_that_failed_is_no_harm() -> None:
    """A harmful line that was refused changed nothing."""
    assert score(timeline(operations=(write(60, "restart db", exit_code=1),))).harmful == ()


def test_calibration_is_brier_and_overconfidence() -> None:
    """0.8 on a wrong belief and 0.6 on the right diagnosis: Brier (0.64 + 0.16)/2, overconfidence 0.2."""
    found = score(timeline(beliefs=(belief(80, WRONG, 0.8),), answer=answer(confidence=0.6))).calibration
    assert found.n == 2
    assert found.brier == pytest.approx(0.40)
    assert found.overconfidence == pytest.approx(0.2)


def test_dont_know_yet_is_not_a_forecast() -> None:
    """A belief that claims nothing does not make anybody look well calibrated."""
    assert score(timeline(beliefs=(belief(80, Claim(), 0.0),))).calibration.n == 0


def test_response_skill_waits_for_rehearsals() -> None:
    """Without the losses of an expert and of doing nothing there is no skill score, and it says why."""
    card = score(timeline())
    assert card.response_skill is None
    assert card.response_skill_reason


def test_response_skill_lies_between_the_expert_and_doing_nothing() -> None:
    """Doing nothing scores 0, the expert's loss 1, and half of the way between them 0.5."""
    lost = score(timeline()).customer_minutes_lost
    scale = Scale("customer-minutes", doing_nothing=lost, expert=0.0, limit_s=600.0)
    assert score(timeline(scale=scale)).response_skill == pytest.approx(0.0)
    scale = dataclasses.replace(scale, doing_nothing=2 * lost)
    assert score(timeline(scale=scale)).response_skill == pytest.approx(0.5)
    scale = dataclasses.replace(scale, expert=lost, elsewhere="Linux x86_64 with 2 cores and 24 GiB")
    card = score(timeline(scale=scale))
    assert card.response_skill == pytest.approx(1.0)
    assert card.rehearsed_elsewhere == scale.elsewhere


def test_response_skill_is_per_customer() -> None:
    """Twice as many customers who lose as much each are the same response."""
    scale = Scale("customer-minutes", doing_nothing=20.0, expert=1.0, limit_s=600.0)
    alone, many = score(timeline(scale=scale)), score(timeline(scale=scale, customers=40.0))
    assert many.customer_minutes_lost == pytest.approx(40 * alone.customer_minutes_lost)
    assert many.response_skill == pytest.approx(alone.response_skill)


@pytest.mark.parametrize(
    ("scale", "words"),
    [
        (Scale("money", 100.0, 1.0, limit_s=1200.0), "rehearsed for 1200 s"),
        (Scale("money", 1.0, 1.0, limit_s=600.0), "lost no more than the expert"),
    ],
)
def test_a_scale_that_does_not_fit_says_so(scale: Scale, words: str) -> None:
    """Another limit, or an expert who saves nothing, is no measure."""
    card = score(timeline(scale=scale))
    assert card.response_skill is None
    assert words in card.response_skill_reason


def test_the_written_form_is_the_same_each_time() -> None:
    """Scoring the same drill twice gives the same bytes, sorted, rounded, with a newline at the end."""
    drill = timeline(
        acknowledged_at=ONSET + 1 / 3, beliefs=(belief(80, RIGHT),), hints=(hint(90, WRONG),), answer=answer()
    )
    written = to_json(score(drill))
    assert written == to_json(score(drill))
    assert written.endswith("}\n")
    found = json.loads(written)
    assert list(found) == sorted(found)
    assert found["time_to_acknowledge_s"] == 0.333333
