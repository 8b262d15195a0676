"""A rehearsal on a real company refuses a pack whose accepted fix does nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import yaml

from scenarios.loader import LIBRARY, read_pack
from scenarios.rehearsal.run import rehearse
from tests.sandbox.runtimes import require


@pytest.mark.process
@pytest.mark.skipif(not os.environ.get("GAMEDAY_REHEARSE"), reason="takes minutes; set GAMEDAY_REHEARSE=1")
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
