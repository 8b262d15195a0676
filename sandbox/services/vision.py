"""The image model: captions a photo within a fixed number of compute slots.

The result is cached under the image's digest and the model's version. What isn't cached takes a slot
for a time that grows with the image; when all slots are taken requests queue, and when the queue is
full they are refused. Compute is time in a slot, not burnt CPU, so that the shop behaves alike on a
laptop and on a server. As in most model servers, work that was begun is finished, even when nobody
waits for it any more.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import os
import random
import struct
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import redis.asyncio as redis
from prometheus_client import Counter, Gauge, Histogram
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import kit

CACHE_REQUESTS = Counter("vision_cache_requests_total", "Look-ups of finished results.", ["result"])
SLOTS = Gauge("vision_slots", "Compute slots of this replica.")
BUSY = Gauge("vision_slots_busy", "Compute slots in use.")
QUEUE = Gauge("vision_queue_length", "Requests that wait for a slot.")
INFERENCE = Histogram("vision_inference_seconds", "Time in a slot.", buckets=(0.25, 0.5, 1, 1.5, 2, 3, 5))

_PNG = b"\x89PNG\r\n\x1a\n"
_NOUNS = ("harbour", "orchard", "staircase", "bicycle", "picnic", "lighthouse", "kitchen", "meadow")
_MOODS = ("at dusk", "in spring", "under snow", "with friends", "after rain", "in the morning")


@dataclass(frozen=True)
class VisionConfig:
    """`config/vision.yaml`."""

    model_version: str
    slots: int
    max_queue: int
    base_s: float
    """Slot time of any image, s."""
    per_megapixel_s: float

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> VisionConfig:
        return cls(
            model_version=str(document["model_version"]),
            slots=int(document["slots"]),
            max_queue=int(document["max_queue"]),
            base_s=float(document["base_s"]),
            per_megapixel_s=float(document["per_megapixel_s"]),
        )


def megapixels(image: bytes) -> float:
    """Size of a PNG from its header.

    Raises:
        ValueError: the bytes are not a PNG.
    """
    if len(image) < 24 or not image.startswith(_PNG):
        raise ValueError("not a PNG")
    width, height = struct.unpack(">II", image[16:24])
    return float(width * height) / 1e6


def cache_key(digest: str, model_version: str) -> str:
    return f"vision:{model_version}:{digest}"


def describe(digest: str, model_version: str) -> bytes:
    """What the model says about an image: caption, labels and its embedding, as JSON."""
    draw = random.Random(f"{model_version}:{digest}")
    noun, mood = draw.choice(_NOUNS), draw.choice(_MOODS)
    embedding = base64.b64encode(draw.randbytes(61_440)).decode("ascii")
    record = {"caption": f"{noun} {mood}", "labels": [noun], "model": model_version, "embedding": embedding}
    return json.dumps(record).encode()


class Model:
    """The slots of one replica and the queue before them."""

    def __init__(self, config: kit.Config[VisionConfig]) -> None:
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


class Vision:
    """The HTTP side."""

    def __init__(self) -> None:
        self.log = kit.logger("vision")
        self.config = kit.Config(kit.etc("vision.yaml"), VisionConfig.parse, self.log)
        self.cache = redis.from_url(os.environ["CACHE_URL"], socket_timeout=0.5, socket_connect_timeout=0.5)
        self.model = Model(self.config)

    async def caption(self, request: Request) -> Response:
        image = await request.body()
        try:
            megapixels(image)
        except ValueError:
            return JSONResponse({"error": "send a PNG"}, status_code=415)
        digest = hashlib.sha256(image).hexdigest()
        key = cache_key(digest, self.config.value.model_version)
        found = await self._look_up(key)
        if found is not None:
            return Response(found, media_type="application/json")
        if self.model.full:
            self.log.error("queue is full", extra={"fields": {"max_queue": self.config.value.max_queue}})
            return JSONResponse({"error": "overloaded, try again"}, status_code=503)
        record = await self.model.run(image, digest)
        await self._keep(key, record)
        return Response(record, media_type="application/json")

    async def _look_up(self, key: str) -> bytes | None:
        try:
            answer = await self.cache.get(key)
            found = answer if isinstance(answer, bytes) else None
        except redis.RedisError as error:
            self.log.warning("cache unreachable", extra={"fields": {"error": str(error)}})
            found = None
        CACHE_REQUESTS.labels("hit" if found is not None else "miss").inc()
        return found

    async def _keep(self, key: str, record: bytes) -> None:
        try:
            await self.cache.set(key, record)
        except redis.RedisError as error:
            self.log.warning("result not cached", extra={"fields": {"error": str(error)}})

    async def healthy(self, _: Request) -> Response:
        return JSONResponse({"status": "ok", "model": self.config.value.model_version})

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        follower = asyncio.create_task(self.config.follow())
        yield
        follower.cancel()
        await self.cache.aclose()

    def run(self) -> None:
        routes = [Route("/caption", self.caption, methods=["POST"]), *kit.common_routes(self.healthy)]
        app = Starlette(routes=routes, lifespan=self.lifespan)
        kit.serve(kit.instrumented(app, self.log, frozenset({"/caption"})), self.log)


if __name__ == "__main__":
    Vision().run()
