"""The stream of orders, and what becomes of one that could not be fulfilled: pure, to be reasoned about."""

from __future__ import annotations

from typing import Literal

STREAM = "orders"
DEAD = "orders-dead"
"""Where orders are buried that could not be fulfilled."""

Verdict = Literal["leave", "retry", "bury"]


def verdict(
    *, deliveries: int, idle_s: float, max_deliveries: int, retry_after_s: float, dead_letter: bool
) -> Verdict:
    """What to do with a message that was handed out and never finished.

    `leave` it while somebody may still be busy with it; `retry` it; `bury` it in the dead-letter stream
    once it was handed out often enough, if there is to be one.

    Args:
        deliveries: how often it was handed out, at least 1.
        idle_s: time since it was last handed out.
    """
    if idle_s < retry_after_s:
        return "leave"
    if dead_letter and deliveries >= max_deliveries:
        return "bury"
    return "retry"
