"""What can happen to a part of the company as a whole: it stands still, dies, starves or is cut off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sandbox.faults.effects.base import Failed, run, until
from sandbox.runtime.base import Limits, Runtime, State
from sandbox.stack.model import load_stack

_CGROUP = """
cat /sys/fs/cgroup/cpu.max 2>/dev/null ||
    echo "$(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us) $(cat /sys/fs/cgroup/cpu/cpu.cfs_period_us)"
cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes
"""
_HOSTS = """grep -v " $1$" /etc/hosts >/tmp/.hosts; cat /tmp/.hosts >/etc/hosts; rm -f /tmp/.hosts"""
_DIES_WITHIN_S = 10.0
_NOWHERE = "192.0.2.1"
"""An address that is nobody's (RFC 5737)."""


def _chosen(runtime: Runtime, service: str, replica: int) -> list[tuple[int, State]]:
    """Number and state of the replicas that are meant; 0 means all."""
    found = [
        (each.number, each.state)
        for each in runtime.status()
        if each.service == service and replica in (0, each.number)
    ]
    if not found:
        raise Failed(f"there is no {service}{f'-{replica}' if replica else ''}")
    return found


@dataclass(frozen=True)
class Paused:
    """A part stands still: it answers nothing and gives nothing back."""

    kind: ClassVar[str] = "paused"
    lasting: ClassVar[bool] = True
    service: str
    replica: int

    @property
    def says(self) -> str:
        return f"{self.service} stands still"

    def apply(self, runtime: Runtime) -> None:
        runtime.pause(self.service, paused=True, replica=self.replica or None)

    def undo(self, runtime: Runtime) -> None:
        for number, state in _chosen(runtime, self.service, self.replica):
            if state == "paused":
                runtime.pause(self.service, paused=False, replica=number)

    def present(self, runtime: Runtime) -> bool:
        return any(state == "paused" for _, state in _chosen(runtime, self.service, self.replica))


@dataclass(frozen=True)
class Killed:
    """A part died; whether somebody starts it again is the company's business."""

    kind: ClassVar[str] = "killed"
    lasting: ClassVar[bool] = False
    service: str
    replica: int
    signal: str
    started: float
    """When the youngest of the replicas had been started, UNIX seconds."""

    @property
    def says(self) -> str:
        return f"{self.service} was killed"

    def apply(self, runtime: Runtime) -> None:
        runtime.kill(self.service, signal=self.signal, replica=self.replica or None)
        if not until(lambda: self._happened(runtime), _DIES_WITHIN_S):
            raise Failed(f"{self.service} lives on after {self.signal}")

    def undo(self, runtime: Runtime) -> None:
        for number, state in _chosen(runtime, self.service, self.replica):
            if state == "exited":
                runtime.restart(self.service, number)

    def present(self, runtime: Runtime) -> bool:
        return any(state == "exited" for _, state in _chosen(runtime, self.service, self.replica))

    def _happened(self, runtime: Runtime) -> bool:
        """Whether it is down, or was started again since."""
        return any(
            each.state == "exited" or (each.started_at or 0.0) > self.started
            for each in runtime.status()
            if each.service == self.service and self.replica in (0, each.number)
        )


@dataclass(frozen=True)
class Limited:
    """A part gets less processor or memory than the stack gives it; 0 leaves one as it is."""

    kind: ClassVar[str] = "limited"
    lasting: ClassVar[bool] = True
    service: str
    cpus: float
    memory_bytes: int

    @property
    def says(self) -> str:
        return f"{self.service} is limited"

    def apply(self, runtime: Runtime) -> None:
        runtime.limit(self.service, Limits(self.cpus or None, self.memory_bytes or None))

    def undo(self, runtime: Runtime) -> None:
        part = load_stack().services[self.service]
        memory = _plain_bytes(part.mem_limit) if self.memory_bytes and part.mem_limit else None
        runtime.limit(self.service, Limits(part.cpus if self.cpus else None, memory))

    def present(self, runtime: Runtime) -> bool:
        cpu, memory = run(runtime, self.service, ["sh", "-c", _CGROUP]).strip().splitlines()
        quota, period = cpu.split()
        cpus = float("inf") if quota in ("max", "-1") else int(quota) / int(period)
        is_cpus = self.cpus > 0 and abs(cpus - self.cpus) < 0.01
        is_memory = self.memory_bytes > 0 and memory == str(self.memory_bytes)
        return is_cpus or is_memory


def _plain_bytes(size: str) -> int:
    units = {"k": 1024, "m": 1024**2, "g": 1024**3}
    number = size.rstrip("kmgb")
    return int(number) * units.get(size[len(number) :][:1], 1)


@dataclass(frozen=True)
class CutOff:
    """Nothing reaches a part, and it reaches nothing."""

    kind: ClassVar[str] = "cut-off"
    lasting: ClassVar[bool] = True
    service: str
    port: int

    @property
    def says(self) -> str:
        return f"{self.service} is cut off"

    def apply(self, runtime: Runtime) -> None:
        runtime.partition(self.service, cut=True)

    def undo(self, runtime: Runtime) -> None:
        runtime.partition(self.service, cut=False)

    def present(self, runtime: Runtime) -> bool:
        reach = ["timeout", "1", "bash", "-c", f"exec 3<>/dev/tcp/{self.service}/{self.port}"]
        return runtime.exec("bastion", reach).exit_code != 0


@dataclass(frozen=True)
class BrokenName:
    """On one service's machines another's name leads nowhere, as after a bad hosts file."""

    kind: ClassVar[str] = "broken-name"
    lasting: ClassVar[bool] = True
    service: str
    name: str

    @property
    def says(self) -> str:
        return f"{self.service} finds no {self.name}"

    def _each(self, runtime: Runtime, script: str) -> None:
        for number, _ in _chosen(runtime, self.service, 0):
            run(runtime, self.service, ["sh", "-c", script, "hosts", self.name], replica=number)

    def apply(self, runtime: Runtime) -> None:
        self._each(runtime, f'{_HOSTS}; echo "{_NOWHERE} $1" >>/etc/hosts')

    def undo(self, runtime: Runtime) -> None:
        self._each(runtime, _HOSTS)

    def present(self, runtime: Runtime) -> bool:
        found = run(runtime, self.service, ["getent", "hosts", self.name])
        return found.split()[:1] == [_NOWHERE]
