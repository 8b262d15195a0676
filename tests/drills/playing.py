"""Runs the real `gameday` program against a real sandbox, in folders of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.waiting import wait_until

DRILL_WITHIN_S = 280


def docker_answers() -> bool:
    """Whether a Docker daemon is there to be tested with."""
    if shutil.which("docker") is None:
        return False
    done = subprocess.run(["docker", "info"], capture_output=True, timeout=20, check=False)
    return done.returncode == 0


@dataclass(frozen=True)
class Ended:
    """How a run of the program ended."""

    code: int
    out: str
    err: str

    @property
    def scorecard(self) -> dict[str, Any]:
        card: dict[str, Any] = json.loads(self.out)
        return card


class Gameday:
    """The program with its state and its runs in a folder of the test's own."""

    def __init__(self, home: Path) -> None:
        self.state = home / "state"
        self.data = home / "data"
        self.environment = {
            **os.environ,
            "GAMEDAY_STATE": str(self.state),
            "GAMEDAY_DATA": str(self.data),
        }

    def without_docker(self) -> None:
        """No engine answers from now on: a sweep then sees nothing of what tests beside this one left."""
        self.environment["DOCKER_HOST"] = f"unix://{self.state}/nobody.sock"

    def remove_own(self) -> None:
        """Take away this test's sandboxes, and nobody else's."""
        folder = self.state / "sandboxes"
        for each in folder.iterdir() if folder.is_dir() else ():
            self.run("sandbox", "down", each.name)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the program; its narration comes on `stderr`."""
        return subprocess.Popen(
            [sys.executable, "-m", "gameday", *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> Ended:
        with self.start(*words) as program:
            try:
                out, err = program.communicate(timeout=DRILL_WITHIN_S)
            except subprocess.TimeoutExpired:
                program.send_signal(signal.SIGINT)
                out, err = program.communicate(timeout=30)
                raise AssertionError(f"gameday {' '.join(words)} did not end in time:\n{err}") from None
        return Ended(program.returncode, out, err)

    def interrupt_at(self, words: str, number: signal.Signals, command: Sequence[str]) -> Ended:
        """Send a signal as soon as the narration says these words; how the program ended."""
        with self.start(*command) as program:
            assert program.stderr is not None
            said = []
            for line in program.stderr:
                said.append(line)
                if words in line:
                    program.send_signal(number)
                    break
            else:
                raise AssertionError(f"it never said {words!r}:\n{''.join(said)}")
            out, err = program.communicate(timeout=60)
        return Ended(program.returncode, out, "".join(said) + err)

    def kill_when(self, kind: str, command: Sequence[str], **said: object) -> None:
        """Start the program, and kill it with -9 once its journal has an event of this kind and data."""
        assert self.signal_when(signal.SIGKILL, kind, command, **said) == -signal.SIGKILL

    def signal_when(self, number: signal.Signals, kind: str, command: Sequence[str], **said: object) -> int:
        """Start the program, send it a signal once its journal has such an event; its exit code.

        Who takes a drill up has done so by then, even if the event was there before.
        """

        def taken_up() -> int:
            return sum(event["kind"] == "resumed" for event in self.journal(torn=True))

        due = taken_up() + (command[0] == "resume")

        def there() -> bool:
            if program.poll() is not None:
                raise AssertionError(f"it ended before {kind}")
            return taken_up() >= due and any(
                event["kind"] == kind and said.items() <= event["data"].items()
                for event in self.journal(torn=True)
            )

        with (self.data.parent / "narration.txt").open("a", encoding="utf-8") as narration:
            program = subprocess.Popen(
                [sys.executable, "-m", "gameday", *command],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=narration,
                stderr=narration,
            )
        with program:
            try:
                wait_until(there, DRILL_WITHIN_S)
                program.send_signal(number)
                return program.wait(60)
            finally:
                program.kill()

    def journal(self, *, torn: bool = False) -> list[dict[str, Any]]:
        """The events of the only run; `torn` is one that is being written, or not there yet."""
        found = list(self.data.glob("runs/*/events.jsonl"))
        if torn and not found:
            return []
        (path,) = found
        lines = path.read_bytes().split(b"\n")[:-1] if torn else path.read_bytes().splitlines()
        return [json.loads(line) for line in lines]

    def sandboxes(self) -> set[str]:
        """Names of this test's sandboxes that are still there; others may be on the same engine."""
        listed: list[dict[str, Any]] = json.loads(self.run("sandbox", "list", "--json").out)
        ours = set()
        for path in self.data.glob("runs/*/manifest.json"):
            ours.add(json.loads(path.read_text(encoding="utf-8"))["sandbox_id"])
        return ours & {str(each["name"]) for each in listed}

    def processes(self) -> list[str]:
        """Processes that work in this test's state folder."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.cwd().startswith(str(self.state)):
                    found.append(" ".join(process.cmdline()))
            except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                continue
        return found

    def assert_nothing_left(self) -> None:
        left = self.sandboxes()
        assert not left, "; ".join(self.run("sandbox", "down", name).err for name in sorted(left))
        assert self.processes() == []
        for name in ("sandboxes", "done"):
            folder = self.state / name
            assert not folder.is_dir() or list(folder.iterdir()) == []
