"""A drill that is stopped, at any moment and by any means, leaves nothing behind."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.drills.playing import Gameday

pytestmark = [pytest.mark.process, pytest.mark.timeout(150)]

DRILL = ("drill", "cache-loss", "--headless", "--seed", "4", "--runtime", "process")


@pytest.fixture(autouse=True)
def only_processes(gameday: Gameday) -> None:
    gameday.without_docker()


@pytest.mark.parametrize("moment", ["phase: starting", "phase: baseline", "paged:"])
def test_ctrl_c_leaves_nothing(gameday: Gameday, moment: str) -> None:
    """After Ctrl-C the sandbox is gone, the journal is closed, and the exit code says interrupted."""
    ended = gameday.interrupt_at(moment, signal.SIGINT, DRILL)
    assert ended.code == 130, ended.err
    assert "Traceback" not in ended.err
    gameday.assert_nothing_left()
    events = gameday.journal()
    assert [e["data"]["reason"] for e in events if e["kind"] == "drill_ended"] == ["aborted"]


MENDED = """
- wait: {for: page, within: 90}
- ops: redis cache CONFIG SET maxmemory 256mb
- ops: config set edge routes.upload.retries 0
- ops: limit /upload 6
- wait: 20
- ops: limit /upload off
- wait: {for: mitigated, within: 150}
"""
LEFT = "- wait: page\n- stand_down: enough\n- wait: end\n- wait: 200\n- felt: {seconds: 5}\n"


@pytest.mark.timeout(330)
@pytest.mark.parametrize(
    ("kind", "data", "script", "reasons"),
    [
        pytest.param("briefing_given", {}, "", ["aborted"], id="briefing"),
        pytest.param("phase_changed", {"phase": "armed"}, "", ["aborted"], id="armed"),
        pytest.param("fault_injected", {}, "", ["aborted"], id="onset"),
        pytest.param("mitigated", {}, MENDED, ["aborted"], id="mitigated"),
        pytest.param("reflection_asked", {}, LEFT, ["stood_down"], id="asked how it felt"),
    ],
)
def test_ctrl_c_in_each_phase_leaves_nothing(
    gameday: Gameday,
    tmp_path: Path,
    kind: str,
    data: dict[str, object],
    script: str,
    reasons: list[str],
) -> None:
    """Also in those that the narration doesn't tell; who has ended a drill has ended it."""
    path = tmp_path / "script.yaml"
    path.write_text(script or "[]", encoding="utf-8")
    code = gameday.signal_when(signal.SIGINT, kind, (*DRILL, "--script", str(path)), **data)
    assert code == 130
    gameday.assert_nothing_left()
    events = gameday.journal()
    assert [e["data"]["reason"] for e in events if e["kind"] == "drill_ended"] == reasons
    assert events[-1]["data"] == {"phase": "debrief"}
    assert gameday.run("resume", "--headless").code == 2


def test_sigterm_is_as_good_as_ctrl_c(gameday: Gameday) -> None:
    """A drill that is told to end, ends the same way."""
    ended = gameday.interrupt_at("phase: briefing", signal.SIGTERM, DRILL)
    assert ended.code == 130, ended.err
    gameday.assert_nothing_left()


def test_a_killed_trainer_is_swept(gameday: Gameday) -> None:
    """After `kill -9` the company still runs; the sweep removes it, and a second one finds nothing."""
    gameday.interrupt_at("paged:", signal.SIGKILL, DRILL)
    assert gameday.processes() != []
    assert gameday.sandboxes() != set()
    swept = gameday.run("sweep")
    assert swept.code == 0
    assert gameday.sandboxes() == set()
    gameday.assert_nothing_left()
    assert gameday.run("sweep").code == 0


def test_a_sweep_leaves_a_living_drill_alone(gameday: Gameday) -> None:
    """What somebody is playing is not swept."""
    with gameday.start(*DRILL) as program:
        assert program.stderr is not None
        for line in program.stderr:
            if "phase: baseline" in line:
                break
        assert gameday.run("sweep").code == 0
        assert len(gameday.sandboxes()) == 1
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=60)
    gameday.assert_nothing_left()


def test_closing_the_terminal_leaves_nothing(gameday: Gameday) -> None:
    """The war room in a real terminal that is closed: the sandbox goes, the journal says aborted."""
    leader, follower = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "gameday", "drill", "--seed", "4", "--runtime", "process"],
        env={**gameday.environment, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "36"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    with program:
        drawn = read_until(leader, b"ready when you are", within_s=60)
        assert b"MANUAL" in drawn
        assert gameday.processes() != []
        os.close(leader)
        program.send_signal(signal.SIGHUP)
        program.wait(timeout=30)
    gameday.assert_nothing_left()
    reasons = [e["data"]["reason"] for e in gameday.journal() if e["kind"] == "drill_ended"]
    assert reasons == ["aborted"]


def read_until(terminal: int, words: bytes, within_s: float) -> bytes:
    """What a terminal shows, up to and with these words."""
    seen = b""
    deadline = time.monotonic() + within_s
    while words not in seen:
        assert time.monotonic() < deadline, f"it never showed {words!r}: {seen[-2000:]!r}"
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 65_536)
    return seen
