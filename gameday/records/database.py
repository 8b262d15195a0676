"""Opens the database that drills are kept in, brings its tables up to date, and says what is wrong with it.

SQLite in the user's data folder, or PostgreSQL by `GAMEDAY_DATABASE_URL`. Whoever writes takes the whole
store for the length of one transaction, so that two processes never see or make half of anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from gameday.errors import BadRecords, NoRecords
from gameday.journal.home import data_home
from gameday.records.tables import REVISIONS

DATABASE_FILE = "records.db"
VARIABLE = "GAMEDAY_DATABASE_URL"
_WAIT_S = 10.0
_OUR_LOCK = 0x6761_6D65_6461_79
"""The key of the advisory lock that writers hold on PostgreSQL."""


def database_url() -> str:
    """Where the store is: `GAMEDAY_DATABASE_URL`, else a file in the user's data folder."""
    return os.environ.get(VARIABLE) or f"sqlite:///{data_home() / DATABASE_FILE}"


class Database:
    """One store, open; its tables are those of this version."""

    def __init__(self, url: str | None = None, *, wait_s: float = _WAIT_S) -> None:
        """Open it, and bring it up to date.

        Args:
            url: in SQLAlchemy's form; `database_url()` if not given.
            wait_s: how long to wait for a server, or for somebody's lock.

        Raises:
            NoRecords: it does not answer, is locked, or its driver is missing.
            BadRecords: it is damaged, read-only, or of a newer Gameday.
        """
        self._url = _parse(url or database_url())
        self.shown = _shown(self._url)
        """The store's place in words, without a password."""
        self._engine = _engine(self._url, wait_s)
        _make_folder(self._url)
        try:
            self._bring_up_to_date()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one moment of the store."""
        with self._told(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction, alone in the store: all of it is kept, or nothing."""
        with self._told(), self._engine.connect() as opened:
            connection = opened.execution_options(gameday_writes=True)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_OUR_LOCK)))
                yield connection

    def _bring_up_to_date(self) -> None:
        with self.reading() as connection:
            if self._is_newest(connection):
                return
        with self.writing() as connection:
            if not self._is_newest(connection):
                migrate(connection)

    def _is_newest(self, connection: sa.Connection) -> bool:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        revision = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        if revision is not None and revision not in REVISIONS:
            raise BadRecords(
                f"{self.shown} was written by a newer Gameday: its tables are at {revision}, and this version"
                f" knows them up to {REVISIONS[-1]}; upgrade Gameday, or set {VARIABLE} to another database"
            )
        return bool(revision == REVISIONS[-1])

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise _sentence(self.shown, error) from error


def migrate(connection: sa.Connection) -> None:
    """Carry out the migrations that are missing, within the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _parse(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise BadRecords(
            f"{VARIABLE} is not the URL of a database, such as postgresql://user@host/name"
        ) from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise BadRecords(f"{VARIABLE}: {url.drivername} is not supported; SQLite and PostgreSQL are")
    return url


def _shown(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.render_as_string(hide_password=True)


def _engine(url: URL, wait_s: float) -> sa.Engine:
    sqlite = url.get_backend_name() == "sqlite"
    arguments: dict[str, object] = (
        {"timeout": wait_s}
        if sqlite
        else {"connect_timeout": max(2, round(wait_s)), "client_encoding": "utf8"}
    )
    try:
        engine = sa.create_engine(url, poolclass=NullPool, connect_args=arguments)
    except ModuleNotFoundError as error:
        raise NoRecords(
            f"{VARIABLE} needs a driver that is not here; get it with: pip install 'gameday[postgresql]'"
        ) from error
    except NoSuchModuleError as error:
        raise BadRecords(f"{VARIABLE}: {url.drivername} is no driver that SQLAlchemy knows") from error
    if sqlite:
        sa.event.listen(engine, "connect", _plain_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        sa.event.listen(engine, "connect", _patient_postgresql(wait_s))
    return engine


def _plain_sqlite(connection: Any, _record: object) -> None:
    """Take the driver's own idea of transactions away, as SQLAlchemy's manual says, and keep references."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("gameday_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _patient_postgresql(wait_s: float) -> Any:
    def set_timeout(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {round(wait_s * 1000)}")
        connection.commit()

    return set_timeout


def _make_folder(url: URL) -> None:
    path = url.database
    if url.get_backend_name() != "sqlite" or not path or path == ":memory:" or path.startswith("file:"):
        return
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadRecords(f"{Path(path).parent} cannot be made: {error.strerror}") from error


_SQLITE_SAYS = {
    "BUSY": (NoRecords, "is locked by another program; try again when that is done"),
    "LOCKED": (NoRecords, "is locked by another program; try again when that is done"),
    "READONLY": (BadRecords, "may only be read; make it writable, or set GAMEDAY_DATABASE_URL to another"),
    "NOTADB": (
        BadRecords,
        "is no database; move it away, and `gameday records ingest` makes it again from your runs",
    ),
    "CORRUPT": (
        BadRecords,
        "is damaged; move it away, and `gameday records ingest` makes it again from your runs",
    ),
    "CANTOPEN": (BadRecords, "cannot be opened; look whether it is a file that you may read and write"),
    "FULL": (BadRecords, "cannot grow; the disk is full"),
}
_POSTGRESQL_SAYS = {
    "55P03": (NoRecords, "is locked by another program; try again when that is done"),
    "25006": (BadRecords, "may only be read; give its user the right to write, or name another"),
    "42501": (BadRecords, "refuses this user; give it the right to make and change tables"),
    "53100": (BadRecords, "cannot grow; its disk is full"),
}


def _sentence(shown: str, error: DBAPIError) -> BadRecords:
    """The driver's error as one sentence."""
    cause = error.orig
    first = (str(cause).strip().splitlines() or ["no word why"])[0]
    code = getattr(cause, "sqlite_errorname", None)
    if code is not None:
        kind, says = _SQLITE_SAYS.get(code.split("_")[1], (BadRecords, f"cannot be used: {first}"))
        return kind(f"{shown} {says}")
    state = getattr(cause, "sqlstate", None)
    if state is None:
        return NoRecords(f"{shown} does not answer: {first}")
    kind, says = _POSTGRESQL_SAYS.get(state, (BadRecords, f"cannot be used: {first}"))
    return kind(f"{shown} {says}")
