"""How the queue and the database are doing, as metrics; neither shows its own."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import Any

import asyncpg
import redis.asyncio as redis
from prometheus_client import Gauge

from .deliveries import DEAD, STREAM
from .kit.database import Database

LENGTH = Gauge("queue_length", "Orders in the stream that are not finished.")
OLDEST = Gauge("queue_oldest_seconds", "Age of the oldest of them.")
DEAD_LETTERS = Gauge("queue_dead_letters", "Orders that were given up.")
CONNECTIONS = Gauge("db_connections", "Connections that the database has open, by state.", ["state"])
CLIENTS = Gauge("db_client_connections", "Connections that the database has open, by client.", ["client"])
CONNECTIONS_MAX = Gauge("db_connections_max", "Connections that the database allows.")
REPLICAS = Gauge("db_replicas", "Replicas that follow the database.")
REPLICATION_LAG = Gauge("db_replication_lag_bytes", "How far the slowest replica is behind.")

_EVERY_S = 1.0

_DATABASE = """
SELECT current_setting('max_connections')::int AS most,
       (SELECT json_object_agg(state, n) FROM (
           SELECT coalesce(state, 'other') AS state, count(*) AS n FROM pg_stat_activity
           WHERE backend_type = 'client backend' GROUP BY 1) AS by_state)::text AS by_state,
       (SELECT json_object_agg(client, n) FROM (
           SELECT coalesce(nullif(application_name, ''), 'other') AS client, count(*) AS n
           FROM pg_stat_activity WHERE backend_type = 'client backend' GROUP BY 1) AS by_client)::text
           AS by_client,
       (SELECT count(*) FROM pg_stat_replication) AS replicas,
       (SELECT coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)), 0)::float
        FROM pg_stat_replication) AS lag
"""


class Readings:
    """Reads both every second, for as long as it may."""

    def __init__(self, db: Database, queue: redis.Redis, log: logging.Logger) -> None:
        self._db = db
        self._queue = queue
        self._log = log

    async def follow(self) -> None:
        while True:
            try:
                await self._read_queue()
                await self._read_database()
            except (OSError, redis.RedisError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                self._log.warning("readings not taken", extra={"fields": {"error": str(error)}})
            await asyncio.sleep(_EVERY_S)

    async def _read_queue(self) -> None:
        LENGTH.set(await self._queue.xlen(STREAM))
        DEAD_LETTERS.set(await self._queue.xlen(DEAD))
        first: Any = await self._queue.xrange(STREAM, count=1)
        begun_ms = int(first[0][0].partition("-")[0]) if first else None
        OLDEST.set(0.0 if begun_ms is None else max(0.0, time.time() - begun_ms / 1e3))

    async def _read_database(self) -> None:
        row = await self._db.row(_DATABASE)
        assert row is not None
        CONNECTIONS_MAX.set(row["most"])
        REPLICAS.set(row["replicas"])
        REPLICATION_LAG.set(row["lag"])
        CONNECTIONS.clear()
        for state, count in json_counts(row["by_state"]).items():
            CONNECTIONS.labels(state).set(count)
        CLIENTS.clear()
        for client, count in json_counts(row["by_client"]).items():
            CLIENTS.labels(client).set(count)


def json_counts(text: str | None) -> dict[str, int]:
    """The counts of a JSON object; none if there is none."""
    return {} if text is None else {str(k): int(v) for k, v in json.loads(text).items()}
