"""Whole drills of `cache-loss` on the real company, played from scripts.

What is asserted was measured at the customers: nothing here is simulated.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.drills.playing import DRILL_WITHIN_S, Gameday

pytestmark = pytest.mark.timeout(DRILL_WITHIN_S + 60)

ADD_SERVERS = """
- wait: {for: page, within: 90}
- acknowledge
- wait: {for: hint, within: 60}
- accept: {hint: 1}
- believe: {components: [vision], mechanisms: [capacity-shortfall], confidence: 0.9}
- ops: scale vision 4
"""


def test_the_right_fix_brings_customers_back(gameday: Gameday, runtime: str) -> None:
    """The demonstration rejects the wrong hint, restores the cache, sheds load, and is mitigated."""
    ended = gameday.run("demo", "--json", "--runtime", runtime)
    assert ended.code == 0, ended.err
    card = ended.scorecard
    assert card["mitigated"]
    assert 10 < card["time_to_mitigate_s"] < 180
    assert card["time_to_acknowledge_s"] < 60
    assert card["diagnosis"]["score"] == 1.0
    wrong = card["reliance"]["hints"][0]
    assert wrong["right"] is False
    assert wrong["followed"] is False
    (folder,) = (gameday.data / "runs").iterdir()
    assert gameday.run("score", str(folder)).out == (folder / "scorecard.json").read_text(encoding="utf-8")
    assert "contributing" in (folder / "postmortem.md").read_text(encoding="utf-8").lower()
    gameday.assert_nothing_left()


def test_adding_servers_does_not_help(gameday: Gameday, runtime: str, tmp_path: Path) -> None:
    """The tempting fix, as the wrong hint suggests it, leaves customers where they were."""
    script = tmp_path / "tempting.yaml"
    script.write_text(ADD_SERVERS, encoding="utf-8")
    ended = gameday.run(
        "drill", "cache-loss", "--headless", "--json", "--mode", "advise", "--advisor", "scripted",
        "--policy", "wrong", "--script", str(script), "--seed", "4", "--limit", "60", "--runtime", runtime,
    )  # fmt: skip
    assert ended.code == 0, ended.err
    card = ended.scorecard
    assert not card["mitigated"]
    assert card["time_to_mitigate_s"] == 60
    assert card["reliance"]["commission"] == {"k": 1, "n": 1}
    writes = [
        e["data"] for e in gameday.journal() if e["kind"] == "operated" and e["data"]["tier"] == "write"
    ]
    assert [(write["line"], write["exit_code"]) for write in writes] == [("scale vision 4", 0)]
    gameday.assert_nothing_left()


def test_doing_nothing_does_not_heal_it(gameday: Gameday, runtime: str) -> None:
    """Nobody acts: customers stay unserved, the pager rings, and in manual mode no advisor speaks."""
    ended = gameday.run(
        "drill", "cache-loss", "--headless", "--json", "--seed", "4", "--limit", "45", "--runtime", runtime,
    )  # fmt: skip
    assert ended.code == 0, ended.err
    card = ended.scorecard
    assert not card["mitigated"]
    assert card["time_to_acknowledge_s"] is None
    events = gameday.journal()
    assert any(event["kind"] == "paged" for event in events)
    assert any(event["kind"] == "slo_violated" for event in events)
    assert not any("hint" in event["kind"] or event["actor"] == "advisor" for event in events)
    (machine,) = (event["data"] for event in events if event["kind"] == "machine_measured")
    assert (0 < machine["busy"] <= 1, machine["processors"]) == (True, os.cpu_count())
    injected = next(event["data"]["onset"] for event in events if event["kind"] == "fault_injected")
    paged = next(event["wall"] for event in events if event["kind"] == "paged")
    assert 0 < paged - injected < 45
    gameday.assert_nothing_left()


def test_a_run_without_an_end_has_no_score(gameday: Gameday, tmp_path: Path) -> None:
    """A folder with a journal that stops early is refused with one sentence, not a traceback."""
    folder = tmp_path / "run"
    folder.mkdir()
    line = {"schema": 1, "run": "r", "seq": 0, "mono_ns": 0, "wall": 0.0, "actor": "conductor"}
    line |= {"kind": "phase_changed", "data": {"phase": "starting"}}
    (folder / "events.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    ended = gameday.run("score", str(folder))
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert "Traceback" not in ended.err
