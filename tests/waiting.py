"""Waiting for a condition with a deadline, instead of sleeping and hoping."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


def wait_until(predicate: Callable[[], object], within_s: float, *, every_s: float = 0.05) -> None:
    """Return as soon as the predicate holds.

    Raises:
        AssertionError: it did not hold within the time.
    """
    deadline = time.monotonic() + within_s
    pause = threading.Event()
    while not predicate():
        if time.monotonic() > deadline:
            name = getattr(predicate, "__name__", repr(predicate))
            raise AssertionError(f"{name} did not hold within {within_s:g} s")
        pause.wait(every_s)
