"""Who the customers are: sign-up, login, sessions, and what is known about an account's risk.

Sessions live in the database; the cache holds them for a few seconds, so that a blocked account is out
soon and a lost cache costs a look-up, not a login.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
from prometheus_client import Counter, Gauge
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import passwords
from .kit.bodies import given, refusal
from .kit.cache import Cache
from .kit.config import Config
from .kit.database import Database, Server
from .kit.serving import Probe, Service

LOGINS = Counter("accounts_logins_total", "Attempts to log in.", ["result"])
SIGN_UPS = Counter("accounts_signups_total", "Accounts made.")
WAITING = Gauge("accounts_password_queue", "Logins that wait for their password to be checked.")
SESSIONS = Gauge("accounts_sessions", "Sessions that were begun and have not expired.")

_COUNT_EVERY_S = 5.0


@dataclass(frozen=True)
class AccountsConfig:
    """`config/accounts.yaml`."""

    database: Server
    database_pool: int
    session_hours: float
    session_cache_s: float
    """How long a session is believed without asking the database."""
    login_attempts_per_minute: int
    """Of one account; more are refused."""
    password_check_s: float
    """How long one check takes, s. It is slow on purpose."""
    password_checks_at_once: int
    """Of one replica; read at start only."""
    password_queue: int
    """So many wait for their check; more are refused."""


def age_days(created_at: datetime, now: datetime) -> float:
    return round((now - created_at).total_seconds() / 86_400, 3)


class Busy(Exception):
    """Too many wait for a check already."""


class Checks:
    """The password checks of one replica. As at vision, work is time in a slot."""

    def __init__(self, config: Config[AccountsConfig]) -> None:
        self._config = config
        self._free = asyncio.Semaphore(config.value.password_checks_at_once)
        self._waiting = 0

    async def matches(self, password: str, stored: str) -> bool:
        """Whether a password belongs to a stored hash.

        Raises:
            Busy: the queue is full.
        """
        if self._waiting >= self._config.value.password_queue:
            raise Busy
        self._waiting += 1
        WAITING.set(self._waiting)
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
            WAITING.set(self._waiting)
        try:
            await asyncio.sleep(self._config.value.password_check_s)
            return await asyncio.to_thread(passwords.matches, password, stored)
        finally:
            self._free.release()


class Accounts(Service[AccountsConfig]):
    """The HTTP side, its sessions in the cache, its tables in the database."""

    name = "accounts"
    settings = AccountsConfig

    def __init__(self) -> None:
        super().__init__()
        self.cache = Cache(os.environ["CACHE_URL"], self.log)
        self.db = Database(self.config.value.database, self.spans, self.log)
        self.checks = Checks(self.config)

    def routes(self) -> Sequence[Route]:
        return [
            Route("/accounts", self.sign_up, methods=["POST"]),
            Route("/accounts/{account:int}", self.facts),
            Route("/sessions", self.log_in, methods=["POST"]),
            Route("/sessions/current", self.check),
        ]

    def probes(self) -> Mapping[str, Probe]:
        return {"database": lambda: self.db.value("SELECT 1"), "cache": self.cache.redis.ping}

    async def sign_up(self, request: Request) -> Response:
        """Make an account and begin its first session."""
        fields = await given(request, email=str, name=str, password=str)
        stored = await asyncio.to_thread(passwords.hashed, fields["password"])
        try:
            account = await self.db.value(
                "INSERT INTO accounts (email, name, password) VALUES ($1, $2, $3) RETURNING id",
                fields["email"].lower(), fields["name"], stored,
            )  # fmt: skip
        except asyncpg.UniqueViolationError:
            return refusal(409, "this address has an account")
        SIGN_UPS.inc()
        self.log.info("signed up", extra={"fields": {"account": account}})
        return JSONResponse(await self._begin(account), status_code=201)

    async def log_in(self, request: Request) -> Response:
        fields = await given(request, email=str, password=str)
        email = fields["email"].lower()
        if await self.cache.count(f"attempts:{email}", 60) > self.config.value.login_attempts_per_minute:
            LOGINS.labels("throttled").inc()
            return refusal(429, "too many attempts")
        found = await self.db.row("SELECT id, password, blocked FROM accounts WHERE email = $1", email)
        try:
            right = found is not None and await self.checks.matches(fields["password"], found["password"])
        except Busy:
            LOGINS.labels("busy").inc()
            self.log.error("too many logins at once")
            return refusal(503, "overloaded, try again")
        if found is None or not right:
            LOGINS.labels("refused").inc()
            self.log.info("login refused", extra={"fields": {"account": found["id"] if found else None}})
            return refusal(401, "wrong address or password")
        if found["blocked"]:
            LOGINS.labels("blocked").inc()
            return refusal(403, "this account is blocked")
        LOGINS.labels("ok").inc()
        return JSONResponse(await self._begin(found["id"]), status_code=201)

    async def _begin(self, account: int) -> dict[str, Any]:
        token = passwords.new_token()
        await self.db.value(
            """WITH seen AS (UPDATE accounts SET last_seen_at = now() WHERE id = $2)
               INSERT INTO sessions (digest, account_id, expires_at)
               VALUES ($1, $2, now() + make_interval(secs => $3))""",
            passwords.token_digest(token), account, 3600 * self.config.value.session_hours,
        )  # fmt: skip
        return {"account": account, "token": token}

    async def check(self, request: Request) -> Response:
        """Whose session a bearer token is."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if not token:
            return refusal(401, "no session")
        digest = passwords.token_digest(token)
        session = await self.cache.get_json("session", digest)
        if session is None:
            session = await self.db.row(
                """SELECT a.id AS account, a.name, a.created_at::text AS created_at, a.blocked,
                          extract(epoch FROM now() - a.created_at)::float / 86400 AS age_days
                   FROM sessions s JOIN accounts a ON a.id = s.account_id
                   WHERE s.digest = $1 AND s.expires_at > now()""",
                digest,
            )
            if session is None:
                return refusal(401, "no session")
            await self.cache.set_json("session", digest, session, self.config.value.session_cache_s)
        if session["blocked"]:
            return refusal(403, "this account is blocked")
        return JSONResponse(session)

    async def facts(self, request: Request) -> Response:
        """What is known about the risk of one account."""
        facts = await self.db.row(
            """SELECT id AS account, created_at, last_seen_at, blocked,
                      (SELECT count(*) FROM orders WHERE account_id = a.id) AS orders,
                      (SELECT count(*) FROM photos WHERE account_id = a.id) AS photos,
                      (SELECT count(*) FROM photos WHERE account_id = a.id
                         AND created_at > now() - interval '1 minute') AS photos_last_minute,
                      (SELECT count(*) FROM accounts o WHERE o.created_at BETWEEN
                         a.created_at - interval '30 seconds' AND a.created_at + interval '30 seconds')
                         AS created_in_the_same_minute
               FROM accounts a WHERE id = $1""",
            request.path_params["account"],
        )
        if facts is None:
            return refusal(404, "there is no such account")
        facts["age_days"] = age_days(facts["created_at"], datetime.now(UTC))
        return JSONResponse({name: _plain(value) for name, value in facts.items()})

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(_COUNT_EVERY_S)
            try:
                SESSIONS.set(await self.db.value("SELECT count(*) FROM sessions WHERE expires_at > now()"))
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                self.log.warning("sessions not counted", extra={"fields": {"error": str(error)}})

    async def reconfigured(self) -> None:
        await self.db.follow(self.config.value.database, self.config.value.database_pool)

    @contextlib.asynccontextmanager
    async def resources(self) -> AsyncIterator[None]:
        await self.db.open(self.config.value.database_pool)
        self.background(self._count())
        yield
        await self.cache.close()
        await self.db.close()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


if __name__ == "__main__":
    Accounts().run()
