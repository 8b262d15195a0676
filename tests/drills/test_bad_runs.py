"""Run folders with missing or torn files, at the commands that look at a run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gameday.cli import cli
from gameday.errors import GamedayError
from gameday.journal import EVENTS_FILE
from gameday.journal.home import runs_home
from gameday.journal.manifest import MANIFEST_FILE
from tests.builders import hint_rejected
from tests.records.runs import write_run


def _unlink(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _write(name: str, content: bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return write


def _tear_in_the_middle(folder: Path) -> None:
    path = folder / EVENTS_FILE
    lines = path.read_bytes().splitlines(keepends=True)
    lines[40] = lines[40][:30] + b"\n"
    path.write_bytes(b"".join(lines))


def _lose_a_line(folder: Path) -> None:
    path = folder / EVENTS_FILE
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:40], *lines[41:]]))


def _stop_early(folder: Path) -> None:
    path = folder / EVENTS_FILE
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:40]))


def _make_a_folder_of_it(folder: Path) -> None:
    (folder / EVENTS_FILE).unlink()
    (folder / EVENTS_FILE).mkdir()


DAMAGED: dict[str, Callable[[Path], None]] = {
    "no journal": _unlink(EVENTS_FILE),
    "an empty journal": _write(EVENTS_FILE, b""),
    "no text": _write(EVENTS_FILE, b"\x00\xff\n\x00\n"),
    "torn in the middle": _tear_in_the_middle,
    "a line lost": _lose_a_line,
    "stops early": _stop_early,
    "a folder instead": _make_a_folder_of_it,
}
UNREADABLE: dict[str, Callable[[Path], None]] = {
    "no manifest": _unlink(MANIFEST_FILE),
    "half a manifest": _write(MANIFEST_FILE, b'{"schema": 1, "run": "r'),
    "a manifest of another schema": _write(MANIFEST_FILE, b'{"schema": 2}'),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A good run, in the place where runs are kept."""
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("GAMEDAY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("GAMEDAY_DATABASE_URL", raising=False)
    return write_run(runs_home() / "run-1", hint_rejected())


def said(*words: str) -> Result:
    return CliRunner().invoke(cli, words)


def assert_refused(*words: str) -> str:
    """One sentence, and the exit code that the program ends with for it."""
    result = said(*words)
    assert isinstance(result.exception, GamedayError), result.exception
    assert (result.exception.exit_code, result.stdout) == (2, "")
    assert "\n" not in str(result.exception)
    return str(result.exception)


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_journal_is_refused(folder: Path, name: str) -> None:
    """One sentence with the file, exit code 2, by every command that reads it; nothing is written."""
    DAMAGED[name](folder)
    (folder / "scorecard.json").unlink()
    for words in (("score", "run-1"), ("debrief", "last")):
        why = assert_refused(*words)
        assert EVENTS_FILE in why or "cannot be scored" in why
    assert not (folder / "scorecard.json").exists()
    assert (said("history", "--json").exit_code, said("history", "--json").stdout) == (0, "[]\n")
    named = said("records", "ingest")
    assert (named.exit_code, named.stdout) == (0, "1 left out\n")
    assert "left out: " in named.stderr


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_damaged_manifest_is_named(folder: Path, name: str) -> None:
    """A run without one is told from its journal; what can't be read, or needs it, is refused."""
    UNREADABLE[name](folder)
    if name == "no manifest":
        assert said("score", "run-1").exit_code == 0
    else:
        # What is planned to stay sealed stands in the manifest, so one that can't be read shows nothing.
        assert MANIFEST_FILE in assert_refused("score", "run-1")
    assert MANIFEST_FILE in assert_refused("resume", "run-1", "--headless")
    assert MANIFEST_FILE in said("records", "ingest").stderr


@pytest.mark.parametrize("name", [*DAMAGED.keys() - {"stops early"}])
def test_a_damaged_journal_is_not_taken_up(folder: Path, name: str) -> None:
    """It is left as it is."""
    DAMAGED[name](folder)
    before = None if name == "no journal" or (folder / EVENTS_FILE).is_dir() else _content(folder)
    assert_refused("resume", "run-1", "--headless")
    assert before is None or _content(folder) == before


def test_a_run_that_is_not_there(folder: Path) -> None:
    """Neither by name nor as the last of none."""
    for words in (("score", "run-9"), ("debrief", "run-9"), ("resume", "run-9", "--headless")):
        assert "run-9" in assert_refused(*words)
    shutil.rmtree(folder)
    assert_refused("score")
    assert_refused("debrief")
    assert_refused("resume", "--headless")


def _content(folder: Path) -> bytes:
    return (folder / EVENTS_FILE).read_bytes()
