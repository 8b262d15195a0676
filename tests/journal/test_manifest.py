"""The manifest of a run folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gameday.errors import BadJournal
from gameday.journal import Assignment, Manifest, read_manifest, unveil_manifest, write_manifest
from gameday.journal.atomic import write_atomically
from gameday.journal.manifest import MANIFEST_FILE

MANIFEST = Manifest(
    schema=1,
    run="run-1",
    codename="KESTREL-7",
    pack="cache-loss",
    variant="memory-cut",
    mode="advise",
    seed=7,
    runtime="process",
    sandbox_id="sandbox-1",
    created=1_750_000_000.0,
    trainer_pid=4242,
)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """A manifest comes back as it was, from a folder that had to be made."""
    write_manifest(tmp_path / "run", MANIFEST)
    assert read_manifest(tmp_path / "run") == MANIFEST


def test_what_a_plan_assigned_is_read_back(tmp_path: Path) -> None:
    """Block, place, mode, hidden policy and whether chance chose them."""
    planned = Assignment(block="plan-0001", order=1, mode="advise", policy="wrong")
    write_manifest(tmp_path, MANIFEST.model_copy(update={"assignment": planned, "simulated": True}))
    found = read_manifest(tmp_path)
    assert (found.assignment, found.simulated, found.observer) == (planned, True, "")
    assert planned.randomised


def test_a_manifest_of_before_there_were_plans_is_read(tmp_path: Path) -> None:
    """Then nobody assigned it, nobody watched, and somebody played it."""
    lacking = MANIFEST.model_dump_json(by_alias=True, exclude={"assignment", "observer", "simulated"})
    (tmp_path / MANIFEST_FILE).write_text(lacking, encoding="utf-8")
    assert read_manifest(tmp_path) == MANIFEST


def test_while_it_is_played_the_answer_cannot_be_read_in_passing(tmp_path: Path) -> None:
    """Who knows how reads it all the same: lists and a trainer that takes the drill up need it."""
    planned = Assignment(block="plan-0001", order=1, mode="advise", policy="wrong")
    manifest = MANIFEST.model_copy(update={"assignment": planned, "family": "cache"})
    write_manifest(tmp_path, manifest, veiled=True)
    shown = (tmp_path / MANIFEST_FILE).read_text(encoding="utf-8")
    assert "KESTREL-7" in shown
    assert not any(word in shown for word in ("cache", "memory-cut", "wrong", "policy"))
    assert read_manifest(tmp_path) == manifest
    unveil_manifest(tmp_path)
    assert "memory-cut" in (tmp_path / MANIFEST_FILE).read_text(encoding="utf-8")
    assert read_manifest(tmp_path) == manifest


def test_nothing_is_left_beside_it(tmp_path: Path) -> None:
    """The temporary file is gone, and a second writing replaces the first."""
    write_manifest(tmp_path, MANIFEST)
    write_manifest(tmp_path, MANIFEST.model_copy(update={"seed": 8}))
    assert [path.name for path in tmp_path.iterdir()] == [MANIFEST_FILE]
    assert read_manifest(tmp_path).seed == 8


def test_a_writing_that_fails_leaves_what_was(tmp_path: Path) -> None:
    """Text that cannot be encoded changes nothing and leaves no file behind."""
    path = tmp_path / "file"
    path.write_text("before")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "JSON"),
        ("{}", "Field required"),
        (json.dumps(MANIFEST.model_dump(by_alias=True) | {"schema": 2}), "schema: Input should be 1"),
        (json.dumps(MANIFEST.model_dump(by_alias=True) | {"seed": "x"}), "seed: "),
        (
            json.dumps(
                MANIFEST.model_dump(by_alias=True)
                | {"assignment": {"block": "b", "order": 3, "mode": "manual"}}
            ),
            "assignment.order: Input should be 1 or 2",
        ),
        (json.dumps({"veiled": "?"}), "damaged"),
        (json.dumps({"veiled": "WzFd"}), "damaged"),
        ("[]", "valid dictionary"),
    ],
)
def test_a_bad_manifest_is_named(tmp_path: Path, text: str, reason: str) -> None:
    """One sentence names the file, the key and what is wrong with it."""
    (tmp_path / MANIFEST_FILE).write_text(text)
    with pytest.raises(BadJournal) as caught:
        read_manifest(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / MANIFEST_FILE))
    assert reason in str(caught.value)


def test_a_missing_manifest_is_said(tmp_path: Path) -> None:
    """A folder without one gives one sentence."""
    with pytest.raises(BadJournal, match="does not exist"):
        read_manifest(tmp_path)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A path that leads through a file gives one sentence."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BadJournal, match="cannot be written"):
        write_manifest(tmp_path / "file" / "run", MANIFEST)
