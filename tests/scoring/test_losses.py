"""What an incident cost."""

from __future__ import annotations

import dataclasses
import random

import pytest

from scoring.losses import carried_to_limit, customer_minutes_lost, fraud_lost, money_lost
from scoring.slo import Requests, SecondSli
from tests.scoring.examples import BASELINE, ONSET, incident, stretch


def test_a_minute_of_outage_is_a_minute_of_every_customer() -> None:
    """Sixty seconds with no good request cost one minute for each of 30 customers."""
    series = [*stretch(1000, 1060, good=0.0), *stretch(1060, 1200)]
    assert customer_minutes_lost(series, ONSET, 1200, BASELINE, customers=30) == pytest.approx(30.0)


def test_a_part_of_the_requests_costs_that_part_of_the_time() -> None:
    """Half of the requests bad for two minutes cost one minute."""
    series = stretch(1000, 1120, good=0.5)
    assert customer_minutes_lost(series, ONSET, 1120, BASELINE) == pytest.approx(1.0)


@pytest.mark.parametrize("series", [[], stretch(1000, 1060, demand=0.0)])
def test_customers_who_are_kept_out_are_lost(series: list[SecondSli]) -> None:
    """Nobody there, or nobody measured, is nobody served."""
    assert customer_minutes_lost(series, ONSET, 1060, BASELINE) == pytest.approx(1.0)


def test_ups_and_downs_of_demand_cost_nothing() -> None:
    """Ordinary variation of a healthy shop is not counted as loss."""
    source = random.Random(5)
    series = []
    for second in range(1000, 1600):
        count = sum(source.random() < 0.25 for _ in range(40))
        series.append(SecondSli(second, {"browse": Requests(count, count)}))
    assert customer_minutes_lost(series, ONSET, 1600, {"browse": 10.0}) < 0.05 * 600 / 60


def test_nothing_before_the_onset_is_counted() -> None:
    """A bad baseline is not this incident's."""
    series = [*stretch(940, 1000, good=0.0), *stretch(1000, 1100)]
    assert customer_minutes_lost(series, ONSET, 1100, BASELINE) == 0.0


def test_money_is_summed_from_the_onset_to_the_end() -> None:
    """Only what was lost within the drill counts."""
    series = [dataclasses.replace(item, money_lost=2.5) for item in incident()]
    assert money_lost(series, ONSET, 1100) == pytest.approx(250.0)


def test_what_was_stolen_is_summed_alike() -> None:
    """A hundred seconds with 0.5 each; it is no part of what customers could not do."""
    series = [dataclasses.replace(item, stolen=0.5) for item in incident()]
    assert fraud_lost(series, ONSET, 1100) == pytest.approx(50.0)
    assert money_lost(series, ONSET, 1100) == 0.0


def test_giving_up_carries_the_loss_on() -> None:
    """Two minutes short of the limit, after a last minute that cost 3, cost 6 more."""
    assert carried_to_limit(10.0, 3.0, 120.0) == pytest.approx(16.0)
