"""Takes money: authorises at the bank, once for each idempotency key, at the provider that config names."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from prometheus_client import Counter, Gauge
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .idempotency import Known, decide
from .kit.bodies import given, refusal
from .kit.calls import Peers, Unanswered
from .kit.database import Database, Server
from .kit.serving import Probe, Service

CHARGES = Counter("payments_charges_total", "Requests to charge.", ["provider", "result"])
ATTEMPTS = Counter("payments_bank_attempts_total", "Requests to the bank.", ["provider", "result"])
ACTIVE = Gauge("payments_provider_active", "1 for the provider that takes new charges.", ["provider"])

PROVIDERS = ("primary", "secondary")


@dataclass(frozen=True)
class PaymentsConfig:
    """`config/payments.yaml`."""

    database: Server
    database_pool: int
    provider: str
    """Where new charges go: primary or secondary."""
    timeout_s: float
    """Of one attempt at the bank."""
    attempts: int
    lock_orders: bool
    """Whether an order is charged at one place at a time, whichever replica it comes to."""

    def __post_init__(self) -> None:
        if self.provider not in PROVIDERS:
            raise ValueError(f"provider: expected one of {', '.join(PROVIDERS)}, not {self.provider!r}")


class Payments(Service[PaymentsConfig]):
    """The HTTP side and its table of charges. It is healthy without the bank, which is not ours."""

    name = "payments"
    settings = PaymentsConfig

    def __init__(self) -> None:
        super().__init__()
        self.db = Database(self.config.value.database, self.spans, self.log)
        self.bank = Peers(self.spans, os.environ["BANK_URL"])
        self._locks: dict[int, Any] = {}
        self._show_provider()

    def _show_provider(self) -> None:
        for provider in PROVIDERS:
            ACTIVE.labels(provider).set(provider == self.config.value.provider)

    def routes(self) -> Sequence[Route]:
        return [Route("/charges", self.charge, methods=["POST"])]

    def probes(self) -> Mapping[str, Probe]:
        return {"database": lambda: self.db.value("SELECT 1")}

    async def charge(self, request: Request) -> Response:
        key = request.headers.get("idempotency-key", "")
        if not key:
            return refusal(400, "an idempotency key is needed")
        fields = await given(request, order=int, amount_cents=int, card=str)
        order, amount, card = fields["order"], fields["amount_cents"], fields["card"]
        provider = self.config.value.provider
        begun = await self.db.value(
            """INSERT INTO charges (idempotency_key, order_id, amount_cents, card_last4, provider)
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING true""",
            key, order, amount, card[-4:], provider,
        )  # fmt: skip
        if not begun:
            stored = await self._stored(key)
            match decide(_known(stored), order, amount, self._stale_s()):
                case "conflict":
                    return refusal(422, "this key belongs to another charge")
                case "wait":
                    return refusal(409, "this charge is under way")
                case "replay":
                    CHARGES.labels(stored["provider"], "replayed").inc()
                    return _answer(stored["status"], stored["reference"], stored["provider"])
                case _:
                    provider = stored["provider"]
                    await self.db.value(
                        """UPDATE charges SET status = 'started', attempted_at = now()
                           WHERE idempotency_key = $1""",
                        key,
                    )
        if not self.config.value.lock_orders:
            return await self._settle(key, provider, amount, card)
        await self._lock(order)
        answer = await self._settle(key, provider, amount, card)
        if answer.status_code == httpx.codes.OK:
            return answer
        await self._unlock(order)
        return answer

    async def _lock(self, order: int) -> None:
        """Wait until nobody else charges this order. The lock is the session's, so it has one of its own."""
        if order not in self._locks:
            self._locks[order] = await self.db.apart()
        await self._locks[order].execute("SELECT pg_advisory_lock($1)", order)

    async def _unlock(self, order: int) -> None:
        connection = self._locks.pop(order, None)
        if connection is not None:
            await connection.close()

    def _stale_s(self) -> float:
        """After so long nobody can still be busy with a charge."""
        return self.config.value.timeout_s * self.config.value.attempts + 5.0

    async def _stored(self, key: str) -> dict[str, Any]:
        stored = await self.db.row(
            """SELECT order_id, amount_cents, status, provider, reference,
                      extract(epoch FROM now() - attempted_at)::float AS age_s
               FROM charges WHERE idempotency_key = $1""",
            key,
        )
        if stored is None:
            raise LookupError(f"the charge {key} is gone")
        return stored

    async def _settle(self, key: str, provider: str, amount: int, card: str) -> Response:
        answer = await self._ask_bank(key, provider, amount, card)
        if answer is None:
            status, reference = "failed", None
        else:
            status = "approved" if answer["approved"] else "declined"
            reference = answer["reference"]
        await self.db.value(
            """UPDATE charges SET status = $2, reference = $3, settled_at = now()
               WHERE idempotency_key = $1""",
            key, status, reference,
        )  # fmt: skip
        CHARGES.labels(provider, status).inc()
        return _answer(status, reference, provider)

    async def _ask_bank(self, key: str, provider: str, amount: int, card: str) -> dict[str, Any] | None:
        """The bank's word, or None if it gave none in all attempts."""
        for attempt in range(1, self.config.value.attempts + 1):
            try:
                answer = await self.bank.call(
                    f"bank-{provider}", "POST", f"/{provider}/authorisations",
                    timeout_s=self.config.value.timeout_s, headers={"idempotency-key": key},
                    body={"amount_cents": amount, "card": card},
                )  # fmt: skip
                result = str(answer.status_code)
            except Unanswered as error:
                answer, result = None, str(error).rpartition(": ")[2]
            ATTEMPTS.labels(provider, result).inc()
            if answer is not None and answer.status_code == httpx.codes.OK:
                document: dict[str, Any] = answer.json()
                return document
            fields = {"provider": provider, "result": result, "attempt": attempt}
            self.log.warning("the bank gave no answer", extra={"fields": fields})
        return None

    async def reconfigured(self) -> None:
        self._show_provider()
        if not self.config.value.lock_orders:
            for order in list(self._locks):
                await self._unlock(order)
        await self.db.follow(self.config.value.database, self.config.value.database_pool)

    @contextlib.asynccontextmanager
    async def resources(self) -> AsyncIterator[None]:
        await self.db.open(self.config.value.database_pool)
        yield
        await self.bank.close()
        await self.db.close()


def _known(stored: Mapping[str, Any]) -> Known:
    return Known(stored["order_id"], stored["amount_cents"], stored["status"], stored["age_s"])


def _answer(status: str, reference: str | None, provider: str) -> Response:
    code = {"approved": 200, "declined": 402}.get(status, 502)
    return JSONResponse({"status": status, "reference": reference, "provider": provider}, status_code=code)


if __name__ == "__main__":
    Payments().run()
