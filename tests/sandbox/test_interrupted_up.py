"""Ctrl-C at each stage of `gameday sandbox up` leaves nothing behind, on either runtime."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sandbox.runtime.docker import Engine
from sandbox.runtime.docker_plan import OURS
from sandbox.runtime.docker_runtime import DockerRuntime
from sandbox.stack.model import load_stack
from tests.drills.playing import Gameday
from tests.drills.test_interrupts import read_until
from tests.sandbox.runtimes import Kind, require

pytestmark = pytest.mark.timeout(120)


def _cases(kind: Kind, mark: pytest.MarkDecorator, stages: dict[str, str]) -> list[object]:
    return [pytest.param(kind, sign, marks=mark, id=f"{kind}-{stage}") for stage, sign in stages.items()]


STAGES = {"start": "▸", "wait": "…", "ready": "✓", "repository": "building it"}
"""What the board of what comes up shows first at each stage."""


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        *_cases("process", pytest.mark.process, STAGES),
        *_cases("docker", pytest.mark.docker, {"create": "·", "ready": "✓"}),
    ],
)
def test_ctrl_c_at_each_stage_leaves_nothing(tmp_path: Path, kind: Kind, sign: str) -> None:
    """The exit code says interrupted, and there is no traceback, process, container or folder."""
    require(kind)
    gameday = Gameday(tmp_path)
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "gameday", "sandbox", "up", "--runtime", kind],
        env={**gameday.environment, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=follower,
        start_new_session=True,
    ) as program:
        os.close(follower)
        read_until(leader, sign.encode(), within_s=60)
        program.send_signal(signal.SIGINT)
        said = _rest(leader)
        assert program.wait(30) == 130, said
    os.close(leader)
    assert "Traceback" not in said
    gameday.assert_nothing_left()
    if kind == "docker":
        with Engine() as engine:
            trainers = {each.trainer.partition(" ")[0] for each in engine.containers(OURS)}
        assert str(program.pid) not in trainers


class _AnswersLate:
    """An engine that is asked for a network, and interrupted before it has made it."""

    made = False

    def create_network(self, *_: object) -> None:
        signal.raise_signal(signal.SIGINT)
        threading.Event().wait(0.3)
        self.made = True


def test_a_network_that_is_being_made_is_there_to_be_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the engine would make it after everything was taken away."""
    runtime, engine = DockerRuntime("lumen-abc123"), _AnswersLate()
    monkeypatch.setattr(runtime, "_connected", engine)
    with pytest.raises(KeyboardInterrupt):
        runtime._make_network(load_stack())
    assert engine.made


def _rest(terminal: int) -> str:
    """What a terminal shows until the last program on it has ended."""
    seen = b""
    try:
        while data := os.read(terminal, 65_536):
            seen += data
    except OSError:
        # That is how Linux says that nobody has the other end any more.
        pass
    return seen.decode("utf-8", "replace")
