"""A piece of work that every machine can do, to tell how fast this one is just now.

Run by itself, it measures nothing.
"""

from __future__ import annotations

import time


def plain_loop() -> float:
    """Processor seconds for ten million additions, one after the other."""
    spent = time.process_time()
    total = 0
    for number in range(10_000_000):
        total += number
    return time.process_time() - spent
