"""What the incident cost the customers and the shop, from the SLI feed."""

from __future__ import annotations

import math
from collections.abc import Iterable

from scoring.sli import Baseline, SecondSli, Tally, in_order, window

BLOCK_S = 5
"""Demand is compared with the baseline over so many seconds, so that chance weighs less."""

RECENT_S = 60
"""How far back one looks to say how an incident would have gone on, s."""


def customer_minutes_lost(
    series: Iterable[SecondSli], onset: float, until: int, baseline: Baseline, customers: float = 1.0
) -> float:
    """Minutes of service that customers went without, summed over customers.

    Formula: Σ over blocks of `BLOCK_S` seconds in [onset, until) of
    max(0, 1 − good/expected) · seconds · customers / 60, over all journeys together. `expected` is
    the number of requests that came, or the baseline demand where fewer came than chance explains
    (more than two standard errors below: n < e − 2·√e), so that customers who were kept out count
    as well. A missing second is lost whole. With `customers` = 1 the unit is minutes per customer.
    """
    by_second = in_order(series)
    lost_s = 0.0
    for start in range(math.ceil(onset), until, BLOCK_S):
        seconds = window(by_second, start, min(BLOCK_S, until - start))
        lost_s += _share_lost(Tally(baseline, seconds)) * len(seconds)
    return lost_s * customers / 60


def money_lost(series: Iterable[SecondSli], onset: float, until: int) -> float:
    """Value of what customers could not do in [onset, until), in the shop's currency: a plain sum."""
    first = math.ceil(onset)
    return math.fsum(item.money_lost for item in in_order(series).values() if first <= item.second < until)


def fraud_lost(series: Iterable[SecondSli], onset: float, until: int) -> float:
    """What bots got away with in [onset, until), in the shop's currency: a plain sum."""
    first = math.ceil(onset)
    return math.fsum(item.stolen for item in in_order(series).values() if first <= item.second < until)


def carried_to_limit(lost: float, lost_lately: float, missing_s: float) -> float:
    """A loss up to the limit, for a drill that was given up `missing_s` seconds before it.

    Giving up must not be cheaper than trying on, so the rest is taken to go on as the last
    `RECENT_S` seconds went. Formula: lost + lost_lately · missing_s / RECENT_S, where `lost_lately`
    is the loss of these last seconds, in the same unit as `lost`.
    """
    return lost + lost_lately * max(0.0, missing_s) / RECENT_S


def _share_lost(tally: Tally) -> float:
    came = sum(tally.count.values())
    due = sum(tally.expected(name) for name in tally.baseline)
    expected = max(came, due) if came < due - 2 * math.sqrt(due) else came
    if expected <= 0:
        return 0.0
    return max(0.0, 1 - sum(tally.good.values()) / expected)
