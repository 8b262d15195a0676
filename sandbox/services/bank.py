"""Somebody else's: two providers that authorise card payments, and a status page.

Of its inside the shop sees nothing: it writes no logs about requests, and its status page says what its
owners write there.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .kit.bodies import given, refusal
from .kit.serving import Service

_REMEMBERED = 50_000
_DECLINED = {"0002": "card_declined", "9995": "insufficient_funds", "0069": "expired_card"}
"""Cards, by their last four digits, for which there is no money."""


@dataclass(frozen=True)
class Provider:
    """How one provider does today."""

    latency_s: float
    jitter_s: float
    failure_rate: float
    """Share of requests that get a 503, after their latency."""
    limit_rps: int
    """More requests a second get a 429; 0 is no limit."""


@dataclass(frozen=True)
class BankConfig:
    """`config/bank.yaml`."""

    primary: Provider
    secondary: Provider
    status: str
    """What the status page says, whatever is true."""


def authorise(provider: str, key: str, amount_cents: int, card: str) -> dict[str, Any]:
    """What a provider says about a charge: the same key has the same reference."""
    reference = hashlib.sha256(f"{provider}:{key}".encode()).hexdigest()[:16]
    reason = _DECLINED.get(card[-4:])
    return {
        "reference": reference,
        "approved": reason is None,
        "reason": reason,
        "amount_cents": amount_cents,
    }


class Bank(Service[BankConfig]):
    """Both providers, under a path each."""

    name = "bank"
    settings = BankConfig
    quiet = True

    def __init__(self) -> None:
        super().__init__()
        self._charges: OrderedDict[tuple[str, str], dict[str, Any]] = OrderedDict()
        self._second = 0
        self._seen: dict[str, int] = {}

    def routes(self) -> Sequence[Route]:
        return [
            Route("/{provider:str}/authorisations", self.authorisation, methods=["POST"]),
            Route("/status", self.status),
        ]

    def _over(self, provider: str, limit: int) -> bool:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._seen = second, {}
        self._seen[provider] = self._seen.get(provider, 0) + 1
        return 0 < limit < self._seen[provider]

    async def authorisation(self, request: Request) -> Response:
        provider = request.path_params["provider"]
        key = request.headers.get("idempotency-key", "")
        if provider not in ("primary", "secondary") or not key:
            return refusal(404 if key else 400, "unknown provider" if key else "an idempotency key is needed")
        fields = await given(request, amount_cents=int, card=str)
        conditions: Provider = getattr(self.config.value, provider)
        if self._over(provider, conditions.limit_rps):
            return refusal(429, "too many requests")
        jitter = random.uniform(-conditions.jitter_s, conditions.jitter_s)
        await asyncio.sleep(max(0.0, conditions.latency_s + jitter))
        if random.random() < conditions.failure_rate:
            return refusal(503, "service unavailable")
        charge = self._charges.setdefault((provider, key), authorise(provider, key, **fields))
        while len(self._charges) > _REMEMBERED:
            self._charges.popitem(last=False)
        return JSONResponse(charge)

    async def status(self, _: Request) -> Response:
        return JSONResponse({"status": self.config.value.status})


if __name__ == "__main__":
    Bank().run()
