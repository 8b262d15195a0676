"""The seam between the company and what it runs on.

A runtime starts the services of one `Stack`, and lets others look into them and act on them. The
interface is small on purpose: Docker, plain processes and the in-process fake implement the same
verbs and pass the same contract tests (`tests/sandbox/contract`).

Every method blocks; callers that must not block run it in a thread. Times are UNIX seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Step = Literal["create", "start", "wait", "ready"]
State = Literal["created", "starting", "running", "paused", "exited"]
Capability = Literal["exec", "copy_in", "restart", "scale", "pause", "kill", "limit", "partition", "names"]

CAPABILITIES: Mapping[Literal["docker", "process"], frozenset[Capability]] = {
    "docker": frozenset(
        {"exec", "copy_in", "restart", "scale", "pause", "kill", "limit", "partition", "names"}
    ),
    "process": frozenset({"exec", "copy_in", "restart", "scale", "pause", "kill"}),
}
"""What the runtimes that people play on can do, for whoever has to know it without starting one."""


@dataclass(frozen=True)
class Replica:
    """One running copy of a service, as `status` sees it now."""

    service: str
    number: int
    """From 1; replica 2 of vision is `vision-2`."""
    state: State
    address: str
    """Where other services reach it, without a port: a container's name or a loopback address."""
    started_at: float | None = None
    exit_code: int | None = None

    @property
    def name(self) -> str:
        return f"{self.service}-{self.number}"


@dataclass(frozen=True)
class ExecResult:
    """What a command run inside a replica gave back."""

    argv: tuple[str, ...]
    exit_code: int
    stdout: str
    stderr: str
    duration_s: float


@dataclass(frozen=True)
class LogLine:
    """One line that a service wrote. `text` is untrusted: strip it before showing it."""

    service: str
    replica: int
    wall: float
    text: str


@dataclass(frozen=True)
class Progress:
    """Something happened on the way up: the service it happened to, and what is waited for."""

    service: str
    step: Step
    elapsed_s: float
    detail: str = ""


Report = Callable[[Progress], None]
"""Called often while a sandbox comes up, several times a second; raising from it stops that."""


@dataclass(frozen=True)
class Address:
    """Where the trainer reaches a published port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Shell:
    """How to open the bastion's shell in a terminal: run `argv` with these additions to the environment."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: str = ""
    """Where to start it, or empty for wherever one is."""


@dataclass(frozen=True)
class Limits:
    """Resource limits; None leaves a limit as it is."""

    cpus: float | None = None
    memory_bytes: int | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


class Runtime(Protocol):
    """One sandbox on one kind of ground. Errors are `sandbox.errors.SandboxError` and its children."""

    @property
    def kind(self) -> Literal["docker", "swarm", "process", "fake"]: ...

    @property
    def sandbox_id(self) -> str:
        """The name of this sandbox; also the Compose project."""
        ...

    def capabilities(self) -> frozenset[Capability]:
        """What this runtime can do; a fault that needs more is refused before it starts."""
        ...

    def up(self, report: Report, *, keep: bool = False) -> None:
        """Start every service in dependency order and wait until each is ready.

        On any failure or interrupt what was started is removed before the error leaves.

        Args:
            report: hears of every step.
            keep: it is to stay when the caller ends, and a sweep leaves it alone.
        """
        ...

    def down(self) -> None:
        """Remove everything and prove it; raise SandboxError naming what would not go."""
        ...

    def status(self) -> tuple[Replica, ...]: ...

    def logs(
        self,
        service: str | None = None,
        *,
        since: float = 0.0,
        follow: bool = False,
        stop: threading.Event | None = None,
    ) -> Iterator[LogLine]:
        """Lines in order of time; with `follow` until `stop` is set or the sandbox is gone."""
        ...

    def exec(
        self,
        service: str,
        argv: Sequence[str],
        *,
        replica: int = 1,
        stdin: bytes | None = None,
        timeout_s: float = 30.0,
    ) -> ExecResult:
        """Run a command inside a replica. A timeout gives exit code 124, as `timeout(1)` does."""
        ...

    def copy_in(self, service: str, path: str, data: bytes) -> None:
        """Put a file into every replica of a service, by rename, so that readers never see half."""
        ...

    def unpack(self, service: str, folder: str, archive: bytes) -> None:
        """Lay a tar over a folder of every replica of a service, also of one that is down."""
        ...

    def read_out(self, service: str, path: str) -> bytes:
        """The content of a file inside the first replica."""
        ...

    def restart(self, service: str, replica: int | None = None) -> None:
        """Stop with SIGTERM and start again, one replica or all."""
        ...

    def scale(self, service: str, replicas: int) -> None: ...

    def pause(self, service: str, *, paused: bool, replica: int | None = None) -> None: ...

    def kill(self, service: str, *, signal: str = "KILL", replica: int | None = None) -> None: ...

    def limit(self, service: str, limits: Limits) -> None: ...

    def partition(self, service: str, *, cut: bool) -> None:
        """Take a service off the network, or put it back."""
        ...

    def shell(self) -> Shell:
        """The on-call engineer's shell on the bastion."""
        ...

    def address(self, service: str, port: int) -> Address:
        """Where the trainer reaches a port that the stack publishes."""
        ...
