"""Which sandboxes exist on this machine: one folder each, with a small state file.

The state outlives the trainer on purpose: another terminal can attach to a sandbox, and after a
`kill -9` the sweep knows what to remove. A process is recorded with its start time, so that a
reused process id is never mistaken for ours.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import platformdirs
import psutil

from sandbox.errors import BadStack, SandboxError

Kind = Literal["docker", "swarm", "process", "fake"]

_HELPER_ENDS_WITHIN_S = 1.0
_STANDING_END_WITHIN_S = 5.0
_LOOK_AGAIN_S = 0.02


def state_home() -> Path:
    """Where sandboxes keep their folders; `GAMEDAY_STATE` moves it."""
    given = os.environ.get("GAMEDAY_STATE")
    return Path(given) if given else Path(platformdirs.user_state_path("gameday"))


@dataclass(frozen=True)
class Owned:
    """A process that we started."""

    service: str
    number: int
    pid: int
    born: float
    """Its start time as the system gives it, to tell it from a later process with the same id."""
    host: str
    ports: dict[str, int]
    """Port that the stack names → port that this process listens on."""
    ended: int | None = None
    """Exit code, once a one-shot part has ended."""

    def alive(self) -> bool:
        """Whether the process is still there; a zombie is not."""
        try:
            process = psutil.Process(self.pid)
            return abs(process.create_time() - self.born) < 0.05 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


@dataclass
class SandboxState:
    """The state file of one sandbox."""

    sandbox_id: str
    kind: Kind
    created: float
    trainer_pid: int
    trainer_born: float
    kept: bool = False
    """It is to stay when the program that started it has ended."""
    network: str = ""
    """Process runtime: the first three numbers of its loopback addresses, or empty."""
    owned: list[Owned] = field(default_factory=list)
    helpers: list[Owned] = field(default_factory=list)
    """Programs outside the company that look after it while no trainer does; `down` ends them first."""

    def trainer_alive(self) -> bool:
        return Owned("trainer", 1, self.trainer_pid, self.trainer_born, "", {}).alive()


def new_id() -> str:
    """A fresh name; it says nothing about what will happen in the sandbox."""
    return f"lumen-{secrets.token_hex(3)}"


def folder_of(sandbox_id: str) -> Path:
    return state_home() / "sandboxes" / sandbox_id


def record_of(sandbox_id: str) -> Path:
    """Where it is written down what was done to the sandbox from outside: beside its folder, out of reach."""
    return state_home() / "done" / f"{sandbox_id}.json"


def worker_file(sandbox_id: str) -> Path:
    """Where it is written down who holds the sandbox's fault: as far out of reach as what was done."""
    return state_home() / "done" / f"{sandbox_id}.worker"


def note_worker(sandbox_id: str) -> None:
    """This process holds the sandbox's fault.

    Raises:
        SandboxError: the state folder can't be written.
    """
    path, me = worker_file(sandbox_id), psutil.Process()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{me.pid}")
        fresh.write_text(json.dumps([me.pid, me.create_time()]), encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise SandboxError(f"cannot write {path}: {error.strerror}") from error


def worker(sandbox_id: str) -> Owned | None:
    """Who holds the sandbox's fault; None if nobody does (any more)."""
    try:
        pid, born = json.loads(worker_file(sandbox_id).read_text(encoding="utf-8"))
        found = Owned("worker", 1, int(pid), float(born), "", {})
    except (OSError, ValueError, TypeError):
        return None
    return found if found.alive() else None


def take_over(sandbox_id: str) -> None:
    """This process is the sandbox's trainer from now on; the one before it is gone.

    Raises:
        SandboxError: there is no such sandbox, or its trainer lives.
    """
    me = psutil.Process()
    with locked(sandbox_id) as state:
        if state.trainer_alive() and state.trainer_pid != me.pid:
            raise SandboxError(f"the sandbox {sandbox_id} is in use by process {state.trainer_pid}")
        state.trainer_pid, state.trainer_born = me.pid, me.create_time()


def create(sandbox_id: str, kind: Kind, *, kept: bool = False) -> SandboxState:
    """Make the sandbox's folder and its first state.

    Raises:
        SandboxError: the folder exists or can't be made.
    """
    folder = folder_of(sandbox_id)
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise SandboxError(f"the sandbox {sandbox_id} exists already") from None
    except OSError as error:
        raise SandboxError(
            f"cannot make {folder}: {error.strerror}; set GAMEDAY_STATE to a folder that is writable"
        ) from error
    me = psutil.Process()
    state = SandboxState(sandbox_id, kind, time.time(), me.pid, me.create_time(), kept)
    try:
        save(state)
    except BaseException:
        forget(sandbox_id)
        raise
    return state


def keep(sandbox_id: str) -> None:
    """Let it stay when the program that started it has ended. Only what came up is worth that."""
    with locked(sandbox_id) as state:
        state.kept = True


def save(state: SandboxState) -> None:
    """Write the state by rename."""
    folder = folder_of(state.sandbox_id)
    fresh = folder / f"sandbox.json.{os.getpid()}"
    try:
        fresh.write_text(json.dumps(asdict(state), indent=1), encoding="utf-8")
        fresh.replace(folder / "sandbox.json")
    except OSError as error:
        raise SandboxError(f"cannot write {folder}/sandbox.json: {error.strerror}") from error


def load(sandbox_id: str) -> SandboxState:
    """Read the state of a sandbox.

    Raises:
        BadStack: there is none of that name.
        SandboxError: its file can't be read.
    """
    path = folder_of(sandbox_id) / "sandbox.json"
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for part in ("owned", "helpers"):
            document[part] = [Owned(**owned) for owned in document.get(part, ())]
        return SandboxState(**document)
    except FileNotFoundError:
        raise BadStack(
            f"there is no sandbox {sandbox_id}; `gameday sandbox list` shows what is there"
        ) from None
    except (ValueError, TypeError, KeyError) as error:
        raise SandboxError(f"{path} is damaged: {error}; `gameday sweep` removes what it can find") from error


def known_ids() -> list[str]:
    """Every sandbox that has a folder."""
    home = state_home() / "sandboxes"
    return sorted(path.name for path in home.iterdir() if path.is_dir()) if home.is_dir() else []


def end_helpers(sandbox_id: str) -> None:
    """End the programs that look after a sandbox, so that they undo nothing of its removal."""
    try:
        helpers = load(sandbox_id).helpers
    except SandboxError:
        helpers = []
    holding = worker(sandbox_id)
    found = []
    for helper in [*helpers, *([holding] if holding else [])]:
        with contextlib.suppress(psutil.NoSuchProcess):
            if helper.alive() and helper.pid != os.getpid():
                process = psutil.Process(helper.pid)
                process.terminate()
                found.append(process)
    _, stubborn = psutil.wait_procs(found, timeout=_HELPER_ENDS_WITHIN_S)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=_HELPER_ENDS_WITHIN_S)


def end_standing(sandbox_id: str) -> None:
    """End what works in a sandbox's folder, recorded or not, but for somebody's terminal.

    A process can be started and its starter stopped before it was recorded.

    Raises:
        SandboxError: something would not end.
    """
    folder = folder_of(sandbox_id).resolve()
    standing = [each for each in psutil.process_iter() if _stands_in(each, folder)]
    for process in standing:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    deadline = time.monotonic() + _STANDING_END_WITHIN_S
    while left := [each for each in standing if _works(each)]:
        if time.monotonic() > deadline:
            raise SandboxError(f"these would not end: {', '.join(str(each.pid) for each in left)}")
        time.sleep(_LOOK_AGAIN_S)


def _works(process: psutil.Process) -> bool:
    """Whether it is still there; what has ended and waits to be buried, by whoever that falls to, is not."""
    try:
        return process.is_running() and process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return False


def _stands_in(process: psutil.Process, folder: Path) -> bool:
    try:
        stands = Path(process.cwd()).is_relative_to(folder)
        return stands and process.pid != os.getpid() and process.terminal() is None
    except (psutil.Error, OSError):
        return False


def forget(sandbox_id: str) -> None:
    """Remove the sandbox's folder, and the record beside it."""
    shutil.rmtree(folder_of(sandbox_id), ignore_errors=True)
    record_of(sandbox_id).unlink(missing_ok=True)
    worker_file(sandbox_id).unlink(missing_ok=True)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """While nobody else with these sandboxes is in here: what one picks, the next one sees as taken."""
    with open(state_home() / "lock", "w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def locked(sandbox_id: str) -> Iterator[SandboxState]:
    """The state, for reading and changing, while no other process changes it; saved on the way out.

    Raises:
        SandboxError: there is no such sandbox, or its state can't be read or written.
    """
    try:
        handle = open(folder_of(sandbox_id) / "lock", "w", encoding="utf-8")  # noqa: SIM115
    except OSError as error:
        raise SandboxError(f"the sandbox {sandbox_id} cannot be changed: {error.strerror}") from error
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        state = load(sandbox_id)
        yield state
        save(state)
