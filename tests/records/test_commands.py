"""`gameday history` and `gameday records ingest`, and drills that are recorded when they end."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gameday.cli.records import history
from gameday.cli.records import records as records_command
from gameday.drill.recording import record
from gameday.errors import BadRecords
from gameday.journal.home import runs_home
from gameday.records import database
from gameday.records.card import SCORECARD_FILE
from tests.builders import hint_accepted, stood_down, to_the_page
from tests.records.runs import write_run


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Runs and records of the test's own."""
    monkeypatch.setenv("GAMEDAY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("GAMEDAY_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "160")


def said(command: object, *words: str) -> Result:
    result = CliRunner().invoke(command, words)  # type: ignore[arg-type]
    assert result.exit_code == 0, result.output
    return result


def test_everything_is_taken_in_and_what_is_broken_is_named() -> None:
    """A broken folder between two good ones: both are in, it is named with its reason."""
    runs = runs_home()
    write_run(runs / "1-good", scored=False)
    (write_run(runs / "2-broken") / "manifest.json").unlink()
    write_run(runs / "3-good", stood_down())
    write_run(runs / "4-goes-on", to_the_page(), scored=False)
    result = said(records_command, "ingest")
    assert result.stdout == "2 added, 2 left out\n"
    assert "2-broken/manifest.json does not exist" in result.stderr
    assert "4-goes-on: the drill has not ended" in result.stderr
    assert (runs / "1-good" / SCORECARD_FILE).is_file()
    assert said(records_command, "ingest").stdout == "2 unchanged, 2 left out\n"


def test_folders_can_be_named(tmp_path: Path) -> None:
    """One run, or a folder of runs from elsewhere; one that isn't there is refused."""
    one = write_run(tmp_path / "elsewhere" / "run-1")
    write_run(tmp_path / "elsewhere" / "run-2")
    assert said(records_command, "ingest", str(one)).stdout == "1 added\n"
    assert said(records_command, "ingest", str(one.parent)).stdout == "1 unchanged, 1 added\n"
    missing = CliRunner().invoke(records_command, ["ingest", str(tmp_path / "none")])
    assert "there is no folder" in str(missing.exception)


def test_history_takes_in_what_is_new_and_shows_it() -> None:
    """Newest first, censored times marked, as a table and as JSON."""
    write_run(runs_home() / "run-1")
    write_run(runs_home() / "run-2", hint_accepted())
    shown = said(history).stdout
    assert "KESTREL-7" in shown
    assert "03:00" in shown
    assert "> 20:00" in shown
    rows = json.loads(said(history, "--json", "--limit", "5").stdout)
    assert [row["run"] for row in rows] == ["run-2", "run-1"]
    assert [(row["mitigated"], row["time_to_mitigate_s"]) for row in rows] == [(False, 1200.0), (True, 180.0)]
    assert len(json.loads(said(history, "--json", "--limit", "1").stdout)) == 1


def test_no_history_is_said() -> None:
    """Nothing on standard output, a sentence beside it."""
    result = said(history)
    assert (result.stdout, "no drills yet" in result.stderr) == ("", True)
    assert json.loads(said(history, "--json").stdout) == []


def test_a_drill_that_ends_is_recorded_with_those_before_it() -> None:
    """What an earlier failure left out comes in too."""
    write_run(runs_home() / "run-1")
    assert record(write_run(runs_home() / "run-2", stood_down())) == ""
    assert {row["run"] for row in json.loads(said(history, "--json").stdout)} == {"run-1", "run-2"}


def _lock(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


def _of_a_newer_gameday(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
        other.commit()
    yield


def _damage(path: Path) -> Iterator[None]:
    path.write_bytes(b"no database" * 100)
    yield


@pytest.mark.parametrize(
    ("wrong", "code", "says"),
    [
        pytest.param(_lock, 3, "locked by another program", id="locked"),
        pytest.param(_of_a_newer_gameday, 2, "newer Gameday", id="newer"),
        pytest.param(_damage, 2, "records.db", id="damaged"),
    ],
)
def test_a_store_that_cannot_be_used(
    tmp_path: Path,
    wrong: Callable[[Path], Iterator[None]],
    code: int,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both commands say why in one sentence and an exit code; a drill that ends loses nothing by it."""
    folder = write_run(runs_home() / "run-1")
    said(history)
    monkeypatch.setattr(database, "Database", functools.partial(database.Database, wait_s=0.1))
    with contextmanager(wrong)(tmp_path / "data" / "records.db"):
        for command, words in ((history, ()), (records_command, ("ingest",))):
            refused = CliRunner().invoke(command, words)
            assert isinstance(refused.exception, BadRecords)
            assert (refused.exception.exit_code, refused.stdout) == (code, "")
            assert says in str(refused.exception)
            assert "\n" not in str(refused.exception)
        assert record(folder).startswith("Not in your history yet: ")
    assert (folder / SCORECARD_FILE).is_file()


def test_a_store_that_may_only_be_read_shows_what_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says that the newest drill is not in it; to take that in is refused."""
    write_run(runs_home() / "run-1")
    said(history)
    write_run(runs_home() / "run-2", stood_down())
    store = tmp_path / "data" / "records.db"
    monkeypatch.setenv("GAMEDAY_DATABASE_URL", f"sqlite:///file:{store}?mode=ro&uri=true")
    shown = said(history, "--json")
    assert [row["run"] for row in json.loads(shown.stdout)] == ["run-1"]
    assert "not up to date" in shown.stderr
    assert "may only be read" in shown.stderr
    refused = CliRunner().invoke(records_command, ["ingest"])
    assert isinstance(refused.exception, BadRecords)
    assert refused.exception.exit_code == 2


def test_a_drill_that_cannot_be_recorded_is_not_lost(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The reason is one sentence; the folder stays whole, and the next look takes it in."""
    folder = write_run(runs_home() / "run-1")
    (tmp_path / "data" / "records.db").mkdir()
    trouble = record(folder)
    assert trouble.startswith("Not in your history yet: ")
    assert "cannot be opened" in trouble
    with pytest.raises(BadRecords):
        CliRunner().invoke(history, catch_exceptions=False)
    (tmp_path / "data" / "records.db").rmdir()
    assert [row["run"] for row in json.loads(said(history, "--json").stdout)] == ["run-1"]
