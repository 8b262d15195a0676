"""The company's Redis cache: quick to give up, and never the reason why a request fails."""

from __future__ import annotations

import json
import logging
from typing import Any

import redis.asyncio as redis
from prometheus_client import Counter

LOOKUPS = Counter("cache_requests_total", "Look-ups in the cache.", ["kind", "result"])


def client(url: str) -> redis.Redis:
    """A connection pool that gives up after half a second."""
    client: redis.Redis = redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
    return client


class Cache:
    """Get and set; an unreachable cache is a miss, and says so."""

    def __init__(self, url: str, log: logging.Logger) -> None:
        self.redis = client(url)
        self._log = log

    async def get(self, key: str) -> bytes | None:
        try:
            found = await self.redis.get(key)
        except redis.RedisError as error:
            self._log.warning("cache unreachable", extra={"fields": {"error": str(error)}})
            return None
        return found if isinstance(found, bytes) else None

    async def set(self, key: str, value: bytes, ttl_s: float | None = None) -> None:
        try:
            await self.redis.set(key, value, px=None if ttl_s is None else max(1, int(1000 * ttl_s)))
        except redis.RedisError as error:
            self._log.warning("result not cached", extra={"fields": {"error": str(error)}})

    async def get_json(self, kind: str, key: str) -> Any:
        """A value under `kind:key`, or None; counted as hit or miss of its kind."""
        found = await self.get(f"{kind}:{key}")
        LOOKUPS.labels(kind, "miss" if found is None else "hit").inc()
        return None if found is None else json.loads(found)

    async def set_json(self, kind: str, key: str, value: Any, ttl_s: float) -> None:
        await self.set(f"{kind}:{key}", json.dumps(value, default=str).encode(), ttl_s)

    async def count(self, key: str, window_s: int) -> int:
        """How often this was called for the key within the window; 0 when the cache is away."""
        try:
            async with self.redis.pipeline() as pipeline:
                pipeline.set(key, 0, ex=window_s, nx=True)
                pipeline.incr(key)
                _, count = await pipeline.execute()
            return int(count)
        except redis.RedisError as error:
            self._log.warning("not counted", extra={"fields": {"error": str(error)}})
            return 0

    async def delete(self, kind: str, key: str) -> None:
        try:
            await self.redis.delete(f"{kind}:{key}")
        except redis.RedisError as error:
            self._log.warning("cache unreachable", extra={"fields": {"error": str(error)}})

    async def close(self) -> None:
        await self.redis.aclose()
