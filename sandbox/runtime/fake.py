"""The company without any ground: replicas, files, logs and a network in this process's memory.

For tests and for work on screens, where a real company would take seconds and a machine. It keeps the same
contract as the runtimes that start something, so what is tested against it is tested against them. Whoever
holds it scripts what a real company would do by itself: what commands answer, what services write, which
part does not come up, and who listens behind a published port.
"""

from __future__ import annotations

import functools
import io
import signal as signals
import tarfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from sandbox.errors import BadStack, SandboxError, Unsupported
from sandbox.runtime import registry
from sandbox.runtime.base import (
    Address,
    Capability,
    ExecResult,
    Limits,
    LogLine,
    Progress,
    Replica,
    Report,
    Shell,
    Step,
)
from sandbox.runtime.docker_plan import check_signal
from sandbox.runtime.fake_company import EVERYTHING, Company, limit_files
from sandbox.runtime.fake_programs import PROGRAMS, Answer, Call, Program, absolute
from sandbox.stack.model import Stack, load_stack

_FIRST_PORT = 40_000
_LOOK_AGAIN_S = 0.01

_UP: dict[str, Company] = {}
"""Sandboxes of this process by name, so that whoever attaches finds what others see."""


@functools.cache
def _lumen() -> Stack:
    """The company as it is described; reading it takes longer than all that a fake does."""
    return load_stack()


class FakeRuntime:
    """One sandbox in memory. See `sandbox.runtime.base.Runtime` for what each method does.

    The handles that only this one has are `answer`, `say`, `end`, `serve`, `fail_start` and `executed`.
    """

    kind: Literal["fake"] = "fake"

    def __init__(
        self,
        sandbox_id: str,
        *,
        stack: Stack | None = None,
        capabilities: frozenset[Capability] = EVERYTHING,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing exists before `up`.

        Args:
            stack: what the company consists of; Lumen by default.
            capabilities: what it can do; the rest is refused as `Unsupported`.
            clock: UNIX seconds.
        """
        self._id = sandbox_id
        self._own = Company(stack or _lumen(), clock, capabilities)

    @property
    def sandbox_id(self) -> str:
        return self._id

    def capabilities(self) -> frozenset[Capability]:
        return self._company.capabilities

    @property
    def _company(self) -> Company:
        return _UP.get(self._id, self._own)

    # --- what a test makes happen ----------------------------------------------------------------

    @property
    def executed(self) -> tuple[Call, ...]:
        """Every command that `exec` ran, in order."""
        return tuple(self._company.executed)

    def answer(self, program: str, gives: Answer | Program, *, service: str = "") -> None:
        """Let a program be there, with one answer or one for each call; in one service, or in all."""
        given = (lambda _: gives) if isinstance(gives, Answer) else gives
        self._company.programs[service, program] = given

    def say(self, service: str, text: str, *, replica: int = 1, wall: float | None = None) -> None:
        """Let a replica write a line, at this time (UNIX seconds) or now."""
        with self._company.changed:
            self._company.write(
                self._company.find(service, replica)[0], text, self._company.now() if wall is None else wall
            )

    def end(self, service: str, exit_code: int = 1, *, replica: int = 1) -> None:
        """Let a replica end by itself, as a crash does; one that is to be restarted comes back."""
        self._company.end(self._company.find(service, replica)[0], exit_code)

    def serve(self, service: str, port: int, at: Address) -> None:
        """Say who listens behind a port that the stack publishes; otherwise nobody does."""
        self._company.served[service, port] = at

    def fail_start(self, service: str, exit_code: int, last_words: str) -> None:
        """Let a service write its last words and end, instead of getting ready, in the next `up`."""
        self._own.failing[service] = (exit_code, last_words)

    # --- up and down -----------------------------------------------------------------------------

    def up(self, report: Report, *, keep: bool = False) -> None:
        registry.create(self._id, "fake")
        _UP[self._id] = self._own
        begun = self._company.now()
        try:
            for name in self._company.stack.start_order():
                self._bring_up(name, lambda service, step, detail: report(
                    Progress(service, step, max(0.0, self._company.now() - begun), detail)
                ))  # fmt: skip
            if keep:
                registry.keep(self._id)
        except BaseException:
            self.down()
            raise

    def _bring_up(self, name: str, tell: Callable[[str, Step, str], None]) -> None:
        service = self._company.stack.services[name]
        for number in range(1, service.deploy.replicas + 1):
            tell(name, "create", f"{name}-{number}")
            self._company.create(name, number)
        if service.depends_on:
            tell(name, "wait", "for " + ", ".join(service.depends_on))
        for each in self._company.find(name):
            tell(name, "start", each.name)
            self._company.start(each)
        if name in self._company.failing:
            code, words = self._company.failing[name]
            how = f"failed with exit code {code}" if service.one_shot else "ended while starting"
            raise SandboxError(f"{name} {how}: {words}")
        tell(name, "ready", "")

    def down(self) -> None:
        company = _UP.pop(self._id, None)
        if company:
            company.clear()
        registry.forget(self._id)

    # --- looking ---------------------------------------------------------------------------------

    def status(self) -> tuple[Replica, ...]:
        with self._company.changed:
            copies = sorted(self._company.copies.values(), key=lambda each: (each.service, each.number))
            return tuple(
                Replica(each.service, each.number, each.state, each.name, each.started_at, each.exit_code)
                for each in copies
            )

    def logs(
        self,
        service: str | None = None,
        *,
        since: float = 0.0,
        follow: bool = False,
        stop: threading.Event | None = None,
    ) -> Iterator[LogLine]:
        company, read = self._company, 0
        while True:
            with company.changed:
                fresh = company.lines[read:]
                read += len(fresh)
                gone = _UP.get(self._id) is not company
                if follow and not fresh and not gone and not (stop and stop.is_set()):
                    # Nobody tells us when `stop` is set.
                    company.changed.wait(_LOOK_AGAIN_S)
                    continue
            for line in sorted(fresh, key=lambda each: each.wall):
                if service in (None, line.service) and line.wall >= since:
                    yield line
            if not follow or gone or (stop and stop.is_set()):
                return

    def read_out(self, service: str, path: str) -> bytes:
        content = self._company.find(service)[0].files.get(absolute(path))
        if content is None:
            raise SandboxError(f"{service}: {path} cannot be read: No such file or directory")
        return content

    def address(self, service: str, port: int) -> Address:
        self._company.find(service)
        services = self._company.stack.services
        published = [(name, each) for name, plan in services.items() for each in plan.published]
        if (service, port) not in published:
            raise BadStack(f"{service} does not publish port {port}")
        nobody = Address("127.0.0.1", _FIRST_PORT + published.index((service, port)))
        return self._company.served.get((service, port), nobody)

    # --- acting ----------------------------------------------------------------------------------

    def _require(self, capability: Capability) -> None:
        if capability not in self._company.capabilities:
            raise Unsupported(f"this sandbox cannot do {capability}")

    def exec(
        self,
        service: str,
        argv: Sequence[str],
        *,
        replica: int = 1,
        stdin: bytes | None = None,
        timeout_s: float = 30.0,
    ) -> ExecResult:
        self._require("exec")
        copy = self._company.find(service, replica)[0]
        if copy.state != "running":
            raise SandboxError(f"{copy.name}: nothing can be run in it, it is {copy.state}")
        call = Call(
            service, replica, tuple(argv), stdin or b"", copy.files,
            self._company.stack.services[service].environment,
            lambda name: self._company.dial(copy, name), self._run,
        )  # fmt: skip
        self._company.executed.append(call)
        done = self._run(call)
        if done.takes_s >= timeout_s:
            done = Answer(124, takes_s=timeout_s)
        return ExecResult(call.argv, done.exit_code, done.stdout, done.stderr, done.takes_s)

    def _run(self, call: Call) -> Answer:
        name, given = call.argv[0], self._company.programs
        program = given.get((call.service, name)) or given.get(("", name)) or PROGRAMS.get(name)
        return program(call) if program else Answer(127, stderr=f"{name}: not found\n")

    def copy_in(self, service: str, path: str, data: bytes) -> None:
        self._require("copy_in")
        with self._company.changed:
            for each in self._company.find(service):
                each.files = {**each.files, absolute(path): data}

    def unpack(self, service: str, folder: str, archive: bytes) -> None:
        self._company.find(service)
        try:
            with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                for member in tar:
                    content = tar.extractfile(member) if member.isfile() else None
                    if content is not None:
                        self.copy_in(service, absolute(member.name, folder), content.read())
        except tarfile.TarError as error:
            raise SandboxError(f"{service}: {folder} cannot be written: {error}") from error

    def restart(self, service: str, replica: int | None = None) -> None:
        self._require("restart")
        for each in self._company.find(service, replica):
            self._company.start(each)

    def scale(self, service: str, replicas: int) -> None:
        self._require("scale")
        if service not in self._company.stack.services or replicas < 0 or not self._company.copies:
            there_are = ", ".join(self._company.stack.services)
            raise BadStack(f"{service} cannot be scaled to {replicas}; there are: {there_are}")
        with self._company.changed:
            for number in range(1, replicas + 1):
                if (service, number) not in self._company.copies:
                    self._company.start(self._company.create(service, number))
            surplus = [key for key in self._company.copies if key[0] == service and key[1] > replicas]
            for key in surplus:
                del self._company.copies[key]

    def pause(self, service: str, *, paused: bool, replica: int | None = None) -> None:
        self._require("pause")
        with self._company.changed:
            for each in self._company.find(service, replica):
                if each.state == ("running" if paused else "paused"):
                    each.state = "paused" if paused else "running"

    def kill(self, service: str, *, signal: str = "KILL", replica: int | None = None) -> None:
        self._require("kill")
        check_signal(signal)
        name = signal.removeprefix("SIG")
        if name in ("STOP", "CONT"):
            self.pause(service, paused=name == "STOP", replica=replica)
        else:
            with self._company.changed:
                for each in self._company.find(service, replica):
                    each.hear(signals.Signals[f"SIG{name}"])

    def limit(self, service: str, limits: Limits) -> None:
        self._require("limit")
        if limits.extra:
            raise Unsupported(f"there is no limit called {', '.join(limits.extra)}")
        for each in self._company.find(service):
            each.files = {**each.files, **limit_files(limits.cpus, limits.memory_bytes)}

    def partition(self, service: str, *, cut: bool) -> None:
        self._require("partition")
        with self._company.changed:
            for each in self._company.find(service):
                each.connected = not cut

    def shell(self) -> Shell:
        self._company.find("bastion")
        return Shell(("sh",), {"PS1": "lumen bastion $ "})
