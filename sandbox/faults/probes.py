"""Chaos Toolkit probes: what can be asked of a running sandbox."""

from __future__ import annotations

import time

from sandbox.faults.actions import the_sandbox
from sandbox.observe.customers import feed, served_well


def customers_are_served(window_s: float = 5.0, target: float = 0.95) -> bool:
    """Whether customers were served within the SLO over the last whole seconds."""
    since = int(time.time()) - int(window_s) - 1
    seconds = list(feed(the_sandbox(), since=since))
    return len(seconds) >= int(window_s) - 1 and served_well(seconds, target)
