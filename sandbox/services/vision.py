"""The image model: captions a photo within a fixed number of compute slots.

The result is cached under the image's digest and the model's version. What isn't cached takes a slot
for a time that grows with the image; when all slots are taken requests queue, and when the queue is
full they are refused. Compute is time in a slot, not burnt CPU, so that the shop behaves alike on a
laptop and on a server. As in most model servers, work that was begun is finished, even when nobody
waits for it any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .captions import cache_key, describe, megapixels
from .kit.bodies import refusal
from .kit.cache import Cache
from .kit.config import Config
from .kit.serving import Service

CACHE_REQUESTS = Counter("vision_cache_requests_total", "Look-ups of finished results.", ["result"])
SLOTS = Gauge("vision_slots", "Compute slots of this replica.")
BUSY = Gauge("vision_slots_busy", "Compute slots in use.")
QUEUE = Gauge("vision_queue_length", "Requests that wait for a slot.")
INFERENCE = Histogram("vision_inference_seconds", "Time in a slot.", buckets=(0.25, 0.5, 1, 1.5, 2, 3, 5))


@dataclass(frozen=True)
class VisionConfig:
    """`config/vision.yaml`."""

    model_version: str
    slots: int
    """Read at start only: an accelerator doesn't grow while it runs."""
    max_queue: int
    base_s: float
    """Slot time of any image, s."""
    per_megapixel_s: float


class Model:
    """The slots of one replica and the queue before them."""

    def __init__(self, config: Config[VisionConfig]) -> None:
        self._config = config
        self._free = asyncio.Semaphore(config.value.slots)
        self._waiting = 0
        SLOTS.set(config.value.slots)

    @property
    def full(self) -> bool:
        return self._waiting >= self._config.value.max_queue

    async def run(self, image: bytes, digest: str) -> bytes:
        """Wait for a slot and hold it for as long as the image takes."""
        self._waiting += 1
        QUEUE.set(self._waiting)
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
            QUEUE.set(self._waiting)
        config = self._config.value
        BUSY.inc()
        try:
            started = time.perf_counter()
            await asyncio.sleep(config.base_s + config.per_megapixel_s * megapixels(image))
            INFERENCE.observe(time.perf_counter() - started)
            return describe(digest, config.model_version)
        finally:
            BUSY.dec()
            self._free.release()


class Vision(Service[VisionConfig]):
    """The HTTP side. It is healthy as long as it answers: not having free slots is no illness."""

    name = "vision"
    settings = VisionConfig

    def __init__(self) -> None:
        super().__init__()
        self.cache = Cache(os.environ["CACHE_URL"], self.log)
        self.model = Model(self.config)

    def routes(self) -> Sequence[Route]:
        return [Route("/caption", self.caption, methods=["POST"])]

    async def caption(self, request: Request) -> Response:
        image = await request.body()
        try:
            megapixels(image)
        except ValueError:
            return refusal(415, "send a PNG")
        digest = hashlib.sha256(image).hexdigest()
        key = cache_key(digest, self.config.value.model_version)
        found = await self.cache.get(key)
        CACHE_REQUESTS.labels("hit" if found is not None else "miss").inc()
        if found is not None:
            return Response(found, media_type="application/json")
        if self.model.full:
            self.log.error("queue is full", extra={"fields": {"max_queue": self.config.value.max_queue}})
            return refusal(503, "overloaded, try again")
        with self.spans.span("compute"):
            record = await self.model.run(image, digest)
        await self.cache.set(key, record)
        return Response(record, media_type="application/json")

    @contextlib.asynccontextmanager
    async def resources(self) -> AsyncIterator[None]:
        yield
        await self.cache.close()


if __name__ == "__main__":
    Vision().run()
