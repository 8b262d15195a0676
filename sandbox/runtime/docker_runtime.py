"""The company on Docker: one container for each copy of a service, on a network of the sandbox's own.

Containers are made side by side, which is several times as fast as one after the other; the labels are
Compose's own. Nothing is kept in memory that the engine doesn't know, so any process can attach. There
are no bind mounts, so the engine may be on another machine.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import shutil
import tarfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Literal

from sandbox.errors import BadStack, MissingTool, SandboxError, Unsupported
from sandbox.runtime import docker_plan, registry
from sandbox.runtime.base import (
    CAPABILITIES,
    Address,
    Capability,
    ExecResult,
    Limits,
    LogLine,
    Progress,
    Replica,
    Report,
    Shell,
)
from sandbox.runtime.docker import Engine, ensure_image
from sandbox.runtime.docker_plan import Part, Seen
from sandbox.runtime.docker_start import start_all
from sandbox.runtime.docker_streams import EntryStream, Merger, Opener
from sandbox.runtime.logtail import Source
from sandbox.runtime.turns import turn, turn_to_go
from sandbox.stack.model import Stack, load_stack

READY_WITHIN_S = 60
_TERM_GRACE_S = 2
_GONE_WITHIN_S = 10.0
_TURN_WITHIN_S = 20.0
"""Removing waits so long for another sandbox that comes up: where many come and go at once, an engine before
28 can lose count of a network's containers."""
_LOOK_AGAIN_S = 0.05
_SIDE_BY_SIDE = 16

_UNTIL_READY = """
port=$1; shift
exec 9<> <(:)
until [ -z "$port" ] || { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; do read -rt 0.1 -u 9; done
until "$@" >/dev/null 2>&1; do read -rt 0.2 -u 9; done
true
"""
"""One command that asks again and again costs far less than many commands that ask once; a port that
nobody listens on is found out for nothing, where a real check would keep starting parts from starting; and
a read from a pipe that says nothing waits without a process of its own, as `sleep` would be."""

MISCOUNTED = "Docker still counts containers in it that are gone; restarting Docker ends that"
"""Why a network stays: a fault of engines before 28 (moby/moby#42119) that nobody can mend from outside."""
_COUNTED_WRONG = "has active endpoints"
"""What an engine says of a network without a container when its own count of them went wrong, as it can
when many start at once (moby issue 42119). Until it is restarted, nobody can remove that network."""

_BASHRC = "/run/lumen/bashrc"
"""Where the bastion's program lays what the shell starts with."""

_DEPLOYED = ("/etc/lumen", "/srv/lumen")
"""What a deployment changes: a further copy of a service starts with what its sisters have."""


class DockerRuntime:
    """One sandbox on Docker. See `sandbox.runtime.base.Runtime` for what each method does."""

    kind: Literal["docker"] = "docker"

    def __init__(self, sandbox_id: str) -> None:
        self._id = sandbox_id
        self._label = docker_plan.project_label(sandbox_id)
        self._network = docker_plan.network_name(sandbox_id)
        self._connected: Engine | None = None
        self._connecting = threading.Lock()
        self._kept = False

    @property
    def sandbox_id(self) -> str:
        return self._id

    @property
    def _engine(self) -> Engine:
        with self._connecting:
            if self._connected is None:
                self._connected = Engine()
            return self._connected

    def capabilities(self) -> frozenset[Capability]:
        return CAPABILITIES["docker"]

    # --- up and down -----------------------------------------------------------------------------

    def up(self, report: Report, *, keep: bool = False) -> None:
        if self._all():
            raise SandboxError(f"the sandbox {self._id} exists already")
        begun = time.monotonic()
        image = ensure_image(lambda text: report(Progress("image", "wait", time.monotonic() - begun, text)))
        report(Progress("image", "ready", time.monotonic() - begun))
        with turn(report):
            self._up(image, report, keep=keep)

    def _up(self, image: str, report: Report, *, keep: bool) -> None:
        registry.create(self._id, "docker")
        self._kept = keep
        try:
            stack = load_stack()
            self._make_network(stack)
            start_all(docker_plan.parts_of(self._id, stack), _Starter(self, image), report)
            self._verify_running(stack)
            if keep:
                registry.keep(self._id)
        except BaseException as error:
            try:
                # It is still this one's turn.
                self._remove_all()
            except SandboxError as left:
                error.add_note(f"not everything could be removed: {left}; `gameday sweep` does it later")
            raise

    def _make_network(self, stack: Stack) -> None:
        plan = stack.networks[docker_plan.NETWORK]
        labels = docker_plan.network_labels(self._id, docker_plan.trainer_label(), kept=self._kept)
        made: Future[None] = Future()

        def make() -> None:
            try:
                self._engine.create_network(self._network, plan.driver, plan.driver_opts, labels)
            except BaseException as error:  # noqa: BLE001 (it leaves from `made.result`)
                made.set_exception(error)
            else:
                made.set_result(None)

        try:
            threading.Thread(target=make, daemon=True).start()
            made.result()
        except BaseException:
            # An interrupt waits for the engine's answer: what it makes has to be there to be removed.
            wait([made], timeout=_GONE_WITHIN_S)
            raise

    def _verify_running(self, stack: Stack) -> None:
        """A part without a health check may have ended after all."""
        for each in self._all():
            if each.state != "running" and not stack.services[each.service].one_shot:
                words = self._engine.last_words(each.name)
                raise SandboxError(f"{each.service} ended while starting: {words}")

    def down(self) -> None:
        registry.end_helpers(self._id)
        with turn_to_go(_TURN_WITHIN_S):
            self._remove_all()

    def _remove_all(self) -> None:
        deadline = time.monotonic() + _GONE_WITHIN_S
        while True:
            problems = self.remove_once()
            containers = [each.name for each in self._all()]
            left = containers + self._engine.networks(self._label) + self._engine.volumes(self._label)
            if not left:
                registry.forget(self._id)
                return
            if time.monotonic() > deadline:
                why = "; ".join(problems) or "no reason given"
                if not containers and _COUNTED_WRONG in why:
                    why = MISCOUNTED
                raise SandboxError(f"these would not go: {', '.join(left)}: {why}")
            time.sleep(_LOOK_AGAIN_S)

    def remove_once(self) -> list[str]:
        """Take away all that carries the sandbox's label; what went wrong, which may be passing."""
        problems: list[str] = []

        def attempt(remove: Callable[[str], None], name: str) -> None:
            try:
                remove(name)
            except SandboxError as error:
                problems.append(str(error))

        engine = self._engine
        _each(self._all(), lambda each: attempt(engine.remove, each.id))
        for network in engine.networks(self._label):
            attempt(engine.remove_network, network)
        for volume in engine.volumes(self._label):
            attempt(engine.remove_volume, volume)
        return problems

    # --- one part --------------------------------------------------------------------------------

    def create(self, part: Part, image: str) -> str:
        """Create a part's container without starting it; its id."""
        labels = docker_plan.container_labels(part, docker_plan.trainer_label(), kept=self._kept)
        return self._engine.create(part, image, labels)

    def start(self, container: str) -> None:
        self._engine.start(container)

    def await_ready(self, part: Part) -> None:
        """Wait until a part is ready, or, if it does its work and ends, until it has.

        Raises:
            SandboxError: it ended, or was not ready in time; with its last log lines.
        """
        problem: str | None = None
        if part.definition.one_shot:
            problem = self._await_end(part.name)
        elif part.definition.healthcheck:
            port = str(next(iter(part.definition.expose), ""))
            problem = self._await_healthy(part.name, port, part.definition.healthcheck.argv)
        if problem:
            raise SandboxError(f"{part.service} {problem}: {self._engine.last_words(part.name)}")

    def _await_end(self, container: str) -> str | None:
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            state = self._engine.state(container)
            if state is None or docker_plan.state_of(state["Status"]) == "exited":
                code = int(state["ExitCode"]) if state else 137
                return f"failed with exit code {code}" if code else None
            time.sleep(_LOOK_AGAIN_S)
        return f"did not end within {READY_WITHIN_S} s"

    def _await_healthy(self, container: str, port: str, check: Sequence[str]) -> str | None:
        asking = ["bash", "-c", _UNTIL_READY, "ready", port, *check]
        try:
            code = self._engine.run(container, asking, timeout_s=READY_WITHIN_S).exit_code
        except SandboxError:
            # A container that has ended can't be asked.
            state = self._engine.state(container)
            if state and state["Running"] and not state["Restarting"]:
                raise
            code = 1
        if code == 124:
            return f"was not ready within {READY_WITHIN_S} s"
        return "ended while starting" if code else None

    # --- looking ---------------------------------------------------------------------------------

    def _all(self) -> list[Seen]:
        return self._engine.containers(self._label)

    def _find(self, service: str, replica: int | None = None) -> list[Seen]:
        everything = self._all()
        found = [each for each in everything if each.service == service and replica in (None, each.number)]
        if not found:
            known = ", ".join(sorted({each.service for each in everything}))
            which = service if replica is None else f"{service}-{replica}"
            raise BadStack(f"there is no {which}; there are: {known or 'none'}")
        return found

    def status(self) -> tuple[Replica, ...]:
        states = [(each, self._engine.state(each.id)) for each in self._all()]
        return tuple(docker_plan.replica(each, state) for each, state in states if state)

    def logs(
        self,
        service: str | None = None,
        *,
        since: float = 0.0,
        follow: bool = False,
        stop: threading.Event | None = None,
    ) -> Iterator[LogLine]:
        def look() -> Mapping[Source, Opener]:
            wanted = [each for each in self._all() if service in (None, each.service)]
            return {(each.service, each.number): self._opener(each) for each in wanted}

        return Merger(look, since, stop or threading.Event()).lines(follow=follow)

    def _opener(self, each: Seen) -> Opener:
        def open_log(since: float, follow: bool) -> EntryStream:
            return self._engine.log(each.id, since, follow=follow)

        return open_log

    def read_out(self, service: str, path: str) -> bytes:
        archive = self._engine.get_archive(self._find(service)[0].name, path)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            content = tar.extractfile(tar.getmembers()[0])
            if content is None:
                raise SandboxError(f"{service}: {path} cannot be read: it is not a file")
            return content.read()

    def address(self, service: str, port: int) -> Address:
        for each in self._find(service):
            if port in each.ports:
                return Address("127.0.0.1", each.ports[port])
        raise BadStack(f"{service} does not publish port {port}")

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
        found = self._find(service, replica)[0]
        return self._engine.run(found.name, argv, stdin=stdin, timeout_s=timeout_s)

    def copy_in(self, service: str, path: str, data: bytes) -> None:
        folder, _, name = path.strip("/").rpartition("/")

        def put(each: Seen) -> None:
            if each.state != "running":
                # Nobody reads, and nothing can be run.
                self._engine.put(each.name, f"{folder}/{name}", data)
                return
            fresh = f"{folder}/.{name}.{secrets.token_hex(4)}"
            self._engine.put(each.name, fresh, data)
            moved = self._engine.run(each.name, ["mv", "-f", f"/{fresh}", f"/{folder}/{name}"], user="root")
            if moved.exit_code:
                raise SandboxError(f"{each.name}: {path} cannot be written: {moved.stderr.strip()}")

        _each(self._find(service), put)

    def unpack(self, service: str, folder: str, archive: bytes) -> None:
        _each(self._find(service), lambda each: self._engine.put_archive(each.name, folder, archive))

    def restart(self, service: str, replica: int | None = None) -> None:
        plan = load_stack().services[service]

        def again(each: Seen) -> None:
            self._engine.restart(each.name, _TERM_GRACE_S)
            self.await_ready(Part(self._id, service, each.number, plan))

        _each(self._find(service, replica), again)

    def scale(self, service: str, replicas: int) -> None:
        services = load_stack().services
        everything = self._all()
        if service not in services or replicas < 0 or not everything:
            raise BadStack(f"{service} cannot be scaled to {replicas}; there are: {', '.join(services)}")
        now = [each for each in everything if each.service == service]
        missing = sorted(set(range(1, replicas + 1)) - {each.number for each in now})
        for number in missing:
            self._add(Part(self._id, service, number, services[service]), everything[0].image, now)
        surplus = [each for each in now if each.number > replicas]
        _each(list(reversed(surplus)), self._end)

    def _add(self, part: Part, image: str, sisters: Sequence[Seen]) -> None:
        made = self.create(part, image)
        try:
            for folder in _DEPLOYED if sisters else ():
                deployed = self._engine.get_archive(sisters[0].name, folder)
                self._engine.put_archive(made, os.path.dirname(folder), deployed)
            self.start(made)
        except BaseException:
            self._engine.remove(made)
            raise

    def _end(self, each: Seen) -> None:
        self._engine.stop(each.name, _TERM_GRACE_S)
        self._engine.remove(each.name)

    def pause(self, service: str, *, paused: bool, replica: int | None = None) -> None:
        for each in self._find(service, replica):
            if (each.state == "paused") != paused:
                self._engine.pause(each.name, paused=paused)

    def kill(self, service: str, *, signal: str = "KILL", replica: int | None = None) -> None:
        docker_plan.check_signal(signal)
        for each in self._find(service, replica):
            if each.state in ("running", "paused"):
                self._engine.kill(each.name, signal)

    def limit(self, service: str, limits: Limits) -> None:
        if limits.extra:
            raise Unsupported(f"Docker has no limit called {', '.join(limits.extra)}")
        for each in self._find(service):
            self._engine.limit(each.name, limits.cpus, limits.memory_bytes)

    def partition(self, service: str, *, cut: bool) -> None:
        plan = load_stack().services[service]
        for each in self._find(service):
            if each.connected and cut:
                self._engine.disconnect(each.name, self._network)
            elif not each.connected and not cut:
                aliases = Part(self._id, service, each.number, plan).aliases
                self._engine.connect(each.name, self._network, aliases)

    def shell(self) -> Shell:
        client = shutil.which("docker")
        if client is None:
            raise MissingTool("the shell opens through the command `docker`, which is not on PATH")
        words = ["exec", "-it", "-w", "/root", "-e", "PS1=lumen bastion $ ", self._find("bastion")[0].name]
        return Shell((client, *words, "bash", "--noprofile", "--rcfile", _BASHRC, "-i"), {})


class _Starter:
    """What `start_all` asks of the engine, for one sandbox; refuses once the start was given up."""

    def __init__(self, runtime: DockerRuntime, image: str) -> None:
        self._runtime = runtime
        self._image = image
        self._abandoned = threading.Event()

    def create(self, part: Part) -> None:
        self._unless_abandoned(part)
        self._runtime.create(part, self._image)

    def start(self, part: Part) -> None:
        self._unless_abandoned(part)
        self._runtime.start(part.name)

    def await_ready(self, part: Part) -> None:
        self._unless_abandoned(part)
        self._runtime.await_ready(part)

    def abandon(self) -> None:
        self._abandoned.set()
        with contextlib.suppress(SandboxError):
            self._runtime.remove_once()

    def _unless_abandoned(self, part: Part) -> None:
        if self._abandoned.is_set():
            raise SandboxError(f"{part.name}: the start was given up")


def _each(found: Sequence[Seen], act: Callable[[Seen], object]) -> None:
    """Do it to all side by side; the first error leaves when all are done."""
    if found:
        with ThreadPoolExecutor(min(len(found), _SIDE_BY_SIDE)) as pool:
            for outcome in [pool.submit(act, each) for each in found]:
                outcome.result()
