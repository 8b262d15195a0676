"""The company as plain processes on loopback addresses of their own, for machines without Docker.

Everything a sandbox writes is in its one folder, and every process is recorded in the state file
before anything waits for it, so that whoever comes later can end exactly what was started here.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import tarfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Literal

import psutil

from sandbox.errors import BadStack, MissingTool, SandboxError, Unsupported
from sandbox.runtime import ground, registry, tools
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
    State,
    Step,
)
from sandbox.runtime.logtail import tail
from sandbox.runtime.registry import Owned, SandboxState
from sandbox.stack.model import Service, Stack, load_stack
from sandbox.stack.prometheus import SCRAPED, target_file

READY_WITHIN_S = 30.0
_TERM_GRACE_S = 1.0
_BURIED_WITHIN_S = 1.0
_CODE = PurePosixPath("/srv/lumen")
_CONFIG = PurePosixPath("/etc/lumen")


Tell = Callable[[str, Step, str], None]


def _nobody(service: str, step: Step, detail: str) -> None:
    """Nobody wants to hear how a part comes up."""


class ProcessRuntime:
    """One sandbox of plain processes. See `sandbox.runtime.base.Runtime` for what each method does."""

    kind: Literal["process"] = "process"

    def __init__(self, sandbox_id: str) -> None:
        self._id = sandbox_id
        self.folder = registry.folder_of(sandbox_id)
        self.root = self.folder / "root"
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def sandbox_id(self) -> str:
        return self._id

    def capabilities(self) -> frozenset[Capability]:
        return frozenset({"exec", "copy_in", "restart", "scale", "pause", "kill"})

    # --- up and down -----------------------------------------------------------------------------

    def up(self, report: Report) -> None:
        lacking = tools.missing()
        if lacking:
            tool, mending = next(iter(lacking.items()))
            raise MissingTool(f"the process runtime needs {', '.join(lacking)}; for {tool}: {mending}")
        registry.create(self._id, "process")
        try:
            with registry.locked(self._id) as state:
                state.network = ground.pick_network()
            ground.lay_tree(self.root, load_stack().services)
            self._start_all(report)
        except BaseException:
            self.down()
            raise

    def _start_all(self, report: Report) -> None:
        begun = time.monotonic()

        def tell(service: str, step: Step, detail: str) -> None:
            report(Progress(service, step, time.monotonic() - begun, detail))

        # Every first replica gets its place before anything starts: parts are told each other's addresses.
        plain = load_stack()
        state = registry.load(self._id)
        placed: dict[str, tuple[str, dict[str, int]]] = {}
        for name, service in plain.services.items():
            placed[name] = ground.place(service, state.network, [host for host, _ in placed.values()])
        filled = ground.variables(placed, self.root)
        (self.root / "run/variables.json").write_text(json.dumps(filled), encoding="utf-8")
        stack = load_stack(variables=filled)
        ground.lay_bastion(self.root, stack, placed)
        proven: set[str] = set()
        for name in stack.start_order():
            for needed, how in stack.services[name].depends_on.items():
                if how.condition != "service_started" and needed not in proven:
                    tell(name, "wait", f"for {needed}")
                    self._await_ready(needed, stack.services[needed], tell)
                    proven.add(needed)
                    tell(needed, "ready", "")
            for number in range(1, stack.services[name].deploy.replicas + 1):
                tell(name, "start", "")
                self._start(name, stack.services[name], number, placed[name] if number == 1 else None)
            self._announce(stack)
        for name in stack.services:
            if name not in proven:
                self._await_ready(name, stack.services[name], tell)
                tell(name, "ready", "")

    def _await_ready(self, name: str, service: Service, tell: Tell = _nobody) -> None:
        """Wait until a part is ready.

        Raises:
            SandboxError: it ended, or was not ready in time; with its last log lines.
        """
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            ended = [owned for owned in self._all() if owned.service == name and not self._is_alive(owned)]
            if service.one_shot and ended:
                code = self._exit_code(ended[0])
                if code == 0:
                    return
                raise SandboxError(f"{name} failed with exit code {code}: {self._last_words(name)}")
            if ended:
                raise SandboxError(f"{name} ended while starting: {self._last_words(name)}")
            if not service.one_shot and all(self._ready(owned, service) for owned in self._find(name)):
                return
            tell(name, "wait", "to be ready")
            time.sleep(0.03)
        raise SandboxError(f"{name} was not ready within {READY_WITHIN_S:.0f} s: {self._last_words(name)}")

    def _ready(self, owned: Owned, service: Service) -> bool:
        if service.process.ready is None:
            return True
        argv = self._fill(service.process.ready, owned.host, owned.ports, owned.number)
        return self.exec(owned.service, argv, replica=owned.number, timeout_s=5.0).exit_code == 0

    def _last_words(self, service: str) -> str:
        lines = [line.text for line in self.logs(service)][-3:]
        return " / ".join(lines) or "it wrote nothing"

    def down(self) -> None:
        if not self.folder.is_dir():
            return
        registry.end_helpers(self._id)
        owned = self._all()
        self._end(owned)
        left = [each for each in owned if each.alive()]
        if left:
            raise SandboxError(
                f"these would not end: {', '.join(f'{e.service} (pid {e.pid})' for e in left)}"
            )
        registry.forget(self._id)

    def _end(self, owned: Sequence[Owned]) -> None:
        """SIGTERM to all at once, then SIGKILL to what is still there; whole process groups."""
        for each in reversed(owned):
            self._signal(each, signal.SIGCONT)
            self._signal(each, signal.SIGTERM)
        deadline = time.monotonic() + _TERM_GRACE_S
        while time.monotonic() < deadline and any(self._is_alive(each) for each in owned):
            time.sleep(0.02)
        for each in owned:
            self._signal(each, signal.SIGKILL)
        deadline = time.monotonic() + _TERM_GRACE_S
        while time.monotonic() < deadline and any(self._is_alive(each) for each in owned):
            time.sleep(0.02)

    def _signal(self, owned: Owned, number: signal.Signals) -> None:
        if not self._is_alive(owned) and number != signal.SIGKILL:
            return
        try:
            os.killpg(owned.pid, number)
        except (ProcessLookupError, PermissionError):
            return

    # --- starting one ----------------------------------------------------------------------------

    def _start(
        self, name: str, service: Service, number: int, placed: tuple[str, dict[str, int]] | None
    ) -> None:
        with registry.locked(self._id) as state:
            host, ports = placed or ground.place(
                service, state.network, [*(o.host for o in state.owned), *self._reserved()]
            )
            environment = self._environment(name, service, host, ports, number)
            if service.process.prepare and number == 1 and not self._prepared(name):
                self._prepare(name, self._fill(service.process.prepare, host, ports, number), environment)
            argv = self._fill(service.process.command or service.command, host, ports, number)
            log = (self.folder / f"{name}-{number}.log").open("ab")
            with log:
                child = subprocess.Popen(
                    argv, cwd=ground.code_of(self.root, name), env=environment, stdin=subprocess.DEVNULL,
                    stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                )  # fmt: skip
            self._children[child.pid] = child
            born = psutil.Process(child.pid).create_time()
            state.owned = [o for o in state.owned if (o.service, o.number) != (name, number)]
            state.owned.append(Owned(name, number, child.pid, born, host, ports))

    def _reserved(self) -> list[str]:
        filled = json.loads((self.root / "run/variables.json").read_text(encoding="utf-8"))
        return [value for key, value in filled.items() if key.startswith("HOST_")]

    def _fill(self, words: Sequence[str], host: str, ports: Mapping[str, int], number: int) -> list[str]:
        values = {f"port_{port}": str(real) for port, real in ports.items()}
        values |= {"host": host, "root": str(self.root), "replica": str(number)}
        # Not str.format: config values may hold braces of their own.
        filled = list(words)
        for key, value in values.items():
            filled = [word.replace("{" + key + "}", value) for word in filled]
        return filled

    def _environment(
        self, name: str, service: Service, host: str, ports: Mapping[str, int], number: int
    ) -> dict[str, str]:
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

    def _prepared(self, name: str) -> bool:
        return (self.folder / f"{name}.prepared").exists()

    def _prepare(self, name: str, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        done = subprocess.run(
            argv, cwd=self.root, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
            raise SandboxError(f"{name} could not be prepared: {' / '.join(said)}")
        (self.folder / f"{name}.prepared").touch()

    def _announce(self, stack: Stack) -> None:
        """Tell the edge and Prometheus who is there, by rename."""
        replicas: dict[str, list[str]] = {}
        metrics: dict[str, list[str]] = {}
        for owned in self._all():
            service = stack.services[owned.service]
            if service.expose:
                place = f"{owned.host}:{owned.ports[str(service.expose[0])]}"
                replicas.setdefault(owned.service, []).append(place)
                replicas[f"{owned.service}-{owned.number}"] = [place]
            if owned.service in SCRAPED:
                port = owned.ports[str(SCRAPED[owned.service])]
                metrics.setdefault(owned.service, []).append(f"{owned.host}:{port}")
        self._put(self.root / "run/targets.json", target_file(metrics).encode())
        self._put(self.root / "run/discovery.json", json.dumps(replicas).encode())

    @staticmethod
    def _put(path: Path, data: bytes) -> None:
        fresh = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
        fresh.write_bytes(data)
        fresh.replace(path)

    # --- looking ---------------------------------------------------------------------------------

    def _state(self) -> SandboxState:
        return registry.load(self._id)

    def _all(self) -> list[Owned]:
        return list(self._state().owned)

    def _is_alive(self, owned: Owned) -> bool:
        child = self._children.get(owned.pid)
        if child is not None and child.poll() is not None:
            return False
        alive = owned.alive()
        if child is not None and not alive:
            # It is ours to bury, which can be done once the last of its threads has gone.
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_BURIED_WITHIN_S)
        return alive

    def _exit_code(self, owned: Owned) -> int | None:
        child = self._children.get(owned.pid)
        return child.returncode if child else owned.ended

    def _stack(self) -> Stack:
        path = self.root / "run/variables.json"
        return load_stack(variables=json.loads(path.read_text(encoding="utf-8")))

    def _find(self, service: str, replica: int | None = None) -> list[Owned]:
        found = [o for o in self._all() if o.service == service and replica in (None, o.number)]
        if not found:
            known = ", ".join(sorted({o.service for o in self._all()}))
            which = service if replica is None else f"{service}-{replica}"
            raise BadStack(f"there is no {which}; there are: {known}")
        return found

    def _replica_state(self, owned: Owned) -> State:
        if not self._is_alive(owned):
            return "exited"
        try:
            return "paused" if psutil.Process(owned.pid).status() == psutil.STATUS_STOPPED else "running"
        except psutil.NoSuchProcess:
            return "exited"

    def status(self) -> tuple[Replica, ...]:
        return tuple(
            Replica(o.service, o.number, self._replica_state(o), o.host, o.born, self._exit_code(o))
            for o in sorted(self._all(), key=lambda o: (o.service, o.number))
        )

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
        owned = self._find(service, replica)[0]
        environment = self._environment(
            service, self._stack().services[service], owned.host, owned.ports, replica
        )
        cwd = self.root / "home" if service == "bastion" else ground.code_of(self.root, service)
        begun = time.monotonic()
        try:
            done = subprocess.run(
                list(argv), cwd=cwd, env=environment, input=stdin, capture_output=True,
                timeout=timeout_s, check=False,
            )  # fmt: skip
            code, out, err = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired as late:
            code, out, err = 124, late.stdout or b"", late.stderr or b""
        except FileNotFoundError:
            code, out, err = 127, b"", f"{argv[0]}: not found\n".encode()
        text = (out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))
        return ExecResult(tuple(argv), code, *text, duration_s=time.monotonic() - begun)

    def _inside(self, service: str, path: str) -> Path:
        """Where a path of a service's machine lies in this sandbox's folder; all but the code is shared."""
        inside = PurePosixPath("/", path)
        base, below = self.root, inside.relative_to("/")
        if inside.is_relative_to(_CODE):
            base, below = ground.code_of(self.root, service), inside.relative_to(_CODE)
        elif service == "customers" and inside.is_relative_to(_CONFIG):
            base, below = ground.customers_folder(self.root), inside.relative_to(_CONFIG)
        target = (base / below).resolve()
        if not target.is_relative_to(base.resolve()):
            raise BadStack(f"{path} leaves the sandbox")
        return target

    def copy_in(self, service: str, path: str, data: bytes) -> None:
        self._find(service)
        target = self._inside(service, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        self._put(target, data)

    def unpack(self, service: str, folder: str, archive: bytes) -> None:
        self._find(service)
        try:
            with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                for member in tar:
                    content = tar.extractfile(member) if member.isfile() else None
                    if content is not None:
                        self.copy_in(service, f"{folder}/{member.name}", content.read())
        except (OSError, tarfile.TarError) as error:
            raise SandboxError(f"{service}: {folder} cannot be written: {error}") from error

    def read_out(self, service: str, path: str) -> bytes:
        self._find(service)
        try:
            return self._inside(service, path).read_bytes()
        except OSError as error:
            raise SandboxError(f"{service}: {path} cannot be read: {error.strerror}") from error

    def restart(self, service: str, replica: int | None = None) -> None:
        stack = self._stack()
        for owned in self._find(service, replica):
            self._end([owned])
            self._start(service, stack.services[service], owned.number, (owned.host, owned.ports))
        self._each(service, replica, lambda owned: self._await_ready(owned.service, stack.services[service]))

    def scale(self, service: str, replicas: int) -> None:
        stack = self._stack()
        now = self._find(service)
        for number in range(1, replicas + 1):
            if number not in {o.number for o in now}:
                self._start(service, stack.services[service], number, None)
        surplus = [o for o in now if o.number > replicas]
        with registry.locked(self._id) as state:
            gone = {o.number for o in surplus}
            state.owned = [o for o in state.owned if o.service != service or o.number not in gone]
        self._announce(stack)
        self._end(surplus)

    def _each(self, service: str, replica: int | None, act: Callable[[Owned], object]) -> None:
        for owned in self._find(service, replica):
            act(owned)

    def pause(self, service: str, *, paused: bool, replica: int | None = None) -> None:
        number = signal.SIGSTOP if paused else signal.SIGCONT
        self._each(service, replica, lambda owned: self._signal(owned, number))

    def kill(self, service: str, *, signal: str = "KILL", replica: int | None = None) -> None:
        number = _signal_number(signal)
        self._each(service, replica, lambda owned: self._signal(owned, number))

    def limit(self, service: str, limits: Limits) -> None:
        raise Unsupported("plain processes have no resource limits of their own; use the Docker runtime")

    def partition(self, service: str, *, cut: bool) -> None:
        raise Unsupported("plain processes share the loopback network; use the Docker runtime")

    def shell(self) -> Shell:
        owned = self._find("bastion")[0]
        service = self._stack().services["bastion"]
        environment = self._environment("bastion", service, owned.host, owned.ports, 1)
        environment["PS1"] = "lumen bastion $ "
        start = ("bash", "--noprofile", "--rcfile", str(self.root / "run/lumen/bashrc"), "-i")
        return Shell(start, environment, str(self.root / "home"))

    def address(self, service: str, port: int) -> Address:
        owned = self._find(service)[0]
        try:
            return Address(owned.host, owned.ports[str(port)])
        except KeyError:
            raise BadStack(f"{service} does not listen on port {port}") from None


def _signal_number(name: str) -> signal.Signals:
    try:
        return signal.Signals[f"SIG{name.removeprefix('SIG')}"]
    except KeyError:
        raise BadStack(f"{name} is not a signal") from None
