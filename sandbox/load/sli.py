"""The SLI feed: one JSON line a second of what customers got.

Latencies go into a histogram with fixed bounds, so that seconds can be added up without losing their
percentiles. A request counts as good if it succeeded within its journey's threshold.
"""

from __future__ import annotations

import bisect
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

BOUNDS_MS = (5, 10, 20, 35, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 8000, 15000)
"""Upper bounds of the histogram's buckets, ms; one more bucket holds what is slower."""


@dataclass(frozen=True)
class Journey:
    """What a customer wants to do, and when it was good enough."""

    name: str
    threshold_ms: float
    value: float
    """What it is worth to the shop when it works, on average, in the shop's currency."""


JOURNEYS: Mapping[str, Journey] = {
    journey.name: journey
    for journey in (
        Journey("browse", threshold_ms=1000, value=0.02),
        Journey("upload", threshold_ms=3000, value=0.90),
        Journey("buy", threshold_ms=1500, value=24.00),
        # Nobody comes to log in; only bots are counted by it.
        Journey("login", threshold_ms=1500, value=0.0),
    )
}


@dataclass
class Second:
    """The counts of one journey in one second."""

    count: int = 0
    good: int = 0
    failures: int = 0
    histogram: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_MS) + 1))

    def add(self, latency_ms: float, *, failed: bool, threshold_ms: float) -> None:
        self.count += 1
        self.failures += failed
        self.good += not failed and latency_ms <= threshold_ms
        self.histogram[bisect.bisect_left(BOUNDS_MS, latency_ms)] += 1


def percentile(histogram: list[int], q: float) -> float:
    """Upper bound (ms) of the bucket in which the q-th fraction of requests lies; 0 if there are none."""
    total = sum(histogram)
    if total == 0:
        return 0.0
    seen = 0
    for bound, count in zip((*BOUNDS_MS, 2 * BOUNDS_MS[-1]), histogram, strict=True):
        seen += count
        if seen >= q * total:
            return float(bound)
    raise AssertionError("a histogram's parts add up to its total")


class Feed:
    """Collects results and writes the second that has passed.

    A request belongs to the second in which it ended.
    """

    def __init__(self, write: Callable[[str], object] | None = None) -> None:
        self._write = write or self._to_stdout
        self.second = int(time.time())
        """The second that is being counted, UNIX."""
        self._people: dict[str, dict[str, Second]] = {"customers": {}, "bots": {}}

    @staticmethod
    def _to_stdout(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def record(self, who: str, journey: str, latency_ms: float, *, failed: bool) -> None:
        seconds = self._people[who]
        threshold = JOURNEYS[journey].threshold_ms
        seconds.setdefault(journey, Second()).add(latency_ms, failed=failed, threshold_ms=threshold)

    def flush(self, now: float) -> None:
        """Write every whole second up to now; a second without requests is written too."""
        while self.second < int(now):
            line: dict[str, object] = {"sli": 1, "second": self.second}
            for who, journeys in self._people.items():
                line |= {who: {name: vars(counts) for name, counts in sorted(journeys.items())}}
            self._write(json.dumps(line))
            self._people = {"customers": {}, "bots": {}}
            self.second += 1
