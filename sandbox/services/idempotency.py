"""Whether a request to charge is a new one: pure, so that it can be reasoned about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["started", "approved", "declined", "failed"]
Verdict = Literal["begin", "again", "replay", "wait", "conflict"]


@dataclass(frozen=True)
class Known:
    """What is stored under an idempotency key."""

    order_id: int
    amount_cents: int
    status: Status
    age_s: float
    """Time since its last attempt began."""


def decide(known: Known | None, order_id: int, amount_cents: int, stale_s: float) -> Verdict:
    """What to do with a request to charge.

    `begin` a new charge; try one that failed, or whose attempt was given up, `again` (at the same
    provider, which knows the key); `replay` the answer of one that is settled; `wait` for one that is
    under way; a key that was used for something else is a `conflict`.
    """
    if known is None:
        return "begin"
    if (known.order_id, known.amount_cents) != (order_id, amount_cents):
        return "conflict"
    if known.status in ("approved", "declined"):
        return "replay"
    if known.status == "failed" or known.age_s > stale_s:
        return "again"
    return "wait"
