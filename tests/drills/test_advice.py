"""The AI in whole drills on the real company: what it says where it may, and that it can be away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gameday.journal.reader import read
from gameday.tui.state import RoomState, fold
from tests.drills.playing import DRILL_WITHIN_S, Gameday

pytestmark = [pytest.mark.timeout(DRILL_WITHIN_S + 60), pytest.mark.process]

LISTEN = """
- wait: {for: page, within: 90}
- wait: {for: hint, within: 60}
- wait: {for: hint, within: 60}
- stand_down
"""
LOOK_AROUND = """
- wait: {for: page, within: 90}
- wait: 16
- shell: env | grep -iE 'advis|policy|hint|pattern'
- shell: grep -rIliE 'advisor([^y]|$)|hint_shown|capacity.shortfall' "$HOME"
- shell: ls -RA "$HOME/.." 2>/dev/null | grep -iE 'advis|hint|events.jsonl|scorecard'
- shell: ops help | grep -iE 'advis|hint'
- stand_down
"""


def play(gameday: Gameday, tmp_path: Path, steps: str, *words: str) -> Path:
    """Play a script in `cache-loss`; the run's folder."""
    script = tmp_path / "script.yaml"
    script.write_text(steps, encoding="utf-8")
    ended = gameday.run(
        "drill", "cache-loss/maxmemory", "--headless", "--json", "--script", str(script), "--seed", "4",
        "--runtime", "process", *words,
    )  # fmt: skip
    assert ended.code == 0, ended.err
    (folder,) = (gameday.data / "runs").iterdir()
    gameday.assert_nothing_left()
    return folder


def test_pattern_reads_the_live_company(gameday: Gameday, tmp_path: Path) -> None:
    """First what stands out, then the naive verdict, each with its evidence; the drill is in the history."""
    play(gameday, tmp_path, LISTEN, "--mode", "advise", "--advisor", "pattern", "--as", "ada")
    hints = [event["data"] for event in gameday.journal() if event["kind"] == "hint_shown"]
    observed, concluded = hints[:2]
    assert (observed["hint_kind"], observed["claim"]) == ("observation", None)
    assert concluded["claim"] == {"components": ["vision"], "mechanisms": ["capacity-shortfall"]}
    assert concluded["source"] == "pattern"
    assert all(hint["evidence"] and hint["took_s"] > 0 for hint in hints)
    (past,) = json.loads(gameday.run("history", "--json").out)
    assert (past["engineer"], past["advisor"], past["outcome"]) == ("ada", "pattern", "stood_down")


def test_in_manual_nothing_of_the_advisor_arrives(gameday: Gameday, tmp_path: Path) -> None:
    """Neither in the journal, nor in what the room shows, nor anywhere on the bastion."""
    folder = play(gameday, tmp_path, LOOK_AROUND, "--advisor", "pattern", "--policy", "wrong")
    recorded = read(folder)
    assert {item.entry.actor for item in recorded}.isdisjoint({"advisor"})
    assert not any("hint" in item.entry.kind for item in recorded)
    state = RoomState()
    for item in recorded:
        state = fold(state, item.entry, item.event)
    assert state.hints == ()
    looked = [event["data"] for event in gameday.journal() if event["kind"] == "operated"]
    assert [(each["exit_code"], each["output"]) for each in looked] == [(1, "")] * 4
