"""Stores of a test's own: SQLite in a folder, and a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gameday.records.database import Database
from gameday.records.people import People
from gameday.records.store import Records
from sandbox.runtime import tools
from tests.records import postgresql


@pytest.fixture(scope="session")
def server() -> Iterator[postgresql.Server]:
    """One PostgreSQL for all tests."""
    if any(tools.find(program) is None for program in tools.POSTGRES):
        pytest.skip("PostgreSQL's programs are not here")
    with postgresql.serving() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/records.db"
    started: postgresql.Server = request.getfixturevalue("server")
    return started.fresh()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()


@pytest.fixture
def records(database: Database) -> Records:
    return Records(database, now=lambda: 1_750_000_000.0)


@pytest.fixture
def people(database: Database) -> People:
    return People(database, now=lambda: 1_750_000_000.0)
