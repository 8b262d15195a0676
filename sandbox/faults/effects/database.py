"""Sessions at the company's database: a colleague's query, a migration, a batch that takes all it can."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import ClassVar

from sandbox.faults.effects.base import Failed, run, until
from sandbox.runtime.base import Runtime

_CONNECTED_WITHIN_S = 10.0
_REFUSED_WITHIN_S = 0.5
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")

# A client as a colleague's would be: so many connections under one name, each with its statement. It ends
# when the database takes its connections away, so that nothing of it outlives the company.
_CLIENT = """
import asyncio, json, os, sys
import asyncpg

async def session(wanted):
    connection = await asyncpg.connect(
        os.environ["DATABASE_URL"], user=wanted["role"], timeout=10,
        server_settings={"application_name": wanted["name"]})
    try:
        for statement in wanted["statements"]:
            await connection.execute(statement, timeout=None)
        while not connection.is_closed():
            await connection.fetchval("SELECT 1")
            await asyncio.sleep(wanted["every_s"])
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        pass

async def main(wanted):
    await asyncio.gather(*(session(wanted) for _ in range(wanted["connections"])), return_exceptions=True)

asyncio.run(main(json.loads(sys.argv[1])))
"""
_DETACHED = '"$@" >/dev/null 2>&1 </dev/null &'


def sql(runtime: Runtime, statement: str) -> str:
    """What the database answers, without decoration.

    Raises:
        Failed: it refuses.
    """
    words = ["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement]
    return run(runtime, "bastion", words).strip()


def quoted(text: str) -> str:
    """A string as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Sessions:
    """So many sessions under one application name, as `pg_stat_activity` shows it."""

    kind: ClassVar[str] = "sessions"
    lasting: ClassVar[bool] = True
    name: str
    role: str
    connections: int
    statements: tuple[str, ...]
    """What each session runs, one after the other, before it idles; a transaction that is begun stays."""
    service: str
    """On whose machine the client runs; sessions come from its address."""

    @property
    def says(self) -> str:
        return f"{self.connections} sessions of {self.name} at the database"

    def apply(self, runtime: Runtime) -> None:
        if not _NAME.fullmatch(self.name) or not _NAME.fullmatch(self.role):
            raise Failed(f"{self.name!r} and {self.role!r} must be plain lower-case names")
        missing = sql(runtime, f"SELECT 1 FROM pg_roles WHERE rolname = {quoted(self.role)}") != "1"
        if missing:
            raise Failed(f"the database has no role {self.role}")
        wanted = {
            "name": self.name, "role": self.role, "connections": self.connections,
            "statements": list(self.statements), "every_s": 5.0,
        }  # fmt: skip
        client = ["python3", "-c", _CLIENT, json.dumps(wanted)]
        run(runtime, self.service, ["sh", "-c", _DETACHED, "sh", *client])
        if not until(lambda: self._count(runtime) >= self.connections, _CONNECTED_WITHIN_S):
            raise Failed(f"only {self._count(runtime)} of {self.connections} sessions of {self.name} came up")
        # A statement that the database refuses ends its session at once.
        if until(lambda: self._count(runtime) < self.connections, _REFUSED_WITHIN_S):
            raise Failed(f"the sessions of {self.name} ended at once; are its statements right?")

    def _count(self, runtime: Runtime) -> int:
        where = f"application_name = {quoted(self.name)}"
        return int(sql(runtime, f"SELECT count(*) FROM pg_stat_activity WHERE {where}"))

    def undo(self, runtime: Runtime) -> None:
        where = f"application_name = {quoted(self.name)}"
        sql(runtime, f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {where}")

    def present(self, runtime: Runtime) -> bool:
        return self._count(runtime) > 0
