"""When the SLO holds, and what is and is not a mitigation."""

from __future__ import annotations

import dataclasses

import pytest

from scoring.sli import covered_until
from scoring.slo import (
    Oracle,
    Requests,
    SecondSli,
    Slo,
    baseline_demand,
    breached,
    holds,
    mitigated_since,
    standing_mitigation,
    violated_since,
)
from tests.scoring.examples import BASELINE, ONSET, SLO, incident, second_of, stretch

HOLD_S = 20.0


def mitigated(series: list[SecondSli], hold_s: float = HOLD_S) -> float | None:
    return mitigated_since(series, ONSET, SLO, BASELINE, hold_s)


def test_holds_at_exactly_the_target() -> None:
    """A window with 19 of 20 good requests meets a target of 0.95."""
    seconds = [SecondSli(second, {"browse": Requests(1, 0 if second == 3 else 1)}) for second in range(20)]
    assert holds(seconds, SLO, {"browse": 1.0})


def test_does_not_hold_just_below_the_target() -> None:
    """A window with 18 of 20 good requests misses a target of 0.95."""
    seconds = [SecondSli(second, {"browse": Requests(1, 0 if second < 2 else 1)}) for second in range(20)]
    assert not holds(seconds, SLO, {"browse": 1.0})


def test_every_journey_must_be_served() -> None:
    """A small journey that fails is not averaged away by a big one that is well."""
    seconds = [
        SecondSli(second, {"browse": Requests(1000, 1000), "buy": Requests(2, 0)}) for second in range(20)
    ]
    assert not holds(seconds, SLO, BASELINE)


@pytest.mark.parametrize(("demand", "expected"), [(0.5, True), (0.4, False), (0.0, False)])
def test_demand_must_be_half_of_the_baseline(demand: float, expected: bool) -> None:
    """Serving well the few that get through is not serving the customers."""
    assert holds(stretch(0, 20, demand=demand), SLO, BASELINE) is expected


def test_missing_seconds_are_not_served() -> None:
    """Two seconds without figures in twenty are ten percent of the requests, all lost."""
    window: list[SecondSli | None] = [*stretch(0, 18), None, None]
    assert not holds(window, SLO, BASELINE)


def test_nothing_measured_does_not_hold() -> None:
    """Without seconds, or without any demand to begin with, nothing is shown."""
    assert not holds([], SLO, BASELINE)
    assert not holds(stretch(0, 20), SLO, {})


def test_new_journeys_are_not_judged() -> None:
    """A journey without baseline demand has no promise to break."""
    seconds = [SecondSli(item.second, {**item.journeys, "bulk": Requests(9, 0)}) for item in stretch(0, 20)]
    assert holds(seconds, SLO, BASELINE)


def test_one_failed_request_is_no_breach() -> None:
    """One of ten requests in five seconds may fail by chance."""
    patch = [*stretch(0, 4), SecondSli(4, {"browse": Requests(10, 10), "buy": Requests(2, 1)})]
    assert not breached(patch, SLO, BASELINE)


def test_five_dead_seconds_are_a_breach() -> None:
    """Five seconds in which nobody comes contradict the demand before."""
    assert breached(stretch(0, 5, demand=0.0), SLO, BASELINE)


def test_baseline_is_measured_before_the_onset_only() -> None:
    """Demand after the onset, or in the second of the onset, is not in the baseline."""
    series = [*stretch(940, 1000), *stretch(1000, 1060, demand=5.0)]
    assert baseline_demand(series, 1000.7) == BASELINE


def test_baseline_is_the_last_minute() -> None:
    """The ramp of the customers, long before the onset, does not lower the baseline."""
    series = [*stretch(900, 940, demand=0.1), *stretch(940, 1000)]
    assert baseline_demand(series, ONSET) == BASELINE


def test_mitigation_is_dated_back_to_the_first_good_second() -> None:
    """The mitigation began when customers were served again, not when the hold was over."""
    assert mitigated(incident(mitigated=1100)) == 1100.0


def test_a_quiet_drill_has_no_mitigation() -> None:
    """Where the SLO was never violated after the onset, nothing was mitigated."""
    assert mitigated(stretch(940, 1200)) is None


def test_a_violation_before_the_onset_does_not_count() -> None:
    """Trouble that was over before the onset opens nothing."""
    assert mitigated([*stretch(940, 990, good=0.0), *stretch(990, 1200)]) is None


def test_the_whole_hold_must_be_seen() -> None:
    """Nineteen good seconds are not a hold of twenty."""
    assert mitigated(incident(mitigated=1100, until=1119)) is None
    assert mitigated(incident(mitigated=1100, until=1120)) == 1100.0


@pytest.mark.parametrize("demand", [0.0, 0.3])
def test_blocking_customers_is_no_mitigation(demand: float) -> None:
    """Keeping customers out makes the error rate perfect and mitigates nothing."""
    assert mitigated([*incident(until=1100), *stretch(1100, 1300, demand=demand)]) is None


def test_killing_the_load_generator_is_no_mitigation() -> None:
    """A silent feed, followed by one good second, mitigates nothing."""
    assert mitigated([*incident(until=1100), second_of(1300)]) is None


def test_silence_is_not_dated_back_into() -> None:
    """After a stretch in which nobody came, mitigation starts where somebody is served."""
    series = [*incident(until=1100), *stretch(1100, 1103, demand=0.0), *stretch(1103, 1200)]
    assert mitigated(series) == 1103.0


def test_a_bad_patch_is_not_averaged_away() -> None:
    """Five seconds at 80 % in a long hold start the hold again, although the mean is above target."""
    series = [*incident(until=1115), *stretch(1115, 1120, good=0.8), *stretch(1120, 1220)]
    assert holds(stretch(1100, 1115) + stretch(1115, 1120, good=0.8) + stretch(1120, 1140), SLO, BASELINE)
    assert mitigated(series, hold_s=40.0) == 1120.0


def test_violation_is_dated_to_the_first_bad_second() -> None:
    """The violation began in the first second that was itself below target."""
    assert violated_since(incident(), ONSET, SLO, BASELINE) == 1010.0


def test_a_relapsed_mitigation_does_not_stand() -> None:
    """Served again for a minute, then let down to the end: nothing stands."""
    series = [*incident(until=1160), *stretch(1160, 1200, good=0.2)]
    assert mitigated(series) == 1100.0
    assert standing_mitigation(series, ONSET, SLO, BASELINE, HOLD_S) is None


def test_a_mended_relapse_stands_from_the_second_mitigation() -> None:
    """After a relapse, the later mitigation is the one that counts."""
    series = [*incident(until=1160), *stretch(1160, 1200, good=0.2), *stretch(1200, 1260)]
    assert standing_mitigation(series, ONSET, SLO, BASELINE, HOLD_S) == 1200.0


def test_silence_to_the_end_ends_a_mitigation() -> None:
    """A feed that dies after the mitigation leaves nothing that stands."""
    series = incident(until=1160)
    until = covered_until(series, 1200.0)
    assert standing_mitigation(series, ONSET, SLO, BASELINE, HOLD_S, until=until) is None


def test_a_feed_that_lags_ends_nothing() -> None:
    """Figures of the last seconds that did not arrive in time are not held against the drill."""
    series = incident(until=1160)
    until = covered_until(series, 1163.0)
    assert standing_mitigation(series, ONSET, SLO, BASELINE, HOLD_S, until=until) == 1100.0


def test_the_target_is_a_setting() -> None:
    """A looser promise is met by what breaks the usual one."""
    series = stretch(1000, 1040, good=0.7)
    assert violated_since(series, ONSET, SLO, BASELINE) == 1000.0
    assert violated_since(series, ONSET, Slo(target=0.4), BASELINE) is None


def robbed(series: list[SecondSli], since: int, until: int, stolen: float = 5.0) -> list[SecondSli]:
    """The series with so much stolen in each second of [since, until)."""
    return [
        dataclasses.replace(each, stolen=stolen) if since <= each.second < until else each for each in series
    ]


CAPPED = dataclasses.replace(SLO, fraud_cap_per_min=60.0)


def test_serving_customers_and_thieves_alike_is_no_mitigation() -> None:
    """Five a second is 300 a minute; the cap is 60."""
    series = robbed(incident(), 1100, 1200)
    assert mitigated_since(series, ONSET, CAPPED, BASELINE, HOLD_S) is None
    assert standing_mitigation(series, ONSET, CAPPED, BASELINE, HOLD_S) is None
    assert standing_mitigation(series, ONSET, SLO, BASELINE, HOLD_S) == 1100.0


def test_keeping_thieves_out_mitigates_from_the_first_window_under_the_cap() -> None:
    """Until 1130 it is 5 a second; [1126, 1146) holds 20 in 20 s, which is the cap of 60 a minute."""
    series = robbed(incident(), 1010, 1130)
    assert mitigated_since(series, ONSET, CAPPED, BASELINE, HOLD_S) == 1126.0
    assert standing_mitigation(series, ONSET, CAPPED, BASELINE, HOLD_S) == 1126.0


def test_blocking_everybody_stops_the_thieves_and_is_no_mitigation() -> None:
    series = [*incident(mitigated=1100, until=1100), *stretch(1100, 1200, good=0.0)]
    assert mitigated_since(series, ONSET, CAPPED, BASELINE, HOLD_S) is None


def test_letting_thieves_in_again_is_a_relapse() -> None:
    """Served all along from 1100 on, but robbed again from 1150 on: over the cap with the fifth second."""
    oracle = Oracle(ONSET, CAPPED, BASELINE, HOLD_S)
    changes = [each for second in robbed(incident(), 1150, 1200) for each in oracle.feed(second)]
    assert [(each.kind, each.since) for each in changes] == [
        ("violated", 1010.0), ("mitigated", 1100.0), ("relapsed", 1154.0)
    ]  # fmt: skip
    assert oracle.mitigated_at is None
