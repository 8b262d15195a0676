"""A trainer is killed with -9 in each phase; its drill is taken up, closed or swept: on a real company."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.drills.playing import Gameday

pytestmark = [pytest.mark.process, pytest.mark.timeout(400)]

DRILL = ("drill", "cache-loss/maxmemory", "--headless", "--seed", "4", "--runtime", "process")


@pytest.fixture(autouse=True)
def only_processes(gameday: Gameday) -> None:
    gameday.without_docker()


MEND = """
- wait: {for: page, within: 90}
- ops: redis cache CONFIG SET maxmemory 256mb
- ops: config set edge routes.upload.retries 0
- ops: limit /upload 6
- wait: 20
- ops: limit /upload off
- wait: {for: mitigated, within: 150}
"""
DIAGNOSE = """
- diagnose:
    {components: [cache], mechanisms: [cache-eviction], trigger: configuration-push, confidence: 0.9}
"""


def script(folder: Path, name: str, text: str) -> str:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["kind"] for event in events]


def assert_one_story(events: list[dict[str, Any]]) -> None:
    """Numbered without a gap, its clock never goes back, and no second is missing or there twice."""
    assert [event["seq"] for event in events] == list(range(len(events)))
    clocks = [event["mono_ns"] for event in events]
    assert clocks == sorted(clocks)
    seconds = [event["data"]["second"] for event in events if event["kind"] == "sli_measured"]
    assert seconds == list(range(seconds[0], seconds[-1] + 1))
    for once in ("drill_started", "fault_injected", "briefing_given", "drill_ended", "truth_revealed"):
        assert kinds(events).count(once) == 1, once


def test_taken_up_in_every_phase(gameday: Gameday, tmp_path: Path) -> None:
    """One drill, killed again and again: the fault comes once and still bites after each gap, which is on the
    customers' clock; and it is scored like any other."""
    mend = ("resume", "--headless", "--script", script(tmp_path, "mend", MEND))
    gameday.kill_when("phase_changed", DRILL, phase="briefing")
    gameday.kill_when("phase_changed", mend, phase="baseline")
    gameday.kill_when("phase_changed", mend, phase="armed")
    gameday.kill_when("paged", mend)
    gameday.kill_when("mitigated", mend)
    last = gameday.run("resume", "--headless", "--json", "--script", script(tmp_path, "say", DIAGNOSE))
    assert last.code == 0, last.err
    events = gameday.journal()
    assert_one_story(events)
    assert kinds(events).count("resumed") == 5
    assert kinds(events).count("slo_violated") == 1
    assert last.scorecard["mitigated"]
    assert last.scorecard["diagnosis"]["correct"]
    onset = next(event["data"]["onset"] for event in events if event["kind"] == "fault_injected")
    again = next(event["wall"] for event in events if event["kind"] == "resumed" and event["wall"] > onset)
    assert last.scorecard["time_to_mitigate_s"] > again - onset
    (folder,) = (gameday.data / "runs").iterdir()
    assert gameday.run("score", str(folder)).out == (folder / "scorecard.json").read_text(encoding="utf-8")
    refused = gameday.run("resume", str(folder), "--headless")
    assert (refused.code, "has ended" in refused.err) == (2, True)
    gameday.assert_nothing_left()


def test_killed_while_the_company_starts(gameday: Gameday) -> None:
    """There is nothing to go on in: the record is void, half a company is removed."""
    gameday.kill_when("sandbox_progressed", DRILL, service="db", step="ready")
    closed = gameday.run("resume", "--headless")
    assert closed.code == 4
    assert "was still starting. Its record is closed as void" in " ".join(closed.err.split())
    assert [event["data"] for event in gameday.journal()[-2:]] == [{"reason": "void"}, {"phase": "debrief"}]
    gameday.assert_nothing_left()


def test_killed_after_the_end(gameday: Gameday, tmp_path: Path) -> None:
    """The drill was played: its truth is told, its fault taken back, and it is scored."""
    leave = "- wait: page\n- stand_down: enough\n- wait: end\n- wait: 200\n- felt: {seconds: 5}\n"
    gameday.kill_when("reflection_asked", (*DRILL, "--script", script(tmp_path, "leave", leave)))
    told = gameday.run("resume", "--headless", "--json")
    assert told.code == 0, told.err
    assert told.scorecard["stand_down"]["right"] is False
    events = gameday.journal()
    assert kinds(events)[-3:] == ["truth_revealed", "fault_rolled_back", "phase_changed"]
    assert events[-2]["data"]["clean"] is True
    assert "resumed" not in kinds(events)
    gameday.assert_nothing_left()


@pytest.mark.parametrize(
    ("kind", "data"),
    [("phase_changed", {"phase": "armed"}), ("paged", {})],
    ids=["armed", "incident"],
)
def test_what_was_swept_is_void(gameday: Gameday, kind: str, data: dict[str, object]) -> None:
    """The sweep removes the company and who holds its fault at once; then the record can only be closed."""
    gameday.kill_when(kind, DRILL, **data)
    assert gameday.run("sweep").code == 0
    gameday.assert_nothing_left()
    closed = gameday.run("resume", "--headless")
    assert closed.code == 4
    assert "is gone. Its record is closed as void" in " ".join(closed.err.split())
    (past,) = json.loads(gameday.run("history", "--json").out)
    assert (past["void"], past["outcome"]) == (True, "void")
    assert gameday.run("resume", "--headless").code == 2


def test_nobody_takes_up_what_is_being_played(gameday: Gameday) -> None:
    """A trainer that lives keeps its drill."""
    with gameday.start(*DRILL) as program:
        assert program.stderr is not None
        for line in program.stderr:
            if "phase: briefing" in line:
                break
        refused = gameday.run("resume", "--headless")
        assert refused.code == 2
        assert "is still being played" in refused.err
        program.terminate()
        program.communicate(timeout=60)
    gameday.assert_nothing_left()
