"""Products, prices and stock: read from the database, kept in the cache for a few seconds."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import redis.asyncio as redis
from prometheus_client import Gauge
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .kit.bodies import refusal
from .kit.cache import Cache
from .kit.database import Database, Server
from .kit.serving import Probe, Service

MEMORY = Gauge("cache_memory_bytes", "Memory that the cache uses.")
MEMORY_LIMIT = Gauge("cache_memory_max_bytes", "Memory that the cache may use.")
KEYS = Gauge("cache_keys", "Entries in the cache.")
EVICTED = Gauge("cache_evicted_keys", "Entries that were thrown out for want of memory, since it started.")

_READ_EVERY_S = 1.0
_JITTER = 0.2
"""Entries expire at different times, so that they aren't all read again at once."""


@dataclass(frozen=True)
class CatalogConfig:
    """`config/catalog.yaml`."""

    database: Server
    database_pool: int
    ttl_s: float
    """How long a price or a stock may be old."""
    read_from_replica: bool


class Catalog(Service[CatalogConfig]):
    """The HTTP side, cache-aside."""

    name = "catalog"
    settings = CatalogConfig

    def __init__(self) -> None:
        super().__init__()
        self.cache = Cache(os.environ["CACHE_URL"], self.log)
        self.primary = Database(self.config.value.database, self.spans, self.log)
        self.replica = Database(Server.REPLICA, self.spans, self.log)
        self._replica_open = False

    @property
    def db(self) -> Database:
        """Where reads go now."""
        return self.replica if self.config.value.read_from_replica and self._replica_open else self.primary

    def routes(self) -> Sequence[Route]:
        return [Route("/products", self.products), Route("/products/{product:int}", self.product)]

    def probes(self) -> Mapping[str, Probe]:
        return {"database": lambda: self.db.value("SELECT 1"), "cache": self.cache.redis.ping}

    async def products(self, _: Request) -> Response:
        shelf = await self.cache.get_json("catalog", "products")
        if shelf is None:
            shelf = await self.db.rows(
                "SELECT id, name, price_cents, stock > 0 AS available FROM products ORDER BY id LIMIT 48"
            )
            await self.cache.set_json("catalog", "products", shelf, self._ttl())
        return JSONResponse(shelf)

    async def product(self, request: Request) -> Response:
        number: int = request.path_params["product"]
        found = await self.cache.get_json("catalog", str(number))
        if found is None:
            found = await self.db.row(
                "SELECT id, name, price_cents, stock FROM products WHERE id = $1", number
            )
            if found is None:
                return refusal(404, "there is no such product")
            await self.cache.set_json("catalog", str(number), found, self._ttl())
        return JSONResponse(found)

    def _ttl(self) -> float:
        return self.config.value.ttl_s * random.uniform(1 - _JITTER, 1 + _JITTER)

    async def _read_cache(self) -> None:
        """Show how the cache is doing; it has no metrics of its own."""
        while True:
            try:
                facts = await self.cache.redis.info()
                MEMORY.set(facts["used_memory"])
                MEMORY_LIMIT.set(facts["maxmemory"])
                EVICTED.set(facts["evicted_keys"])
                KEYS.set(facts.get("db0", {}).get("keys", 0))
            except (redis.RedisError, KeyError) as error:
                self.log.warning("cache not read", extra={"fields": {"error": str(error)}})
            await asyncio.sleep(_READ_EVERY_S)

    async def reconfigured(self) -> None:
        await self._reach_replica()
        config = self.config.value
        await self.primary.follow(config.database, config.database_pool)
        if self._replica_open:
            await self.replica.follow(Server.REPLICA, config.database_pool)

    async def _reach_replica(self) -> None:
        if self.config.value.read_from_replica and not self._replica_open:
            await self.replica.open(self.config.value.database_pool)
            self._replica_open = True

    @contextlib.asynccontextmanager
    async def resources(self) -> AsyncIterator[None]:
        await self.primary.open(self.config.value.database_pool)
        await self._reach_replica()
        self.background(self._read_cache())
        yield
        await self.cache.close()
        await self.primary.close()
        if self._replica_open:
            await self.replica.close()


if __name__ == "__main__":
    Catalog().run()
