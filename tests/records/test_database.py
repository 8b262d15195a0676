"""Opening the store: its tables, and everything that can be wrong with it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import gameday.records
from gameday.errors import BadRecords, NoRecords
from gameday.records.database import Database, database_url
from gameday.records.store import Records
from gameday.records.tables import REVISIONS, metadata
from tests.records.postgresql import Server
from tests.records.runs import past_run

MIGRATIONS = Path(gameday.records.__file__).parent / "migrations"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A store with many drills, closed."""
    path = tmp_path / "records.db"
    database = Database(f"sqlite:///{path}")
    Records(database).add_many(past_run(number) for number in range(500))
    database.close()
    return path


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    """Nothing is left to change between the newest migration and the tables in the code."""
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_migration_is_known_by_name() -> None:
    """The list that opening looks at is that of the files."""
    steps = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert tuple(step.revision for step in steps)[::-1] == REVISIONS


def test_a_migration_can_be_taken_back(database: Database) -> None:
    """Down to nothing and up again."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert set(sa.inspect(connection).get_table_names()) == {"alembic_version"}
        command.upgrade(config, "head")
    assert Records(database).history() == []


def test_an_older_store_is_brought_up_to_date(url: str, database: Database) -> None:
    """Its drills stay as they are; what it did not know of them is left open."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    Records(database).add(past_run(1))
    before = Records(database).history()
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    opened = Database(url)
    try:
        assert Records(opened).history() == before
        assert before[0].no_fault is None
    finally:
        opened.close()


def test_opening_again_needs_no_alembic(file: Path) -> None:
    """A store that is up to date opens without the migration machinery."""
    code = (
        "import sys; from gameday.records.database import Database;"
        f"Database('sqlite:///{file}').close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


@pytest.mark.parametrize("module", ["cli", "cli.drill", "cli.play", "cli.records"])
def test_the_start_imports_no_database(module: str) -> None:
    """Neither help nor the way into a drill waits for SQLAlchemy."""
    code = f"import sys, gameday.{module}; sys.exit(bool({{'sqlalchemy', 'alembic'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_the_store_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A URL first, else the data folder."""
    monkeypatch.delenv("GAMEDAY_DATABASE_URL", raising=False)
    monkeypatch.setenv("GAMEDAY_DATA", str(tmp_path))
    assert database_url() == f"sqlite:///{tmp_path}/records.db"
    monkeypatch.setenv("GAMEDAY_DATABASE_URL", "postgresql://db/gameday")
    assert database_url() == "postgresql://db/gameday"


def test_a_newer_store_is_left_alone(url: str, database: Database) -> None:
    """Its version is named, and what to do; nothing in it changes."""
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadRecords, match=r"newer Gameday.*9999.*upgrade") as refused:
        Database(url)
    assert refused.value.exit_code == 2


def test_a_locked_store_is_said(file: Path) -> None:
    """Somebody else is writing; reading a row or two would still do, writing waits and then says so."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(NoRecords, match="locked by another program") as refused:
            Database(f"sqlite:///{file}", wait_s=0.1)
        assert refused.value.exit_code == 3
    Database(f"sqlite:///{file}").close()


def test_a_store_that_may_only_be_read_can_be_read(file: Path) -> None:
    """Looking back works; taking in says why not."""
    database = Database(f"sqlite:///file:{file}?mode=ro&uri=true")
    records = Records(database)
    assert len(records.history(10)) == 10
    with pytest.raises(BadRecords, match="may only be read") as refused:
        records.add(past_run(1000))
    database.close()
    assert refused.value.exit_code == 2


def test_what_is_no_database_is_said(file: Path) -> None:
    """A file of something else, as after a bad copy."""
    file.write_text("hello" * 1000, encoding="utf-8")
    with pytest.raises(BadRecords, match="is no database; move it away"):
        Database(f"sqlite:///{file}")


def test_a_torn_store_is_said(file: Path) -> None:
    """Half of the file is missing: a sentence, when it is opened or when it is read."""
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(BadRecords, match="is damaged; move it away"):
        _read_all(file)


def _read_all(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    try:
        list(Records(database).reps())
    finally:
        database.close()


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    """Neither a folder nor a path through a file can be a store."""
    (tmp_path / "records.db").mkdir()
    with pytest.raises(BadRecords, match="cannot be opened"):
        Database(f"sqlite:///{tmp_path}/records.db")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(BadRecords, match="cannot be made"):
        Database(f"sqlite:///{tmp_path}/file/records.db")


@pytest.mark.parametrize(
    ("url", "says", "code"),
    [
        ("nonsense", "not the URL of a database", 2),
        ("mysql://host/name", "not supported", 2),
        ("oracle+none://host/name", "not supported", 2),
        ("postgresql://nobody:secret@127.0.0.1:1/none", "does not answer", 3),
    ],
)
def test_a_bad_url_is_said(url: str, says: str, code: int) -> None:
    """In one sentence, and no password is in it."""
    with pytest.raises(BadRecords, match=says) as refused:
        Database(url, wait_s=2)
    assert refused.value.exit_code == code
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_postgresql_locked_by_another_is_said(server: Server) -> None:
    """A writer waits for the one before it, but not for ever."""
    url = server.fresh()
    first, second = Database(url), Database(url, wait_s=0.1)
    with first.writing(), pytest.raises(NoRecords, match="locked by another program"):
        Records(second).add(past_run(1))
    Records(second).add(past_run(1))
    first.close()
    second.close()


def test_postgresql_without_the_right_is_said(server: Server) -> None:
    """A user that may not make tables, and one that may only read."""
    server.sql("CREATE ROLE guest LOGIN")
    name = server.fresh().split("?")[0].rpartition("/")[2]
    with pytest.raises(BadRecords, match="refuses this user"):
        Database(server.url(name, "guest"))
    Database(server.url(name)).close()
    server.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest", name)
    database = Database(server.url(name, "guest"))
    assert Records(database).history() == []
    with pytest.raises(BadRecords, match="refuses this user"):
        Records(database).add(past_run(1))
    database.close()
    server.sql("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM guest; DROP ROLE guest", name)
