"""The service level indicator, second by second, and the sums over it that every verdict rests on.

Only legitimate customers are in these figures, apart from what was stolen from the shop. A second
without a line is a fact too: if nobody measured, nobody can say that customers were served.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Baseline = Mapping[str, float]
"""Demand by journey before the onset, requests/s."""

FEED_LAG_S = 5
"""The last seconds of a drill may not have reached the journal; so many are not held against it."""


class Requests(NamedTuple):
    """Requests of one journey that ended in one second."""

    total: float
    good: float
    """How many of these succeeded within the journey's latency threshold."""


@dataclass(frozen=True)
class SecondSli:
    """What customers got in the UNIX second [second, second + 1)."""

    second: int
    journeys: Mapping[str, Requests]
    money_lost: float = 0.0
    stolen: float = 0.0
    """What bots got away with, in the shop's currency."""


def in_order(series: Iterable[SecondSli]) -> dict[int, SecondSli]:
    """The series by second; a line for a second that is not later than all before it is left out."""
    ordered: dict[int, SecondSli] = {}
    last: int | None = None
    for item in series:
        if last is None or item.second > last:
            ordered[item.second] = item
            last = item.second
    return ordered


def window(by_second: Mapping[int, SecondSli], start: int, length: int) -> list[SecondSli | None]:
    """The seconds [start, start + length), None for each that is missing."""
    return [by_second.get(second) for second in range(start, start + length)]


def baseline_demand(series: Iterable[SecondSli], onset: float, over_s: int = 60) -> dict[str, float]:
    """Mean requests/s of each journey in the last `over_s` seconds before the onset.

    Formula: sum of counts / number of seconds that were measured, over the seconds that ended at
    or before `onset` (UNIX seconds). Empty if none was.
    """
    last = math.floor(onset)
    before = [item for item in in_order(series).values() if last - over_s <= item.second < last]
    totals: dict[str, float] = {}
    for item in before:
        for name, (count, _) in item.journeys.items():
            totals[name] = totals.get(name, 0.0) + count
    return {name: total / len(before) for name, total in sorted(totals.items())}


def covered_until(series: Sequence[SecondSli], ended_at: float) -> int:
    """The second up to which a drill that ended at `ended_at` has figures, or should have.

    Formula: max(last measured second + 1, floor(ended_at − FEED_LAG_S)). Seconds without a line
    before it count as not served.
    """
    due = math.floor(ended_at - FEED_LAG_S)
    return max(due, series[-1].second + 1) if series else due


class Tally:
    """Running sums over a window, for the journeys that had demand before the onset.

    A missing second adds the baseline demand of each journey to its count and nothing to its good.
    """

    def __init__(self, baseline: Baseline, seconds: Iterable[SecondSli | None] = ()) -> None:
        self.baseline = {name: rate for name, rate in baseline.items() if rate > 0}
        self.count = dict.fromkeys(self.baseline, 0.0)
        self.good = dict.fromkeys(self.baseline, 0.0)
        self.seconds = 0
        for second in seconds:
            self.add(second)

    def add(self, second: SecondSli | None) -> None:
        """Take in the next second of the window."""
        self.seconds += 1
        for name, rate in self.baseline.items():
            if second is None:
                self.count[name] += rate
            elif (requests := second.journeys.get(name)) is not None:
                count, good = requests
                self.count[name] += count
                self.good[name] += min(good, count)

    def expected(self, name: str) -> float:
        """Requests of the journey that the baseline demand would have brought in the window."""
        return self.baseline[name] * self.seconds
