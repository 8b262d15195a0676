"""Which runtime is chosen and why, and what is swept."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sandbox.errors import BadStack, MissingTool, SandboxError
from sandbox.runtime import choose as choosing
from sandbox.runtime import registry, tools
from sandbox.runtime.choose import Swept, all_sandboxes, attach, choose, open_runtime, sweep
from sandbox.runtime.docker import Engine, ensure_image
from sandbox.runtime.docker_plan import project_label
from sandbox.stack import PACKAGE_ROOT
from tests.conftest import SWEEPS_DOCKER
from tests.waiting import wait_until


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state home of the test's own."""
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path / "state"))
    return tmp_path / "state" / "sandboxes"


@pytest.fixture
def no_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no Docker answers."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")


@pytest.fixture
def silent_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Docker that takes calls and never answers."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "silent.sock"))
        listener.listen(16)
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/silent.sock")
        yield


def _say(monkeypatch: pytest.MonkeyPatch, *, docker: str | None, process: dict[str, str]) -> None:
    monkeypatch.setattr(choosing, "docker_problem", lambda: docker)
    monkeypatch.setattr(tools, "missing", lambda: process)


def test_docker_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where both can run, it is Docker."""
    _say(monkeypatch, docker=None, process={})
    assert choose("auto", lambda _: None).kind == "docker"


def test_processes_stand_in_and_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Docker can't run, processes do, and the reason is told."""
    told: list[str] = []
    _say(monkeypatch, docker="no engine", process={})
    choice = choose("auto", told.append)
    assert (choice.kind, "no engine" in choice.why) == ("process", True)
    assert told == ["not Docker: no engine"]


def test_with_neither_both_reasons_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence has both reasons and what mends them."""
    _say(monkeypatch, docker="no engine", process={"envoy": "pip install it"})
    with pytest.raises(MissingTool, match=r"no engine.*envoy.*pip install it") as refused:
        choose("auto", lambda _: None)
    assert refused.value.exit_code == 3


def test_a_wish_is_granted_or_refused_but_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for one runtime doesn't get the other."""
    _say(monkeypatch, docker="no engine", process={})
    assert choose("process", lambda _: None).kind == "process"
    with pytest.raises(MissingTool, match="no engine"):
        choose("docker", lambda _: None)
    _say(monkeypatch, docker=None, process={"envoy": "pip install it"})
    assert choose("docker", lambda _: None).kind == "docker"
    with pytest.raises(MissingTool, match="envoy"):
        choose("process", lambda _: None)
    with pytest.raises(BadStack, match="no runtime called cloud"):
        choose("cloud", lambda _: None)


@pytest.mark.usefixtures("no_docker")
def test_a_dead_daemon_is_one_sentence() -> None:
    """Whatever is asked of Docker, it ends with the exit code of a missing daemon."""
    runtime = open_runtime("docker", registry.new_id())
    for ask in (runtime.status, runtime.down, lambda: runtime.up(lambda _: None)):
        with pytest.raises(MissingTool, match="Docker does not answer") as refused:
            ask()
        assert "\n" not in str(refused.value)
    assert registry.known_ids() == []


@pytest.mark.usefixtures("silent_docker")
def test_a_silent_daemon_is_not_waited_for() -> None:
    """A hung engine counts as absent after some seconds."""
    begun = time.monotonic()
    problem = choosing.docker_problem()
    assert problem is not None
    assert "does not answer" in problem
    assert time.monotonic() - begun < 6


def test_the_sdk_is_not_imported_before_it_is_needed() -> None:
    """Importing it takes longer than most commands."""
    code = "import sys, sandbox.runtime.choose; sys.exit('docker' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE_ROOT.parent)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


@pytest.mark.usefixtures("no_docker")
def test_attaching_to_nothing_is_an_error() -> None:
    """The sentence names the sandbox and how to see what is there."""
    with pytest.raises(SandboxError, match=r"no sandbox lumen-000000.*gameday sandbox list"):
        attach("lumen-000000")


def test_changing_what_was_removed_meanwhile_is_an_error() -> None:
    """Who acts on a sandbox that another terminal has just removed gets a sentence."""
    with (
        pytest.raises(SandboxError, match="lumen-000000 cannot be changed: No such file"),
        registry.locked("lumen-000000"),
    ):
        pass


@pytest.mark.usefixtures("no_docker")
def test_only_what_was_left_behind_is_swept(state: Path) -> None:
    """A sandbox whose trainer runs is listed and left; one whose trainer is gone goes."""
    registry.create("lumen-used", "process")
    left = registry.create("lumen-left", "process")
    left.trainer_born -= 1000
    registry.save(left)
    assert {each.sandbox_id: each.trainer_alive for each in all_sandboxes()} == {
        "lumen-used": True,
        "lumen-left": False,
    }
    assert sweep(lambda _: None).removed == ("lumen-left",)
    assert [path.name for path in state.iterdir()] == ["lumen-used"]


@pytest.mark.usefixtures("no_docker")
def test_a_damaged_sandbox_is_swept_with_its_processes(state: Path) -> None:
    """Where the state can't be read, what stands in the folder is ended; a folder in the making stays."""
    root = state / "lumen-torn" / "root"
    root.mkdir(parents=True)
    (state / "lumen-torn" / "sandbox.json").write_text("{", encoding="utf-8")
    (state / "lumen-young").mkdir()
    with subprocess.Popen(["sleep", "600"], cwd=root) as child:
        os.utime(state / "lumen-torn", (0, 0))
        assert sweep(lambda _: None).removed == ("lumen-torn",)
        child.wait(5)
        assert not psutil.pid_exists(child.pid)
    assert [path.name for path in state.iterdir()] == ["lumen-young"]


@pytest.mark.usefixtures("no_docker")
def test_what_was_started_to_stay_is_swept_on_demand_only(state: Path) -> None:
    """Nobody's company is taken away only because the command that started it has ended."""
    for name, kept in (("lumen-kept", True), ("lumen-left", False)):
        made = registry.create(name, "process", kept=kept)
        made.trainer_born -= 1000
        registry.save(made)
    assert {each.sandbox_id: each.left_behind for each in all_sandboxes()} == {
        "lumen-kept": False, "lumen-left": True,
    }  # fmt: skip
    assert sweep(lambda _: None).removed == ("lumen-left",)
    assert [path.name for path in state.iterdir()] == ["lumen-kept"]
    told: list[str] = []
    assert sweep(told.append, also_kept=True).removed == ("lumen-kept",)
    assert told == ["removing lumen-kept, which was started to stay"]


@pytest.mark.usefixtures("no_docker")
def test_what_can_not_be_swept_is_told_and_left(state: Path) -> None:
    """A sandbox on an engine that is away stays known, so that a later sweep finds it."""
    left = registry.create("lumen-away", "docker")
    left.trainer_born -= 1000
    registry.save(left)
    told: list[str] = []
    assert sweep(told.append) == Swept(removed=(), left=("lumen-away",))
    assert "lumen-away is left: Docker does not answer" in told[-1]
    assert (state / "lumen-away").is_dir()


@SWEEPS_DOCKER
@pytest.mark.docker
@pytest.mark.timeout(300)
def test_a_killed_trainer_is_swept_by_labels_alone(state: Path, tmp_path: Path) -> None:
    """After `kill -9` in the middle of `up`, a sweep without any state folder leaves nothing."""
    try:
        ensure_image(lambda _: None)
    except MissingTool as error:
        pytest.skip(str(error))
    sandbox_id = registry.new_id()
    code = (
        "from sandbox.runtime.choose import open_runtime\n"
        f"open_runtime('docker', {sandbox_id!r}).up(lambda p: print(p.service, p.step, flush=True))"
    )
    elsewhere = {
        **os.environ, "PYTHONPATH": str(PACKAGE_ROOT.parent), "GAMEDAY_STATE": str(tmp_path / "elsewhere"),
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", code], env=elsewhere, stdout=subprocess.PIPE, text=True
    ) as trainer:
        assert trainer.stdout is not None
        for line in trainer.stdout:
            if line == "cache ready\n":
                break
        trainer.kill()
    found = {each.sandbox_id: each for each in all_sandboxes()}
    assert not found[sandbox_id].trainer_alive
    assert sandbox_id in sweep(lambda _: None).removed

    def gone() -> bool:
        with Engine() as engine:
            label = project_label(sandbox_id)
            return not (engine.containers(label) + engine.networks(label))

    wait_until(gone, 5)
    assert json.loads((tmp_path / "elsewhere/sandboxes" / sandbox_id / "sandbox.json").read_text("utf-8"))
