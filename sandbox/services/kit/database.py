"""A pool of database connections that shows how full it is."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Any

import asyncpg
from prometheus_client import Gauge, Histogram

from .metrics import BUCKETS
from .tracing import SpanKind, Spans

SIZE = Gauge("db_pool_size", "Connections that the pool may open.", ["database"])
OPEN = Gauge("db_pool_open", "Connections that are open.", ["database"])
IN_USE = Gauge("db_pool_in_use", "Connections that a request holds.", ["database"])
WAITING = Gauge("db_pool_waiting", "Requests that wait for a connection.", ["database"])
HELD = Histogram("db_held_seconds", "Time that a request held a connection.", ["database"], buckets=BUCKETS)

_URLS = {"db": "DATABASE_URL", "db-replica": "REPLICA_URL"}
"""Which variable of the environment says where a server is."""

_OPEN_WITHIN_S = 30.0
_ACQUIRE_WITHIN_S = 4.0
_STATEMENT_WITHIN_S = 10.0


class Server(StrEnum):
    """The servers that hold the shop's data; a config names the one that takes its writes."""

    DB = "db"
    REPLICA = "db-replica"


class Database:
    """Connections to one PostgreSQL server at a time."""

    _pool: asyncpg.Pool

    def __init__(self, server: Server, spans: Spans, log: logging.Logger) -> None:
        self._spans = spans
        self._log = log
        self._retiring: set[asyncio.Task[None]] = set()
        self._at(server)

    def _at(self, server: Server) -> None:
        self._name = name = server.value
        SIZE.labels(name).set(0)
        IN_USE.labels(name).set(0)
        WAITING.labels(name).set(0)
        OPEN.labels(name).set_function(self._count_open)

    def _count_open(self) -> float:
        pool = getattr(self, "_pool", None)
        return float(pool.get_size()) if pool is not None else 0.0

    async def open(self, size: int) -> None:
        """Connect, with patience: at start the database may be later than its clients."""
        deadline = time.monotonic() + _OPEN_WITHIN_S
        while True:
            try:
                self._pool = await self._make(size)
                return
            except (OSError, asyncpg.PostgresError):
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.1)

    async def _make(self, size: int, name: str = "") -> asyncpg.Pool:
        pool = await asyncpg.create_pool(
            os.environ[_URLS[name or self._name]], min_size=1, max_size=size, timeout=5.0,
            command_timeout=_STATEMENT_WITHIN_S, max_inactive_connection_lifetime=30.0,
            server_settings={"application_name": self._log.name},
        )  # fmt: skip
        SIZE.labels(name or self._name).set(size)
        return pool

    async def follow(self, server: Server, size: int) -> None:
        """Take a pool at another server or of another size; the old one goes when all is given back."""
        if server == self._name and size == self._pool.get_max_size():
            return
        try:
            fresh = await self._make(size, server.value)
        except (OSError, asyncpg.PostgresError) as error:
            fields = {"database": server.value, "error": str(error) or type(error).__name__}
            self._log.error("pool not changed", extra={"fields": fields})
            return
        task = asyncio.create_task(self._pool.close())
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)
        if server != self._name:
            self._at(server)
            SIZE.labels(self._name).set(size)
            self._log.info("database changed", extra={"fields": {"database": server.value}})
        self._pool = fresh

    async def close(self) -> None:
        self._pool.terminate()

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """A connection of one's own for a while.

        Raises:
            TimeoutError: all were in use for too long.
        """
        name, pool = self._name, self._pool
        waiting, in_use = WAITING.labels(name), IN_USE.labels(name)
        with self._spans.span(f"hold {name}", SpanKind.CLIENT):
            waiting.inc()
            try:
                connection = await pool.acquire(timeout=_ACQUIRE_WITHIN_S)
            except TimeoutError:
                raise TimeoutError(f"no connection to {name} within {_ACQUIRE_WITHIN_S:g} s") from None
            finally:
                waiting.dec()
            in_use.inc()
            started = time.perf_counter()
            try:
                yield connection
            finally:
                HELD.labels(name).observe(time.perf_counter() - started)
                in_use.dec()
                await pool.release(connection)

    async def apart(self) -> asyncpg.Connection:
        """A connection outside the pool, for what belongs to a session; whoever takes it closes it."""
        return await asyncpg.connect(
            os.environ[_URLS[self._name]], timeout=5.0, command_timeout=_STATEMENT_WITHIN_S,
            server_settings={"application_name": self._log.name},
        )  # fmt: skip

    async def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        async with self.connection() as connection:
            return [dict(row) for row in await connection.fetch(statement, *values)]

    async def row(self, statement: str, *values: object) -> dict[str, Any] | None:
        async with self.connection() as connection:
            row = await connection.fetchrow(statement, *values)
            return dict(row) if row is not None else None

    async def value(self, statement: str, *values: object) -> Any:
        async with self.connection() as connection:
            return await connection.fetchval(statement, *values)
