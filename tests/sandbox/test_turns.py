"""Sandboxes come up in turns, and whoever dies in theirs gives it back."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.runtime.base import Progress
from sandbox.runtime.turns import turn, turn_to_go

HOLDS = """
import sys, time
from sandbox.runtime.turns import turn, turn_to_go
with turn(lambda _: None, 1):
    print("in", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path))


def test_alone_nobody_waits() -> None:
    told: list[Progress] = []
    with turn(told.append, 1):
        assert not told


def test_the_second_waits_until_the_first_is_up() -> None:
    told: list[Progress] = []
    waits, came_in = threading.Event(), threading.Event()

    def report(progress: Progress) -> None:
        told.append(progress)
        waits.set()

    def second() -> None:
        with turn(report, 1):
            came_in.set()

    with turn(lambda _: None, 1):
        other = threading.Thread(target=second)
        other.start()
        assert waits.wait(10)
        assert not came_in.is_set()
    other.join(10)
    assert came_in.is_set()
    assert [each.step for each in told][-1] == "ready"


def test_as_many_as_may_come_up_side_by_side() -> None:
    told: list[Progress] = []
    with turn(told.append, 2), turn(told.append, 2):
        assert not told


def test_waiting_is_given_up_when_the_one_who_hears_of_it_raises() -> None:
    with turn(lambda _: None, 1), pytest.raises(KeyboardInterrupt), turn(_interrupt, 1):
        pytest.fail("came in")
    with turn(_interrupt, 1):
        pass


def test_whoever_is_killed_in_its_turn_gives_it_back() -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDS], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"in\n"
        holder.kill()
        holder.wait()
        with turn(lambda _: None, 1):
            pass


def test_a_state_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path / "file"))
    with pytest.raises(SandboxError, match="set GAMEDAY_STATE"), turn(lambda _: None, 1):
        pytest.fail("came in")


def test_what_goes_waits_until_the_one_that_comes_up_is_there() -> None:
    waiting, gone = threading.Event(), threading.Event()

    def goes() -> None:
        waiting.set()
        with turn_to_go(60.0, 1):
            gone.set()

    with turn(lambda _: None, 1):
        other = threading.Thread(target=goes)
        other.start()
        assert waiting.wait(10)
        assert not gone.wait(0.3)
    other.join(10)
    assert gone.is_set()


def test_what_comes_up_waits_until_the_other_is_gone() -> None:
    told: list[Progress] = []
    waits = threading.Event()

    def comes() -> None:
        def report(progress: Progress) -> None:
            told.append(progress)
            waits.set()

        with turn(report, 1):
            pass

    with turn_to_go(0.0, 1):
        other = threading.Thread(target=comes)
        other.start()
        assert waits.wait(10)
    other.join(10)
    assert [each.step for each in told][-1] == "ready"


def test_what_has_waited_long_enough_goes_in_any_case() -> None:
    with turn(lambda _: None, 1), turn_to_go(0.2, 1):
        pass


def test_what_is_to_go_needs_no_folder_to_wait_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path / "file"))
    with turn_to_go(60.0, 1):
        pass


def test_an_error_while_going_leaves_and_gives_the_turn_back() -> None:
    with pytest.raises(OSError, match="disk"), turn_to_go(60.0, 1):
        raise OSError("disk")
    with turn_to_go(60.0, 1), pytest.raises(KeyboardInterrupt), turn(_interrupt, 1):
        pytest.fail("came in")
    with turn(_interrupt, 1):
        pass


def _interrupt(_: Progress) -> None:
    raise KeyboardInterrupt
