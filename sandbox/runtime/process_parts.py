"""The processes of one sandbox: which there are, how they are doing, and how they are ended.

A part that is to run for long stands under `supervise.sh`, as a container stands under its engine: the
process that is recorded is the supervisor, the part is its child, and both are one process group. A
signal to the group stops both; a part that ends by itself is started again.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from sandbox.errors import BadStack
from sandbox.runtime import registry
from sandbox.runtime.base import Replica, State
from sandbox.runtime.registry import Owned

_TERM_GRACE_S = 1.0
_BURIED_WITHIN_S = 1.0
_LOOK_AGAIN_S = 0.02


class Parts:
    """The processes of one sandbox, by its state file; some are our own children."""

    def __init__(self, sandbox_id: str) -> None:
        self._id = sandbox_id
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def adopt(self, child: subprocess.Popen[bytes]) -> None:
        """A child of ours, to be buried by us."""
        self._children[child.pid] = child

    # --- looking ---------------------------------------------------------------------------------

    def all(self) -> list[Owned]:
        return list(registry.load(self._id).owned)

    def find(self, service: str, replica: int | None = None) -> list[Owned]:
        """The replicas of a service, or one of them.

        Raises:
            BadStack: there is none; with what there is.
        """
        everything = self.all()
        found = [each for each in everything if each.service == service and replica in (None, each.number)]
        if not found:
            known = ", ".join(sorted({each.service for each in everything}))
            which = service if replica is None else f"{service}-{replica}"
            raise BadStack(f"there is no {which}; there are: {known}")
        return found

    def is_alive(self, owned: Owned) -> bool:
        child = self._children.get(owned.pid)
        if child is not None and child.poll() is not None:
            return False
        alive = owned.alive()
        if child is not None and not alive:
            # It is ours to bury, which can be done once the last of its threads has gone.
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_BURIED_WITHIN_S)
        return alive

    def exit_code(self, owned: Owned) -> int | None:
        child = self._children.get(owned.pid)
        return child.returncode if child else owned.ended

    def times_ended(self, owned: Owned) -> int:
        """How often a part has ended by itself since it was started."""
        try:
            return len(self.exits_file(owned.service, owned.number).read_bytes().splitlines())
        except FileNotFoundError:
            return 0

    def exits_file(self, service: str, number: int) -> Path:
        return registry.folder_of(self._id) / f"{service}-{number}.exits"

    def replica(self, owned: Owned) -> Replica:
        """A part as the runtime's callers see it."""
        state, started = self._now(owned)
        return Replica(owned.service, owned.number, state, owned.host, started, self.exit_code(owned))

    def _now(self, owned: Owned) -> tuple[State, float | None]:
        """Its state, and since when it runs."""
        if not self.is_alive(owned):
            return "exited", owned.born
        try:
            process = psutil.Process(owned.pid)
            if process.status() == psutil.STATUS_STOPPED:
                return "paused", owned.born
            if not self.exits_file(owned.service, owned.number).exists():
                return "running", owned.born
            # It has ended before; between two tries there is nothing but the supervisor's pause.
            parts = [each for each in process.children() if each.name() != "sleep"]
            return ("running", parts[0].create_time()) if parts else ("starting", None)
        except psutil.NoSuchProcess:
            return "exited", owned.born

    # --- ending ----------------------------------------------------------------------------------

    def signal(self, owned: Owned, number: signal.Signals) -> None:
        """To the part and its supervisor."""
        if not self.is_alive(owned) and number != signal.SIGKILL:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(owned.pid, number)

    def end(self, owned: Sequence[Owned]) -> None:
        """SIGTERM to all at once, then SIGKILL to what is still there; whole process groups."""
        for each in reversed(owned):
            self.signal(each, signal.SIGCONT)
            self.signal(each, signal.SIGTERM)
        self._await_end(owned)
        for each in owned:
            self.signal(each, signal.SIGKILL)
        self._await_end(owned)

    def _await_end(self, owned: Sequence[Owned]) -> None:
        deadline = time.monotonic() + _TERM_GRACE_S
        while time.monotonic() < deadline and any(self.is_alive(each) for each in owned):
            time.sleep(_LOOK_AGAIN_S)
