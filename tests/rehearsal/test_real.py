"""Rehearsals on a real company: one variant of each of the three oldest packs is what it says,
and a pack whose accepted fix does nothing is refused.

They take minutes, so they are run on request: `GAMEDAY_REHEARSE=1 pytest tests/rehearsal/test_real.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from scenarios import LIBRARY
from scenarios.loader import read_pack
from scenarios.rehearsal.run import rehearse
from tests.sandbox.runtimes import require

ON_REQUEST = pytest.mark.skipif(
    not os.environ.get("GAMEDAY_REHEARSE"), reason="takes minutes; set GAMEDAY_REHEARSE=1"
)
PACKS = ("cache-loss/maxmemory", "bad-config-push/blank-field", "fraud-spike/uploads")


def _rehearse(name: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gameday", "rehearse", name, "--runtime", "process"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@ON_REQUEST
@pytest.mark.process
@pytest.mark.timeout(1200)
def test_one_variant_of_each_pack_is_what_it_says(tmp_path: Path) -> None:
    """All nine points of each, on three companies side by side."""
    require("process")
    environment = {
        **os.environ, "GAMEDAY_STATE": str(tmp_path / "state"), "GAMEDAY_DATA": str(tmp_path / "data"),
    }  # fmt: skip
    with ThreadPoolExecutor(len(PACKS)) as pool:
        done = list(pool.map(lambda name: _rehearse(name, environment), PACKS))
    assert [each.returncode for each in done] == [0] * len(PACKS), "\n".join(each.stderr for each in done)


@ON_REQUEST
@pytest.mark.process
@pytest.mark.timeout(600)
def test_an_accepted_fix_that_does_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All else is as it should be, up to the fix; and nothing is left."""
    require("process")
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path / "state"))
    folder = tmp_path / "pack"
    shutil.copytree(LIBRARY / "cache-loss", folder)
    path = folder / "scenario.yaml"
    scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
    scenario["variants"] = [each for each in scenario["variants"] if each["id"] == "maxmemory"]
    for part in ("truth", "fixes", "advice", "cast", "expectations", "par"):
        scenario.get(part, {}).pop("per_variant", None)
    scenario["limits"] = {"drill_s": 300, "hold_s": 10}
    scenario["expectations"] = {"quiet_s": 10, "watch_s": 20}
    scenario["fixes"] = {"accepted": [{"id": "look", "steps": ["status"], "within_s": 10}]}
    path.write_text(yaml.safe_dump(scenario), encoding="utf-8")
    told: list[str] = []
    record = rehearse(read_pack(folder), "maxmemory", "process", told.append)
    assert record.failed is not None, told
    assert record.failed.name == "accepted", told
    assert "look served customers again not at all" in record.failed.says
    assert {point.name for point in record.points if point.passed} == {
        "quiet", "bites", "lasts", "tempting", "cheating", "discriminators", "no-leak", "nothing-left"
    }  # fmt: skip
