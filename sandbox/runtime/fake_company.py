"""What the fake runtime's sandbox consists of: copies of services with files, states, lines and a network."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import get_args

from sandbox.errors import BadStack
from sandbox.runtime.base import Address, Capability, LogLine, State
from sandbox.runtime.docker_plan import bytes_of
from sandbox.runtime.fake_programs import Call, Program
from sandbox.stack import CONFIG_FOLDER
from sandbox.stack.model import Stack

EVERYTHING: frozenset[Capability] = frozenset(get_args(Capability))

_DEPLOYED = ("/etc/lumen/", "/srv/lumen/")
"""What a deployment changes: a further copy of a service starts with what its sisters have."""
_CPU_PERIOD_US = 100_000
_TICK_S = 1e-6
_HARMLESS = frozenset({signal.SIGCHLD, signal.SIGURG, signal.SIGWINCH})
"""Signals that end nobody who doesn't listen to them."""


@dataclass
class Copy:
    """One copy of a service."""

    service: str
    number: int
    files: dict[str, bytes]
    """Absolute path → content."""
    state: State = "created"
    started_at: float | None = None
    exit_code: int | None = None
    connected: bool = True

    @property
    def name(self) -> str:
        return f"{self.service}-{self.number}"

    def hear(self, number: signal.Signals) -> None:
        """Do what a program does that handles no signals."""
        if number not in _HARMLESS and self.state != "exited":
            self.state, self.exit_code = "exited", 128 + number


@dataclass
class Company:
    """All of a sandbox. `changed` guards it, and wakes those who follow the logs."""

    stack: Stack
    clock: Callable[[], float]
    capabilities: frozenset[Capability] = EVERYTHING
    changed: threading.Condition = field(default_factory=threading.Condition)
    copies: dict[tuple[str, int], Copy] = field(default_factory=dict)
    lines: list[LogLine] = field(default_factory=list)
    served: dict[tuple[str, int], Address] = field(default_factory=dict)
    programs: dict[tuple[str, str], Program] = field(default_factory=dict)
    """(service or empty, name) → what was given by whoever holds the fake."""
    failing: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Service → exit code and last words with which it ends instead of starting."""
    executed: list[Call] = field(default_factory=list)
    latest: float = 0.0

    def now(self) -> float:
        """The clock, never twice the same: what comes later has a later time."""
        with self.changed:
            self.latest = max(self.clock(), self.latest + _TICK_S)
            return self.latest

    def find(self, service: str, replica: int | None = None) -> list[Copy]:
        """A service's copies, or the one.

        Raises:
            BadStack: there is none; with what there is.
        """
        with self.changed:
            copies = list(self.copies.values())
        found = [each for each in copies if each.service == service and replica in (None, each.number)]
        if not found:
            known = ", ".join(sorted({each.service for each in copies}))
            which = service if replica is None else f"{service}-{replica}"
            raise BadStack(f"there is no {which}; there are: {known or 'none'}")
        return found

    def create(self, service: str, number: int) -> Copy:
        """A further copy, with the image's files and what was deployed to its sisters since."""
        plan = self.stack.services[service]
        copy = Copy(service, number, limit_files(plan.cpus, bytes_of(plan.mem_limit or "0") or None))
        with self.changed:
            sister = next((each for each in self.copies.values() if each.service == service), None)
            if sister:
                deployed = {path for path in sister.files if path.startswith(_DEPLOYED)}
                copy.files |= {path: sister.files[path] for path in deployed}
            else:
                shipped = CONFIG_FOLDER.iterdir()
                copy.files |= {f"/etc/lumen/{path.name}": path.read_bytes() for path in shipped}
            self.copies[service, number] = copy
        return copy

    def start(self, copy: Copy) -> None:
        """Let it run, from the beginning; what has one thing to do has done it."""
        with self.changed:
            copy.state, copy.exit_code, copy.started_at = "running", None, self.now()
            self.write(copy, f"{copy.name} started", copy.started_at)
            if self.stack.services[copy.service].one_shot:
                copy.state, copy.exit_code = "exited", 0

    def end(self, copy: Copy, code: int) -> None:
        """Let it end by itself; its restart policy says what becomes of it."""
        policy = self.stack.services[copy.service].restart
        with self.changed:
            copy.state, copy.exit_code = "exited", code
            if policy in ("always", "unless-stopped") or (policy == "on-failure" and code):
                self.start(copy)

    def write(self, copy: Copy, text: str, wall: float) -> None:
        """Let it write, one entry for each line."""
        with self.changed:
            self.lines += [LogLine(copy.service, copy.number, wall, line) for line in text.split("\n")]
            self.changed.notify_all()

    def dial(self, caller: Copy, host: str) -> int:
        """What asking a service, or one copy of it, over the network comes to, as `curl` says it."""
        with self.changed:
            called = [each for each in self.copies.values() if host in (each.service, each.name)]
        if not called:
            return 6
        if not caller.connected or not any(each.connected for each in called):
            return 28
        states = {each.state for each in called if each.connected}
        return 0 if "running" in states else 28 if "paused" in states else 7

    def clear(self) -> None:
        """Take everything away that ran, and send those who follow home."""
        with self.changed:
            self.copies.clear()
            self.lines.clear()
            self.changed.notify_all()


def limit_files(cpus: float | None, memory_bytes: int | None) -> dict[str, bytes]:
    """Limits where a program on Linux finds its own."""
    files = {}
    if cpus is not None:
        files["/sys/fs/cgroup/cpu.max"] = f"{int(cpus * _CPU_PERIOD_US)} {_CPU_PERIOD_US}\n".encode()
    if memory_bytes is not None:
        files["/sys/fs/cgroup/memory.max"] = f"{memory_bytes}\n".encode()
    return files
