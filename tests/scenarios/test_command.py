"""`gameday scenarios`: what it prints, and what it keeps to itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner

from gameday.cli.scenarios import scenarios
from gameday.journal import Manifest, write_manifest
from sandbox.runtime.base import Capability
from sandbox.world.setting import BUSY
from scenarios.loader import load_pack
from scenarios.model import Need
from scenarios.parts import Load
from scenarios.schema import as_text
from tests.scenarios.packs import a_pack, changed


def _said(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(scenarios, words)
    assert result.exit_code == code, result.output
    return result.stdout


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's drills would be kept."""
    monkeypatch.setenv("GAMEDAY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path / "state"))
    return tmp_path


def test_nothing_is_spoiled_while_a_drill_is_played(data: Path) -> None:
    """Whatever the pack, or the refusal would tell which one it is; once the sandbox is gone it is told."""
    write_manifest(
        data / "data/runs/run-1",
        Manifest(
            run="run-1", codename="KNOT-1", pack="cache-loss", variant="maxmemory", mode="manual", seed=1,
            runtime="process", sandbox_id="lumen-abc", created=1.0, trainer_pid=1,
        ),
    )  # fmt: skip
    sandbox = data / "state/sandboxes/lumen-abc"
    sandbox.mkdir(parents=True)
    for pack in ("cache-loss", "false-alarm"):
        refused = CliRunner().invoke(scenarios, ["show", pack, "--spoil"])
        assert "KNOT-1 is being played" in str(refused.exception)
        assert "capacity" not in refused.output
        _said("show", pack)
    sandbox.rmdir()
    assert "cache-eviction" in _said("show", "cache-loss", "--spoil")


def test_show_spoils_nothing_unless_asked() -> None:
    """Neither the truth, fixes, advice, configuration, title, references, nor the story."""
    case = load_pack("cache-loss").scenario.of("maxmemory")
    secrets = [case.title, *case.truth.mechanisms, *case.truth.chain, "maxmemory", "2mb", "For facilitators"]
    secrets += [case.fixes.accepted[0].id, case.advice.wrong[0].says, case.references[0].url]
    plain, as_json = _said("show", "cache-loss"), _said("show", "cache-loss", "--json")
    for secret in secrets:
        assert secret not in plain
        assert secret not in as_json
    assert "You are on call" in plain
    told = json.loads(_said("show", "cache-loss", "--json", "--spoil"))
    assert told["variants"]["maxmemory"]["truth"]["mechanisms"] == ["cache-eviction"]
    assert "For facilitators" in _said("show", "cache-loss", "--spoil")


def test_list_tells_no_truth() -> None:
    """One row a pack."""
    rows = {row["id"]: row for row in json.loads(_said("list", "--json"))}
    assert set(rows["cache-loss"]) == {
        "id", "family", "severity", "difficulty", "variants", "drafts", "needs"
    }  # fmt: skip
    assert "cache-loss" in _said("list")


def test_new_then_lint(tmp_path: Path) -> None:
    """What `new` writes has nothing to mend; what is then broken is told, and ends with 2."""
    folder = Path(_said("new", "quiet-friday", "--in", str(tmp_path)).strip())
    assert _said("lint", "--strict", str(folder)) == ""
    changed(folder, "scenario.yaml", "family:", "familie:")
    assert "did you mean 'family'?" in _said("lint", str(folder), code=2)
    rows = json.loads(_said("lint", "--json", str(folder), code=2))
    assert rows[0]["level"] == "error"


def test_schema_is_json() -> None:
    """As it is committed."""
    assert _said("schema") == as_text()


@pytest.mark.parametrize(
    "words",
    [
        ["scenarios", "show", "nothing-like-it"],
        ["scenarios", "new", "Not A Slug"],
        ["scenarios", "lint", "./nowhere"],
        ["drill", "--headless", "{pack}"],
    ],
)
def test_bad_input_gets_a_sentence_and_2(tmp_path: Path, words: list[str]) -> None:
    """Never a traceback, and no sandbox is started for it."""
    folder = a_pack(tmp_path)
    changed(folder, "experiment.yaml", "type: python", "type: process")
    words = [word.replace("{pack}", str(folder)) for word in words]
    done = subprocess.run(
        [sys.executable, "-m", "gameday", *words], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_needs_and_profiles_are_those_of_the_sandbox() -> None:
    """Scenarios may not import it, so they have lists of their own."""
    assert get_args(Need) == get_args(Capability)
    assert set(get_args(Load.model_fields["profile"].annotation)) == set(BUSY)
