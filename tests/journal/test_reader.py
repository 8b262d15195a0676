"""Reading a journal back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gameday.errors import BadJournal
from gameday.journal import EVENTS_FILE, read
from gameday.journal.events import Acknowledged, DrillStarted
from tests.builders import hint_rejected


def envelope(seq: int = 0, **changes: Any) -> str:
    entry = {
        "schema": 1,
        "run": "run-1",
        "seq": seq,
        "mono_ns": 0,
        "wall": 0.0,
        "actor": "engineer",
        "kind": "acknowledged",
        "data": {},
    }
    return json.dumps(entry | changes)


def write(folder: Path, *lines: str, end: str = "\n") -> None:
    (folder / EVENTS_FILE).write_text("\n".join(lines) + end, encoding="utf-8")


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """A whole drill comes back event for event, with its types."""
    drill = hint_rejected()
    drill.write(tmp_path)
    assert read(tmp_path) == drill.recorded()
    assert isinstance(read(tmp_path)[0].event, DrillStarted)


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    """A crash in the middle of a line costs that line only."""
    write(tmp_path, envelope(0), envelope(1)[:40], end="")
    assert [item.event for item in read(tmp_path)] == [Acknowledged()]


def test_a_last_line_that_is_cut_within_a_character_is_left_out(tmp_path: Path) -> None:
    """Half of a UTF-8 sequence is a torn line as well."""
    (tmp_path / EVENTS_FILE).write_bytes(envelope(0).encode() + b'\n{"schema": "\xc3')
    assert len(read(tmp_path)) == 1


def test_a_last_line_that_lacks_only_its_end_is_read(tmp_path: Path) -> None:
    """If all of the entry is there, it happened."""
    write(tmp_path, envelope(0), envelope(1), end="")
    assert len(read(tmp_path)) == 2


def test_a_journal_that_has_just_begun_is_empty(tmp_path: Path) -> None:
    """No event yet is not damage."""
    write(tmp_path, end="")
    assert read(tmp_path) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(envelope(1)[:40], "not a line of JSON", id="torn in the middle"),
        pytest.param("", "not a line of JSON", id="empty"),
        pytest.param("[" * 100_000, "not a line of JSON", id="nested beyond reason"),
        pytest.param("[1]", "not an entry", id="not an object"),
        pytest.param(envelope(1, schema=2), "schema 2 is not known", id="newer schema"),
        pytest.param(envelope(1, schema=True), "schema True is not known", id="schema of another type"),
        pytest.param("{}", "schema None is not known", id="no schema"),
        pytest.param(envelope(1, kind="teleported"), "kind 'teleported' is not known", id="unknown kind"),
        pytest.param(envelope(1, actor="ghost"), "actor", id="unknown actor"),
        pytest.param(envelope(1, extra=1), "extra", id="unknown key"),
        pytest.param(envelope(1, kind="noted"), "text: Field required", id="event lacks a field"),
        pytest.param(envelope(3), "number 3 where 1 was due", id="lines are missing"),
        pytest.param(envelope(1, run="run-2"), "run 'run-2'", id="of another run"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    """One sentence names the file, the line and what is wrong with it."""
    write(tmp_path, envelope(0), line, envelope(2))
    with pytest.raises(BadJournal) as caught:
        read(tmp_path)
    text = str(caught.value)
    assert text.startswith(f"{tmp_path / EVENTS_FILE}, line 2: ")
    assert reason in text
    assert "\n" not in text


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    """A folder that is not there, or not of a run, gives one sentence."""
    with pytest.raises(BadJournal, match=r"nowhere.events\.jsonl does not exist"):
        read(tmp_path / "nowhere")


def test_a_journal_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A folder in the place of the file gives one sentence."""
    (tmp_path / EVENTS_FILE).mkdir()
    with pytest.raises(BadJournal, match="cannot be read"):
        read(tmp_path)
