"""Takes orders from the stream and has them printed; what it can't do it tries again, then buries."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import redis.asyncio as redis
from prometheus_client import Counter, Histogram
from starlette.routing import Route

from .deliveries import DEAD, STREAM, verdict
from .kit.database import Database, Server
from .kit.serving import Probe, Service
from .kit.tracing import SpanKind, carried
from .readings import Readings

HANDLED = Counter("worker_orders_total", "Orders by what became of them.", ["result"])
AGE = Histogram(
    "worker_order_age_seconds",
    "From publishing to fulfilment.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300),
)

GROUP = "fulfilment"
_BLOCK_S = 0.5
_LOOK_BACK_EVERY_S = 1.0
_HEALTHY_WITHIN_S = 10.0
_DOWN = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)

Message = tuple[str, dict[str, str]]


@dataclass(frozen=True)
class WorkerConfig:
    """`config/worker.yaml`."""

    database: Server
    database_pool: int
    concurrency: int
    """Orders that are printed at once."""
    work_s: float
    retry_after_s: float
    max_deliveries: int
    dead_letter: bool


class Worker(Service[WorkerConfig]):
    """One consumer of the group. It is healthy while its loop turns, however many orders wait."""

    name = "worker"
    settings = WorkerConfig

    def __init__(self) -> None:
        super().__init__()
        self.db = Database(self.config.value.database, self.spans, self.log)
        self.queue = redis.Redis.from_url(
            os.environ["QUEUE_URL"], decode_responses=True, socket_timeout=5.0, socket_connect_timeout=1.0
        )
        self.consumer = f"worker-{os.environ.get('REPLICA', os.getpid())}"
        self._stopping = asyncio.Event()
        self._turned = time.monotonic()
        self._looked_back = 0.0

    def routes(self) -> Sequence[Route]:
        return []

    def probes(self) -> Mapping[str, Probe]:
        return {"loop": self._turns}

    async def _turns(self) -> None:
        if time.monotonic() - self._turned > _HEALTHY_WITHIN_S:
            raise TimeoutError("the loop stands still")

    async def _consume(self) -> None:
        """Until told to stop: new messages first, then, now and then, those that were left."""
        joined = False
        while not self._stopping.is_set():
            try:
                if not joined:
                    await self._join()
                    joined = True
                await self._handle_all(await self._fresh())
                if time.monotonic() - self._looked_back > _LOOK_BACK_EVERY_S:
                    self._looked_back = time.monotonic()
                    await self._look_back()
                self._turned = time.monotonic()
            except redis.RedisError as error:
                # A queue that was emptied has lost the group, too.
                joined = False
                self.log.error("queue unreachable", extra={"fields": {"error": str(error)}})
                await asyncio.sleep(0.5)

    async def _join(self) -> None:
        try:
            await self.queue.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except redis.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def _fresh(self) -> list[Message]:
        count = self.config.value.concurrency
        answer: Any = await self.queue.xreadgroup(
            GROUP, self.consumer, {STREAM: ">"}, count=count, block=int(1000 * _BLOCK_S)
        )
        streams = answer.items() if isinstance(answer, dict) else answer or []
        return [message for _, messages in streams for message in _flat(messages)]

    async def _look_back(self) -> None:
        """Retry or bury what was handed out and never finished, by whomever."""
        config = self.config.value
        pending: Any = await self.queue.xpending_range(STREAM, GROUP, min="-", max="+", count=100)
        retry = []
        for entry in pending:
            match verdict(
                deliveries=entry["times_delivered"], idle_s=entry["time_since_delivered"] / 1e3,
                max_deliveries=config.max_deliveries, retry_after_s=config.retry_after_s,
                dead_letter=config.dead_letter,
            ):  # fmt: skip
                case "retry":
                    retry.append(entry["message_id"])
                case "bury":
                    await self._bury(entry["message_id"], entry["times_delivered"])
        if retry:
            claimed: Any = await self.queue.xclaim(
                STREAM, GROUP, self.consumer, int(1e3 * config.retry_after_s), retry[: config.concurrency]
            )
            await self._handle_all(_flat(claimed))

    async def _bury(self, message_id: str, deliveries: int) -> None:
        found: Any = await self.queue.xrange(STREAM, message_id, message_id)
        async with self.queue.pipeline() as pipeline:
            for _, fields in _flat(found):
                grave: dict[Any, Any] = {**fields, "from": message_id, "deliveries": deliveries}
                pipeline.xadd(DEAD, grave)
            pipeline.xack(STREAM, GROUP, message_id)
            pipeline.xdel(STREAM, message_id)
            await pipeline.execute()
        HANDLED.labels("buried").inc()
        self.log.error("order buried", extra={"fields": {"message": message_id, "deliveries": deliveries}})

    async def _handle_all(self, messages: Sequence[Message]) -> None:
        await asyncio.gather(*(self._handle(message_id, fields) for message_id, fields in messages))

    async def _handle(self, message_id: str, fields: Mapping[str, str]) -> None:
        with self.spans.span("fulfil order", SpanKind.CONSUMER, carried(fields)):
            known = {"message": message_id, "order": fields.get("order")}
            try:
                await self._fulfil(int(fields["order"]))
            except (LookupError, ValueError, *_DOWN) as error:
                HANDLED.labels("failed").inc()
                text = f"{type(error).__name__}: {error}"
                self.log.error("order not fulfilled", extra={"fields": {**known, "error": text}})
                return
            async with self.queue.pipeline() as pipeline:
                pipeline.xack(STREAM, GROUP, message_id)
                pipeline.xdel(STREAM, message_id)
                await pipeline.execute()
            HANDLED.labels("fulfilled").inc()
            AGE.observe(max(0.0, time.time() - int(message_id.partition("-")[0]) / 1e3))
            self.log.info("order fulfilled", extra={"fields": known})

    async def _fulfil(self, order: int) -> None:
        """Print it and say so. Doing it twice does no harm.

        Raises:
            LookupError: there is no such order, or it is not paid.
        """
        await asyncio.sleep(self.config.value.work_s)
        done = await self.db.value(
            """UPDATE orders SET status = 'fulfilled', fulfilled_at = coalesce(fulfilled_at, now())
               WHERE id = $1 AND status IN ('paid', 'fulfilled') RETURNING id""",
            order,
        )
        if done is None:
            raise LookupError(f"there is no paid order {order}")

    async def reconfigured(self) -> None:
        await self.db.follow(self.config.value.database, self.config.value.database_pool)

    @contextlib.asynccontextmanager
    async def resources(self) -> AsyncIterator[None]:
        await self.db.open(self.config.value.database_pool)
        self.background(Readings(self.db, self.queue, self.log).follow())
        consuming = asyncio.create_task(self._consume())
        yield
        # What was begun is finished; the rest stays in the stream for the next one.
        self._stopping.set()
        await consuming
        await self.queue.aclose()
        await self.db.close()


def _flat(messages: Any) -> list[Message]:
    """A stream's messages, whichever of its protocols the client speaks; deleted ones are left out."""
    flat: list[Message] = []
    for message in messages:
        if isinstance(message, (list, tuple)) and message and isinstance(message[0], (list, tuple)):
            flat.extend(_flat(message))
        elif message and message[0] is not None and message[1] is not None:
            flat.append((message[0], dict(message[1])))
    return flat


if __name__ == "__main__":
    Worker().run()
