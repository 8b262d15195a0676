"""The company as plain processes on loopback addresses of their own, for machines without Docker.

Everything a sandbox writes is in its one folder, and every process is recorded in the state file
before anything waits for it, so that whoever comes later can end exactly what was started here.
"""

from __future__ import annotations

import signal
import tarfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from sandbox.errors import BadStack, MissingTool, SandboxError, Unsupported
from sandbox.runtime import ground, registry, tools
from sandbox.runtime.base import (
    CAPABILITIES,
    Address,
    Capability,
    ExecResult,
    Limits,
    LogLine,
    Replica,
    Report,
    Shell,
)
from sandbox.runtime.logtail import tail
from sandbox.runtime.outputs import captured
from sandbox.runtime.process_files import files_in, inside, put, reason
from sandbox.runtime.process_launch import Launcher
from sandbox.runtime.process_parts import Parts
from sandbox.runtime.registry import Owned
from sandbox.runtime.turns import turn


class ProcessRuntime:
    """One sandbox of plain processes. See `sandbox.runtime.base.Runtime` for what each method does."""

    kind: Literal["process"] = "process"

    def __init__(self, sandbox_id: str) -> None:
        self._id = sandbox_id
        self.folder = registry.folder_of(sandbox_id)
        self.root = self.folder / "root"
        self._parts = Parts(sandbox_id)
        self._launcher = Launcher(sandbox_id, self._parts)

    @property
    def sandbox_id(self) -> str:
        return self._id

    def capabilities(self) -> frozenset[Capability]:
        return CAPABILITIES["process"]

    # --- up and down -----------------------------------------------------------------------------

    def up(self, report: Report, *, keep: bool = False) -> None:
        lacking = tools.missing()
        if lacking:
            tool, mending = next(iter(lacking.items()))
            raise MissingTool(f"the process runtime needs {', '.join(lacking)}; for {tool}: {mending}")
        with turn(report):
            self._up(report, keep=keep)

    def _up(self, report: Report, *, keep: bool) -> None:
        registry.create(self._id, "process")
        try:
            self._launcher.start_all(report)
            if keep:
                registry.keep(self._id)
        except OSError as error:
            self.down()
            raise SandboxError(
                f"the sandbox's files cannot be written to {self.folder}: {reason(error)}; "
                "make room there, or set GAMEDAY_STATE to a folder that has it"
            ) from error
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        if not self.folder.is_dir():
            return
        registry.end_helpers(self._id)
        owned = self._parts.all()
        self._parts.end(owned)
        left = [f"{each.service} (pid {each.pid})" for each in owned if each.alive()]
        if left:
            raise SandboxError(f"these would not end: {', '.join(left)}")
        registry.end_standing(self._id)
        registry.forget(self._id)

    # --- looking ---------------------------------------------------------------------------------

    def status(self) -> tuple[Replica, ...]:
        everything = sorted(self._parts.all(), key=lambda each: (each.service, each.number))
        return tuple(self._parts.replica(each) for each in everything)

    def logs(
        self,
        service: str | None = None,
        *,
        since: float = 0.0,
        follow: bool = False,
        stop: threading.Event | None = None,
    ) -> Iterator[LogLine]:
        def sources() -> Mapping[tuple[str, int], Path]:
            if not self.folder.is_dir():
                return {}
            named = {path.stem.rpartition("-"): path for path in self.folder.glob("*.log")}
            return {(n, int(k)): path for (n, _, k), path in named.items() if service in (None, n)}

        return tail(sources, since=since, follow=follow, stop=stop)

    def read_out(self, service: str, path: str) -> bytes:
        self._parts.find(service)
        try:
            return inside(self.root, service, path).read_bytes()
        except OSError as error:
            raise SandboxError(f"{service}: {path} cannot be read: {error.strerror}") from error

    def address(self, service: str, port: int) -> Address:
        owned = self._parts.find(service)[0]
        try:
            return Address(owned.host, owned.ports[str(port)])
        except KeyError:
            raise BadStack(f"{service} does not listen on port {port}") from None

    # --- acting ----------------------------------------------------------------------------------

    def exec(
        self,
        service: str,
        argv: Sequence[str],
        *,
        replica: int = 1,
        stdin: bytes | None = None,
        timeout_s: float = 30.0,
    ) -> ExecResult:
        owned = self._parts.find(service, replica)[0]
        plan = self._launcher.stack().services[service]
        environment = self._launcher.environment(service, plan, owned.host, owned.ports, replica)
        cwd = self.root / "home" if service == "bastion" else ground.code_of(self.root, service)
        begun = time.monotonic()
        try:
            code, out, err = captured(argv, cwd=cwd, env=environment, stdin=stdin, timeout_s=timeout_s)
        except FileNotFoundError:
            code, out, err = 127, b"", f"{argv[0]}: not found\n".encode()
        text = (out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))
        return ExecResult(tuple(argv), code, *text, duration_s=time.monotonic() - begun)

    def copy_in(self, service: str, path: str, data: bytes) -> None:
        self._parts.find(service)
        target = inside(self.root, service, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        put(target, data)

    def unpack(self, service: str, folder: str, archive: bytes) -> None:
        try:
            for name, content in files_in(archive):
                self.copy_in(service, f"{folder}/{name}", content)
        except (OSError, tarfile.TarError) as error:
            why = str(error).partition("\n")[0]
            raise SandboxError(f"{service}: {folder} cannot be written: {why}") from error

    def restart(self, service: str, replica: int | None = None) -> None:
        plan = self._launcher.stack().services[service]
        for owned in self._parts.find(service, replica):
            self._parts.end([owned])
            self._launcher.start(service, plan, owned.number, (owned.host, owned.ports))
        self._launcher.await_ready(service, plan, replica=replica)

    def scale(self, service: str, replicas: int) -> None:
        stack = self._launcher.stack()
        if service not in stack.services or replicas < 0:
            there_are = ", ".join(stack.services)
            raise BadStack(f"{service} cannot be scaled to {replicas}; there are: {there_are}")
        now = [each for each in self._parts.all() if each.service == service]
        for number in range(1, replicas + 1):
            if number not in {each.number for each in now}:
                self._launcher.start(service, stack.services[service], number, None)
        surplus = [each for each in now if each.number > replicas]
        with registry.locked(self._id) as state:
            gone = {each.number for each in surplus}
            state.owned = [o for o in state.owned if o.service != service or o.number not in gone]
        self._launcher.announce(stack)
        self._parts.end(surplus)

    def pause(self, service: str, *, paused: bool, replica: int | None = None) -> None:
        number = signal.SIGSTOP if paused else signal.SIGCONT
        self._each(service, replica, lambda owned: self._parts.signal(owned, number))

    def kill(self, service: str, *, signal: str = "KILL", replica: int | None = None) -> None:
        number = _signal_number(signal)
        self._each(service, replica, lambda owned: self._parts.signal(owned, number))

    def _each(self, service: str, replica: int | None, act: Callable[[Owned], object]) -> None:
        for owned in self._parts.find(service, replica):
            act(owned)

    def limit(self, service: str, limits: Limits) -> None:
        raise Unsupported("plain processes have no resource limits of their own; use the Docker runtime")

    def partition(self, service: str, *, cut: bool) -> None:
        raise Unsupported("plain processes share the loopback network; use the Docker runtime")

    def shell(self) -> Shell:
        owned = self._parts.find("bastion")[0]
        plan = self._launcher.stack().services["bastion"]
        environment = self._launcher.environment("bastion", plan, owned.host, owned.ports, 1)
        environment["PS1"] = "lumen bastion $ "
        start = ("bash", "--noprofile", "--rcfile", str(self.root / "run/lumen/bashrc"), "-i")
        return Shell(start, environment, str(self.root / "home"))


def _signal_number(name: str) -> signal.Signals:
    try:
        return signal.Signals[f"SIG{name.removeprefix('SIG')}"]
    except KeyError:
        raise BadStack(f"{name} is not a signal") from None
