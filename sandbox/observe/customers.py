"""What customers got: the SLI feed as typed seconds."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sandbox.load.sli import JOURNEYS, percentile
from sandbox.runtime.base import Runtime


@dataclass(frozen=True)
class Served:
    """One journey in one second."""

    count: int
    good: int
    failures: int
    histogram: tuple[int, ...]
    """Requests per latency bucket; bounds are `sandbox.load.sli.BOUNDS_MS`."""

    def percentile_ms(self, q: float) -> float:
        return percentile(list(self.histogram), q)


@dataclass(frozen=True)
class SliSecond:
    """One line of the feed."""

    second: int
    customers: Mapping[str, Served]
    bots: Mapping[str, Served]

    @property
    def money_lost(self) -> float:
        """Value of the journeys that legitimate customers could not finish well."""
        return sum(JOURNEYS[name].value * (each.count - each.good) for name, each in self.customers.items())

    @property
    def bot_successes(self) -> Mapping[str, int]:
        """How many of the bots' requests got what they wanted, by journey."""
        return {name: each.count - each.failures for name, each in self.bots.items()}


def parse(line: str) -> SliSecond | None:
    """A line of the customers' log, or None if it is not of the feed."""
    if not line.startswith('{"sli"'):
        return None
    try:
        document = json.loads(line)
        people = {
            who: {
                name: Served(j["count"], j["good"], j["failures"], tuple(j["histogram"]))
                for name, j in document[who].items()
            }
            for who in ("customers", "bots")
        }
        return SliSecond(int(document["second"]), people["customers"], people["bots"])
    except (ValueError, KeyError, TypeError):
        return None


def feed(
    runtime: Runtime, *, since: float = 0.0, follow: bool = False, stop: threading.Event | None = None
) -> Iterator[SliSecond]:
    """Seconds of the feed, from `since` (UNIX seconds) on."""
    for line in runtime.logs("customers", follow=follow, stop=stop):
        second = parse(line.text)
        if second is not None and second.second >= since:
            yield second


def served_well(seconds: list[SliSecond], target: float = 0.95) -> bool:
    """Whether every journey that was tried reached the target over these seconds, and some were tried."""
    total: dict[str, list[int]] = {}
    for second in seconds:
        for name, each in second.customers.items():
            sums = total.setdefault(name, [0, 0])
            sums[0] += each.good
            sums[1] += each.count
    return bool(total) and all(good >= target * count for good, count in total.values())
