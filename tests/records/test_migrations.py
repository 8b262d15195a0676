"""A store of an older version is brought up to date with what is in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

import gameday.records
from gameday.records.bridge import SealedDrill, comparable
from gameday.records.database import Database
from gameday.records.schedule import Schedule
from gameday.records.store import Records
from gameday.records.tables import REVISIONS, drills, metadata
from scoring.comparison import AiTrace, pair_up
from tests.records.runs import past_run, write_run
from tests.team.test_schedule import FIRST, PLAN, SECOND, assigned

MIGRATIONS = Path(gameday.records.__file__).parent / "migrations"


def step(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def old_store(url: str, folder: Path, version: str = "0001") -> None:
    """A store as an older version left it, with a drill whose folder is there and one whose is gone."""
    database = Database(url)
    records = Records(database)
    records.ingest(write_run(folder))
    records.add(past_run(2, simulated=True))
    step(database, version)
    with database.reading() as connection:
        tables = set(sa.inspect(connection).get_table_names())
    assert ("looks" in tables, "plans" in tables) == (version >= "0003", version >= "0004")
    database.close()


@pytest.mark.parametrize("version", REVISIONS[:-1])
def test_a_store_of_any_older_version_is_read_on(url: str, tmp_path: Path, version: str) -> None:
    """Its drills are there, outside any plan, with the figures that they had."""
    old_store(url, tmp_path / "run-1", version)
    database = Database(url)
    with database.reading() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == REVISIONS[-1]
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    by_run = {rep.run: rep for rep in comparable(Records(database))}
    assert set(by_run) == {"run-1", "run-2"}
    assert (by_run["run-2"].time_to_mitigate_s, by_run["run-2"].block) == (202.0, None)
    assert by_run["run-2"].trace == AiTrace()
    assert pair_up(by_run.values()).excluded == {"outside a plan": 2}
    database.close()


@pytest.mark.parametrize("version", REVISIONS[:-1])
def test_a_store_of_any_older_version_takes_a_plan(url: str, tmp_path: Path, version: str) -> None:
    """Which seals the first drill of a pair, and makes a pair of both."""
    old_store(url, tmp_path / "run-1", version)
    database = Database(url)
    records, schedule = Records(database), Schedule(database)
    first, second = replace(FIRST, variant="not-met"), replace(SECOND, variant="neither")
    schedule.add(PLAN, (first, second))
    told: list[SealedDrill] = []
    records.add(past_run(3, simulated=True, variant=first.variant, mode="advise", assignment=assigned(first)))
    assert pair_up(comparable(records, on_sealed=told.append)).pairs == ()
    assert [drill.ai for drill in told] == [True]
    records.add(past_run(4, simulated=True, variant=second.variant, assignment=assigned(second)))
    assert [pair.block for pair in pair_up(comparable(records)).pairs] == [first.block]
    assert schedule.next_of("ada") is None
    database.close()


def test_what_only_the_journal_knows_is_read_from_its_folder(url: str, tmp_path: Path) -> None:
    """A drill whose folder is there is taken in again, once; the other stays as it is."""
    folder = tmp_path / "run-1"
    old_store(url, folder)
    database = Database(url)
    records = Records(database)
    assert records.known_runs() == frozenset()
    assert (records.ingest(folder), records.ingest(folder)) == ("updated", "unchanged")
    assert records.known_runs() == {"run-1"}
    (graded,) = [rep for rep in comparable(records) if rep.run == "run-1"]
    assert graded.trace.table.wrong_left == 1
    with database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(drills)) == 2
    database.close()
