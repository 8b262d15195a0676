"""How the advisor was used, what it was worth, and how it felt."""

from __future__ import annotations

import math

import pytest

from scoring.comparison import AiTrace, Pair, Stated
from scoring.comparison.reps import Latency
from scoring.comparison.trust import (
    advisor_record,
    anchoring,
    calibration_summary,
    perception_gap,
    reliance_summary,
)
from scoring.reliance import AcceptanceTable, Proportion
from tests.scoring.comparison.examples import pair, rep

WRONG_HINT = AiTrace(
    table=AcceptanceTable(wrong_taken=1),
    commission=Proportion(1, 1),
    rsr=Proportion(0, 1),
    claims_wrong=Proportion(1, 1),
    wrong_components=frozenset({"vision"}),
    latency=Latency(waiting_s=10, reading_s=20, astray_s=90),
)


def felt(pair_: Pair, on: float | None, off: float | None) -> Pair:
    return Pair.of("b", pair_.on._replace(felt_s=on), pair_.off._replace(felt_s=off))


def test_counts_add_up_over_drills() -> None:
    """Blind acceptance of three right and one wrong hint: J is 0, though four of four were taken."""
    right = AiTrace(
        table=AcceptanceTable(right_taken=1), rair=Proportion(1, 1), claims_wrong=Proportion(0, 1)
    )
    found = reliance_summary([*(rep(True, trace=right) for _ in range(3)), rep(True, trace=WRONG_HINT)])
    assert found.table == AcceptanceTable(right_taken=3, wrong_taken=1)
    assert (found.j, found.rair.k, found.rair.n) == (0.0, 3, 3)
    assert (found.commission.k, found.commission.n, found.rsr.k) == (1, 1, 0)


def test_one_of_four_is_anything_between_a_twentieth_and_seven_tenths() -> None:
    """Wilson's interval goes with every rate: 0.046 to 0.699."""
    traces = [AiTrace(rsr=Proportion(hit, 1)) for hit in (1, 0, 0, 0)]
    found = reliance_summary([rep(True, trace=trace) for trace in traces]).rsr
    assert (found.low, found.high) == pytest.approx((0.0456, 0.6994), abs=5e-5)


def test_omission_is_the_difference_between_the_arms() -> None:
    """6 of 10 missed with the AI, 3 of 10 without: 0.3 more, with Newcombe's interval around it."""
    found = reliance_summary(
        [rep(True, unnamed_missed=Proportion(6, 10)), rep(False, unnamed_missed=Proportion(3, 10))]
    ).omission
    assert found is not None
    assert found.value == pytest.approx(0.3)
    assert found.low < 0 < found.high


def test_anchoring_takes_off_what_people_guess_by_themselves() -> None:
    """Held after 2 of 2 wrong hints; 1 of 4 name it unprompted on that variant: 0.75 is the hint's."""
    on = [rep(True, variant="v", trace=WRONG_HINT, answer_components=frozenset({"vision", "db"}))] * 2
    off = [
        rep(False, variant="v", answer_components=frozenset({name})) for name in ("vision", "db", "db", "db")
    ]
    found = anchoring(on, off)
    assert (found.with_ai.k, found.with_ai.n) == (2, 2)
    assert (found.spontaneous, found.excess) == pytest.approx((0.25, 0.75))


def test_anchoring_without_drills_by_hand_has_no_base() -> None:
    """Then the rate is shown and no excess is claimed."""
    found = anchoring([rep(True, trace=WRONG_HINT)], [rep(False, variant="another")])
    assert (found.with_ai.n, found.spontaneous, found.excess) == (1, None, None)


def test_the_advisors_own_record() -> None:
    """One wrong claim of two; no false alarm in two quiet drills; 120 s of 1,200 s, where it is known."""
    quiet = AiTrace(claims_wrong=Proportion(1, 1))
    found = advisor_record(
        [
            rep(True, seconds=600, trace=WRONG_HINT),
            rep(True, seconds=600, trace=AiTrace(claims_wrong=Proportion(0, 1), latency=Latency(0, 0, 0))),
            rep(True, seconds=600, trace=AiTrace()),
            rep(True, no_fault=True, trace=AiTrace()),
            rep(True, no_fault=True, trace=quiet._replace(claims_wrong=Proportion(0, 0))),
            rep(False, seconds=10),
        ]
    )
    assert (found.wrong.k, found.wrong.n) == (1, 2)
    assert (found.false_positives.k, found.false_positives.n) == (0, 2)
    assert found.latency_share == pytest.approx(120 / 1200)
    alarmed = advisor_record([rep(True, no_fault=True, trace=quiet)])
    assert (alarmed.false_positives.k, alarmed.latency_share) == (1, None)


def test_calibration_by_hand() -> None:
    """0.9 right, 0.6 wrong: Brier (0.01 + 0.36)/2, overconfidence (−0.1 + 0.6)/2, no ECE yet."""
    found = calibration_summary([Stated(0.9, True), Stated(0.6, False)])
    assert (found.brier, found.overconfidence) == pytest.approx((0.185, 0.25))
    assert found.ece is None
    assert calibration_summary([]).brier is None


def test_calibration_error_from_a_hundred_beliefs_on() -> None:
    """Fifty at 0.8 of which 40 are right, fifty at 0.6 of which 20: half the weight is 0.2 off, so 0.1."""
    beliefs = [
        *(Stated(0.8, at < 40) for at in range(50)),
        *(Stated(0.6, at < 20) for at in range(50)),
    ]
    assert calibration_summary(beliefs).ece == pytest.approx(0.1)
    assert calibration_summary(beliefs[:99]).ece is None


def test_the_gap_that_metr_reported() -> None:
    """Felt 20 % faster, measured 19 % slower: ln 0.80 − ln 1.19 = −0.397."""
    known = felt(pair(595.0, 500.0), on=480.0, off=600.0)
    found = perception_gap([known, known])
    assert found is not None
    assert (found.felt_ratio, found.measured_ratio) == pytest.approx((0.80, 1.19))
    assert found.gap == pytest.approx(math.log(0.80) - math.log(1.19))
    assert found.gap == pytest.approx(-0.40, abs=0.005)


def test_pairs_that_ran_out_say_nothing_about_feeling() -> None:
    """Their measured ratio isn't known; nor is a gap from one pair."""
    usable = felt(pair(500.0, 500.0), 400.0, 400.0)
    ran_out = felt(pair(5000.0, 500.0), 400.0, 400.0)
    assert perception_gap([usable, ran_out, felt(pair(), None, 400.0)]) is None
