"""Starts the parts of a process sandbox: each with its address, its environment, its proof of being ready."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import psutil

from sandbox.errors import SandboxError
from sandbox.runtime import first_day, ground, registry
from sandbox.runtime.base import Progress, Report, Step
from sandbox.runtime.process_files import put
from sandbox.runtime.process_parts import Parts
from sandbox.runtime.registry import Owned, SandboxState
from sandbox.stack.model import Service, Stack, load_stack
from sandbox.stack.prometheus import SCRAPED, target_file

READY_WITHIN_S = 60.0
_LOOK_AGAIN_S = 0.03
_LISTENS_WITHIN_S = 1.0
_LAST_WORDS_KEPT = 4096

Tell = Callable[[str, Step, str], None]
Place = tuple[str, dict[str, int]]
"""A host, and port that the stack names → port that is listened on."""


def _nobody(service: str, step: Step, detail: str) -> None:
    """Nobody wants to hear how a part comes up."""


class Launcher:
    """Starts parts of one sandbox; what it started is in the state file before anything waits for it."""

    def __init__(self, sandbox_id: str, parts: Parts) -> None:
        self._id = sandbox_id
        self._parts = parts
        self._folder = registry.folder_of(sandbox_id)
        self.root = self._folder / "root"

    # --- all of them -----------------------------------------------------------------------------

    def start_all(self, report: Report) -> None:
        """Lay the files and start every part in dependency order; return when each is ready.

        Raises:
            SandboxError: of the part that failed first; what was started before it is left running.
        """
        begun = time.monotonic()

        def tell(service: str, step: Step, detail: str) -> None:
            report(Progress(service, step, time.monotonic() - begun, detail))

        stack, placed = self._prepare_ground()
        with ThreadPoolExecutor(thread_name_prefix="first-day") as pool:
            laid = {
                name: pool.submit(first_day.copy_to, Path(self._fill([folder], *placed[name], 1)[0]))
                for name, service in stack.services.items()
                if (folder := service.process.first_day)
            }
            self._start_in_order(stack, placed, laid, tell)

    def _start_in_order(
        self, stack: Stack, placed: Mapping[str, Place], laid: dict[str, Future[None]], tell: Tell
    ) -> None:
        """A database that is still being laid holds up nobody until somebody has to wait anyway."""
        proven: set[str] = set()

        def start(name: str) -> None:
            for number in range(1, stack.services[name].deploy.replicas + 1):
                tell(name, "start", "")
                self.start(name, stack.services[name], number, placed[name] if number == 1 else None)
            self.announce(stack)

        def start_laid(*, wait: bool) -> None:
            for name in [name for name, laying in laid.items() if wait or laying.done()]:
                laid.pop(name).result()
                start(name)

        for name in stack.start_order():
            for needed, how in stack.services[name].depends_on.items():
                if how.condition != "service_started" and needed not in proven:
                    tell(name, "wait", f"for {needed}")
                    start_laid(wait=True)
                    self.await_ready(needed, stack.services[needed], tell)
                    proven.add(needed)
                    tell(needed, "ready", "")
            start_laid(wait=False)
            if not stack.services[name].process.first_day:
                start(name)
        start_laid(wait=True)
        for name in stack.services:
            if name not in proven:
                self.await_ready(name, stack.services[name], tell)
                tell(name, "ready", "")

    def _prepare_ground(self) -> tuple[Stack, Mapping[str, Place]]:
        """Each first replica gets its place before anything starts: parts are told each other's addresses."""
        plain = load_stack()
        with registry.alone(), registry.locked(self._id) as state:
            ports = (port for each in plain.services.values() for port in each.expose)
            state.network = ground.pick_network(self._id, ports)
        ground.lay_tree(self.root, plain.services)
        placed: dict[str, Place] = {}
        for name, service in plain.services.items():
            placed[name] = ground.place(service, state.network, [host for host, _ in placed.values()])
        filled = ground.variables(placed, self.root)
        (self.root / "run/variables.json").write_text(json.dumps(filled), encoding="utf-8")
        stack = load_stack(variables=filled)
        ground.lay_bastion(self.root, stack, placed)
        return stack, placed

    def stack(self) -> Stack:
        """The stack with this sandbox's addresses filled in."""
        return load_stack(variables=self._variables())

    def _variables(self) -> dict[str, str]:
        filled: dict[str, str] = json.loads((self.root / "run/variables.json").read_text(encoding="utf-8"))
        return filled

    # --- one of them -----------------------------------------------------------------------------

    def start(self, name: str, service: Service, number: int, placed: Place | None) -> None:
        """Start one replica, at its place or at one that is free."""
        with registry.locked(self._id) as state:
            host, ports = placed or self._place(name, service, number, state)
            environment = self.environment(name, service, host, ports, number)
            argv = self._fill(service.process.command or service.command, host, ports, number)
            if not service.one_shot:
                exits = self._parts.exits_file(name, number)
                exits.unlink(missing_ok=True)
                argv = [str(self.root / "bin/supervise"), str(exits), *argv]
            log = (self._folder / f"{name}-{number}.log").open("ab")
            with log:
                child = subprocess.Popen(
                    argv, cwd=ground.code_of(self.root, name), env=environment, stdin=subprocess.DEVNULL,
                    stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                )  # fmt: skip
            self._parts.adopt(child)
            born = psutil.Process(child.pid).create_time()
            state.owned = [o for o in state.owned if (o.service, o.number) != (name, number)]
            state.owned.append(Owned(name, number, child.pid, born, host, ports))

    def _reserved(self) -> list[str]:
        return [value for key, value in self._variables().items() if key.startswith("HOST_")]

    def _fill(self, words: Sequence[str], host: str, ports: Mapping[str, int], number: int) -> list[str]:
        values = {f"port_{port}": str(real) for port, real in ports.items()}
        values |= {"host": host, "root": str(self.root), "replica": str(number)}
        # Not str.format: config values may hold braces of their own.
        filled = list(words)
        for key, value in values.items():
            filled = [word.replace("{" + key + "}", value) for word in filled]
        return filled

    def _place(self, name: str, service: Service, number: int, state: SandboxState) -> Place:
        """A place for one more replica; the first one's is set aside for it, since others know it."""
        if number > 1:
            taken = [*(each.host for each in state.owned), *self._reserved()]
            return ground.place(service, state.network, taken)
        told, upper = self._variables(), name.upper().replace("-", "_")
        return told[f"HOST_{upper}"], {
            str(port): int(told[f"PORT_{upper}_{port}"]) for port in service.expose
        }

    def environment(
        self, name: str, service: Service, host: str, ports: Mapping[str, int], number: int
    ) -> dict[str, str]:
        """What a program of this replica finds in its environment."""
        programs = f"{self.root}/bin:{os.environ.get('PATH', '/usr/bin:/bin')}"
        if name == "bastion":
            programs = f"{self.root}/bastion-bin:{programs}"
        own = {
            key: self._fill([value], host, ports, number)[0]
            for key, value in service.process.environment.items()
        }
        return {
            "PATH": programs, "HOME": str(self.root / "home"), "LANG": "C.UTF-8", "TZ": "UTC",
            "PYTHONPATH": str(ground.code_of(self.root, name)), "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            **service.environment, **own,
        }  # fmt: skip

    def announce(self, stack: Stack) -> None:
        """Tell the edge and Prometheus who is there, by rename."""
        replicas: dict[str, list[str]] = {}
        metrics: dict[str, list[str]] = {}
        for owned in self._parts.all():
            service = stack.services[owned.service]
            if service.expose:
                place = f"{owned.host}:{owned.ports[str(service.expose[0])]}"
                replicas.setdefault(owned.service, []).append(place)
                replicas[f"{owned.service}-{owned.number}"] = [place]
            if owned.service in SCRAPED:
                port = owned.ports[str(SCRAPED[owned.service])]
                metrics.setdefault(owned.service, []).append(f"{owned.host}:{port}")
        put(self.root / "run/targets.json", target_file(metrics).encode())
        put(self.root / "run/discovery.json", json.dumps(replicas).encode())

    # --- until it is ready -----------------------------------------------------------------------

    def await_ready(
        self, name: str, service: Service, tell: Tell = _nobody, replica: int | None = None
    ) -> None:
        """Wait until what was just started is ready, or, if it does its work and ends, until it has.

        Raises:
            SandboxError: it ended, or was not ready in time; with its last log lines.
        """
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            found = self._parts.find(name, replica)
            dead = [each for each in found if not self._parts.is_alive(each)]
            if service.one_shot and dead:
                code = self._parts.exit_code(dead[0])
                if code == 0:
                    return
                raise SandboxError(f"{name} failed with exit code {code}: {self._last_words(name)}")
            if dead or any(self._parts.times_ended(each) for each in found):
                raise SandboxError(f"{name} ended while starting: {self._last_words(name)}")
            if not service.one_shot and all(self._ready(each, service) for each in found):
                return
            tell(name, "wait", "to be ready")
            time.sleep(_LOOK_AGAIN_S)
        raise SandboxError(f"{name} was not ready within {READY_WITHIN_S:.0f} s: {self._last_words(name)}")

    def _ready(self, owned: Owned, service: Service) -> bool:
        if service.process.ready is None:
            return True
        if service.expose and not _listens(owned.host, owned.ports[str(service.expose[0])]):
            # Found out for nothing, where a real check costs a process that keeps others from starting.
            return False
        argv = self._fill(service.process.ready, owned.host, owned.ports, owned.number)
        environment = self.environment(owned.service, service, owned.host, owned.ports, owned.number)
        try:
            asked = subprocess.run(
                argv, cwd=self.root, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, timeout=5.0, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return False
        return asked.returncode == 0

    def _last_words(self, service: str) -> str:
        lines = [line for log in sorted(self._folder.glob(f"{service}-*.log")) for line in _end_of(log)]
        return " / ".join(lines[-3:]) or "it wrote nothing"


def _listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(_LISTENS_WITHIN_S)
        return probe.connect_ex((host, port)) == 0


def _end_of(log: Path) -> list[str]:
    return log.read_bytes()[-_LAST_WORDS_KEPT:].decode("utf-8", "replace").splitlines()
