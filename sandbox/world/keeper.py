"""Whoever looks after a company that runs: builds its repository, deploys pushes, answers the bastion.

The bastion has no way out, and needs none: its log tells what was asked and done there, and a reply is a
file that is put where the one who asked waits for it. In a drill the conductor keeps the keeper; without
one, `python -m sandbox.world.keeper NAME` is a process of its own, recorded in the sandbox's state.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import FrameType

import psutil

from sandbox.errors import SandboxError
from sandbox.runtime import registry
from sandbox.runtime.base import Runtime
from sandbox.services.bastion import Message, understood
from sandbox.stack import PACKAGE_ROOT
from sandbox.stack.model import Stack
from sandbox.world import repo
from sandbox.world.deployer import Deployer, applied
from sandbox.world.proposals import Proposal, brought_by

REPLIES = "/run/lumen/replies"
_AT_ONCE = 8
"""Requests that are carried out at a time; one more is told to come back."""
_BUSY = 75
"""A passing failure, as sysexits.h has it."""
_TEXT_KEPT = 64_000
_ENDS_WITHIN_S = 2.0


@dataclass(frozen=True)
class Reply:
    """What `ops` on the bastion gets back."""

    exit_code: int
    text: str
    would: str = ""
    """Nothing was done yet: what it would do, for the one who asked to agree to."""
    changed: str = ""
    """What it changed, in a few words; empty if nothing."""
    cursor: float = 0.0
    """More may come: asked again from this time on (UNIX seconds), it is given."""


@dataclass(frozen=True)
class ShellLine:
    """A command line that ended in the bastion's shell. Its text is untrusted."""

    line: str
    exit_code: int
    duration_s: float


Operate = Callable[[str, bool], Reply]
"""Carries out an `ops` line; if the flag is not set, a write is only explained."""
OnShell = Callable[[ShellLine], object]
Continue = Callable[[str, float], Reply]
"""What came for a line that is followed since a time (UNIX seconds), once there is something."""


def _no_more(_: str, __: float) -> Reply:
    return Reply(1, "nobody can follow here")


_CHAINS = frozenset(";|&<>`$(\n")


def is_ops(line: str) -> bool:
    """Whether a shell line is one `ops` and nothing else, which is told of by itself."""
    return line.split(maxsplit=1)[:1] == ["ops"] and not _CHAINS & set(line)


class Keeper:
    """Follows one bastion until it is stopped or the sandbox is gone."""

    def __init__(
        self,
        runtime: Runtime,
        stack: Stack,
        operate: Operate,
        on_shell: OnShell = lambda _: None,
        more: Continue = _no_more,
    ) -> None:
        self._runtime = runtime
        self._operate = operate
        self._on_shell = on_shell
        self._more = more
        self._since = 0.0
        self.deployer = Deployer(runtime, stack)
        self._stack = stack
        self._stop = threading.Event()
        self._free = threading.BoundedSemaphore(_AT_ONCE)
        self._thread = threading.Thread(target=self._follow, name="keeper", daemon=True)

    def start(
        self, runbooks: Mapping[str, str] | None = None, now: float | None = None,
        proposals: Sequence[Proposal] = (),
    ) -> None:  # fmt: skip
        """Build the repository, and look after it from now on.

        Args:
            runbooks: further ones by name, as Markdown.
            now: UNIX seconds; the history's dates lie before it.
            proposals: commits that the history has besides the company's own.

        Raises:
            SandboxError: the repository could not be made.
        """
        began = time.time() if now is None else now
        head = repo.build(self._runtime, self._stack, began, runbooks, brought_by(proposals))
        self.deployer.start(head)
        self._thread.start()

    def resume(self, since: float, heard_until: float | None = None) -> None:
        """Look after a repository that is there already; what was asked before `since` stays unanswered.

        What was pushed while nobody looked is carried out now.

        Args:
            since: UNIX seconds.
            heard_until: UNIX seconds; shell lines that ended after this and before `since` are told of.

        Raises:
            SandboxError: there is no repository.
        """
        self._since = since
        self.deployer.start(applied(self._runtime))
        if heard_until is not None:
            self._catch_up(heard_until)
        self.deployer.pushed()
        self._thread.start()

    def _catch_up(self, heard_until: float) -> None:
        for line in self._runtime.logs("bastion"):
            message = understood(line.text)
            if message is not None and "ran" in message and heard_until < message["ended"] < self._since:
                self._attend(message)

    def stop(self) -> None:
        self._stop.set()
        self.deployer.stop()
        if self._thread.is_alive():
            self._thread.join(_ENDS_WITHIN_S)

    def wait(self) -> None:
        """Until the sandbox is gone, or `stop`."""
        self._thread.join()

    # --- its thread ------------------------------------------------------------------------------

    def _follow(self) -> None:
        with contextlib.suppress(SandboxError):
            for line in self._runtime.logs("bastion", since=self._since, follow=True, stop=self._stop):
                message = understood(line.text)
                if message is not None and line.wall >= self._since:
                    self._attend(message)

    def _attend(self, message: Message) -> None:
        if "pushed" in message:
            self.deployer.pushed()
        elif "ran" in message:
            if not is_ops(message["ran"]):
                took_s = max(0.0, round(float(message["ended"]) - float(message["began"]), 3))
                self._on_shell(ShellLine(message["ran"], int(message["code"]), took_s))
        elif self._free.acquire(blocking=False):
            threading.Thread(target=self._answer, args=(message,), name="ops", daemon=True).start()
        else:
            self._reply(message, Reply(_BUSY, "too much is asked at once; try again"))

    def _answer(self, message: Message) -> None:
        try:
            if "follow" in message:
                reply = self._more(message["follow"], float(message["after"]))
            else:
                reply = self._operate(message["line"], message["sure"])
        except SandboxError as error:
            reply = Reply(1, str(error))
        finally:
            self._free.release()
        self._reply(message, reply)

    def _reply(self, message: Message, reply: Reply) -> None:
        said = {**asdict(reply), "text": reply.text[:_TEXT_KEPT]}
        # Who asked may have gone with its sandbox by now.
        with contextlib.suppress(SandboxError):
            self._runtime.copy_in("bastion", f"{REPLIES}/{message['id']}.json", json.dumps(said).encode())


# --- as a process of its own ---------------------------------------------------------------------


def spawn(sandbox_id: str) -> None:
    """Start a keeper that outlives us, and wait until it has built the repository.

    Raises:
        SandboxError: it ended before that; with its last words.
    """
    folder = registry.folder_of(sandbox_id)
    said = folder / "keeper.txt"
    source = os.pathsep.join([str(PACKAGE_ROOT.parent), os.environ.get("PYTHONPATH", "")])
    with said.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "sandbox.world.keeper", sandbox_id], cwd=folder,
            env={**os.environ, "PYTHONPATH": source.rstrip(os.pathsep)}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=output, start_new_session=True,
        )  # fmt: skip
    assert child.stdout is not None
    with registry.locked(sandbox_id) as state:
        born = psutil.Process(child.pid).create_time()
        state.helpers.append(registry.Owned("keeper", 1, child.pid, born, "", {}))
    with child.stdout:
        ready = child.stdout.readline()
    if ready.strip() != b"ready":
        child.wait()
        words = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise SandboxError(f"the company's repository has no keeper: {words[-1] if words else 'no word'}")
    # It is to outlive us: what becomes of it is in the sandbox's state.
    child.returncode = 0


def main(sandbox_id: str) -> int:
    """Look after a sandbox until it is gone, or SIGTERM."""
    from sandbox.operate.answer import Answerer
    from sandbox.runtime.choose import attach
    from sandbox.stack.model import load_stack

    stack = load_stack()
    answerer: list[Answerer] = []

    def operate(line: str, sure: bool) -> Reply:
        return answerer[0].answer(line, sure=sure)

    def more(line: str, after: float) -> Reply:
        return answerer[0].more(line, after)

    keeper = Keeper(attach(sandbox_id), stack, operate, more=more)

    def end(_: int, __: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    try:
        answerer.append(Answerer(attach(sandbox_id), stack, keeper.deployer))
        keeper.start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        keeper.wait()
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    finally:
        keeper.stop()
        for each in answerer:
            each.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
