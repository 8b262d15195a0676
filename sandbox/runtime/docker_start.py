"""Starts a stack's containers side by side, each as soon as what it depends on allows.

Creating is done for all at once, since it waits for nothing. Dependencies are futures: a failure
travels along them, and the first one to fail is the one that is reported.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, CancelledError, Future, ThreadPoolExecutor, wait
from typing import Protocol

from sandbox.errors import SandboxError
from sandbox.runtime.base import Progress, Report, Step
from sandbox.runtime.docker_plan import Part


class Machine(Protocol):
    """What an engine does for one container; each call blocks and raises SandboxError."""

    def create(self, part: Part) -> None: ...

    def start(self, part: Part) -> None: ...

    def await_ready(self, part: Part) -> None:
        """Until it can do its work, or, for a part that does its work and ends, until it has."""
        ...

    def abandon(self) -> None:
        """Make whatever waits come back, by taking its container away."""
        ...


class _Gates:
    """Two futures for each part: it was started, it is ready."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.started: dict[str, Future[None]] = {part.host: Future() for part in parts}
        self.ready: dict[str, Future[None]] = {part.host: Future() for part in parts}
        self._hosts: dict[str, list[str]] = {}
        for part in parts:
            self._hosts.setdefault(part.service, []).append(part.host)

    def await_dependencies(self, part: Part) -> None:
        for needed, how in part.definition.depends_on.items():
            gates = self.started if how.condition == "service_started" else self.ready
            for host in self._hosts.get(needed, []):
                gates[host].result()

    def close(self) -> None:
        """Nobody waits here any longer."""
        for gate in (*self.started.values(), *self.ready.values()):
            gate.cancel()


class _Teller:
    """Reports from many threads one at a time; a service is ready when its last copy is."""

    def __init__(self, parts: Sequence[Part], report: Report) -> None:
        self._report = report
        self._begun = time.monotonic()
        self._lock = threading.Lock()
        self._missing = Counter(part.service for part in parts)

    def tell(self, part: Part, step: Step, detail: str) -> None:
        with self._lock:
            self._report(Progress(part.service, step, time.monotonic() - self._begun, detail))

    def ready(self, part: Part) -> None:
        with self._lock:
            self._missing[part.service] -= 1
            if not self._missing[part.service]:
                self._report(Progress(part.service, "ready", time.monotonic() - self._begun))


def start_all(parts: Sequence[Part], machine: Machine, report: Report) -> None:
    """Create and start all parts; return when each is ready.

    Raises:
        SandboxError: of the part that failed first. By then nothing of this is under way any more,
            but containers may be left for the caller to remove.
    """
    gates = _Gates(parts)
    teller = _Teller(parts, report)

    def bring_up(part: Part) -> None:
        teller.tell(part, "create", part.host)
        machine.create(part)
        if part.definition.depends_on:
            teller.tell(part, "wait", "for " + ", ".join(part.definition.depends_on))
        gates.await_dependencies(part)
        teller.tell(part, "start", part.host)
        machine.start(part)
        _open(gates.started[part.host])
        machine.await_ready(part)
        _open(gates.ready[part.host])
        teller.ready(part)

    with ThreadPoolExecutor(len(parts), thread_name_prefix="start") as pool:
        workers = [pool.submit(bring_up, part) for part in parts]
        try:
            done, _ = wait(workers, return_when=FIRST_EXCEPTION)
            failures = [error for worker in done if (error := worker.exception())]
            if failures:
                raise next((error for error in failures if isinstance(error, SandboxError)), failures[0])
        except BaseException:
            gates.close()
            machine.abandon()
            raise


def _open(gate: Future[None]) -> None:
    if not gate.set_running_or_notify_cancel():
        raise CancelledError
    gate.set_result(None)
