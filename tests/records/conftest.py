"""Stores of a test's own, in either kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gameday.records.database import Database
from gameday.records.people import People
from gameday.records.store import Records


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
