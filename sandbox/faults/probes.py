"""Chaos Toolkit probes: what can be asked of a running sandbox."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from sandbox.faults.driver import activity, the_sandbox
from sandbox.faults.effects import Failed
from sandbox.observe.customers import SliSecond, feed, served_well
from sandbox.observe.metrics import Metrics

__all__ = ["alert_fires", "customers_are_served", "metric", "share_served"]


def _last_seconds(window_s: float) -> list[SliSecond]:
    since = int(time.time()) - int(window_s) - 1
    return list(feed(the_sandbox(), since=since))


@contextlib.contextmanager
def _metrics() -> Iterator[Metrics]:
    metrics = Metrics(the_sandbox())
    try:
        yield metrics
    finally:
        metrics.close()


@activity
def customers_are_served(window_s: float = 5.0, target: float = 0.95) -> bool:
    """Whether customers were served within the SLO over the last whole seconds.

    Args:
        window_s: how many.
        target: share of each journey that must be good.
    """
    seconds = _last_seconds(float(window_s))
    return len(seconds) >= int(window_s) - 1 and served_well(seconds, float(target))


@activity
def share_served(journey: str, window_s: float = 10.0) -> float:
    """Share of one journey's requests that were good, from 0 to 1; 0 if there were none.

    Args:
        journey: `browse`, `upload` or `buy`.
        window_s: over the last so many whole seconds.
    """
    served = [each.customers[journey] for each in _last_seconds(float(window_s)) if journey in each.customers]
    count = sum(each.count for each in served)
    return sum(each.good for each in served) / count if count else 0.0


@activity
def alert_fires(name: str) -> bool:
    """Whether an alert is firing.

    Args:
        name: the alert's.
    """
    with _metrics() as metrics:
        return any(each.name == name and each.state == "firing" for each in metrics.alerts())


@activity
def metric(promql: str) -> float:
    """The value of a PromQL expression now; give a tolerance as a range to judge it.

    Args:
        promql: gives one series.
    """
    with _metrics() as metrics:
        value = metrics.value(promql)
    if value is None:
        raise Failed(f"there is no value of {promql}")
    return value
