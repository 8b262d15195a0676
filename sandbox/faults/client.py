"""The trainer's side of the worker: start an experiment, learn its onset, release it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.errors import SandboxError
from sandbox.faults.effects import Effect
from sandbox.faults.record import Record, take_back
from sandbox.runtime import registry
from sandbox.runtime.choose import attach

_ROLLBACK_WITHIN_S = 60.0
_LOOKS_EVERY_S = 0.1


class Unsteady(SandboxError):
    """Customers were not served when the fault was to come, so it did not; it may be tried again."""


class FaultRun:
    """One experiment under way in a worker of its own.

    The worker has its own session, so that a Ctrl-C at the terminal doesn't reach it; if the trainer
    dies, its standard input closes, and after the grace time it rolls back and ends by itself.
    """

    def __init__(self, process: asyncio.subprocess.Process, sandbox_id: str) -> None:
        self._process = process
        self._sandbox_id = sandbox_id
        self._said: list[Mapping[str, Any]] = []

    @classmethod
    async def start(
        cls,
        sandbox_id: str,
        experiment: Path,
        configuration: Mapping[str, object],
        journal: Path,
        *,
        grace_s: float = 0.0,
    ) -> FaultRun:
        """Start a worker with an experiment of the pack in whose folder it lies.

        Args:
            grace_s: if this process is killed, the fault stays so long for another to take it over.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sandbox.faults.worker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
            env={
                **os.environ, "GAMEDAY_SANDBOX": sandbox_id,
                "GAMEDAY_PACK": str(experiment.resolve().parent),
            },
        )  # fmt: skip
        task = {
            "experiment": str(experiment),
            "configuration": dict(configuration),
            "journal": str(journal),
            "grace_s": grace_s,
        }
        assert process.stdin is not None
        process.stdin.write(json.dumps(task).encode() + b"\n")
        await process.stdin.drain()
        return cls(process, sandbox_id)

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    async def _next(self) -> Mapping[str, Any] | None:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            return None
        said: Mapping[str, Any] = json.loads(line)
        self._said.append(said)
        return said

    async def onset(self) -> float:
        """Wait until the fault took effect; UNIX seconds.

        Raises:
            SandboxError: the experiment was refused, its steady state did not hold, or its action failed.
        """
        in_method, onset = False, ""
        while (said := await self._next()) is not None:
            match said["event"]:
                case "refused":
                    raise SandboxError(f"the experiment is not valid: {said['error']}")
                case "accepted":
                    onset = said["onset"]
                case "steady_state_checked" if not said["met"]:
                    raise Unsteady("the experiment's steady state did not hold before the fault")
                case "method_started":
                    in_method = True
                case "activity_ended" if in_method and said["status"] != "succeeded":
                    raise SandboxError(f"the fault could not be injected: {said['error']}")
                case "activity_ended" if in_method and said["name"] == onset:
                    return float(said["wall"])
        raise SandboxError("the experiment ended before its fault took effect")

    async def release(self) -> list[str]:
        """End the hold, wait for the rollbacks, and look whether everything is gone; what is not.

        What the worker left, because it died or could not, is taken back here. Its word is not enough
        either: the sandbox itself is asked about each effect that there was.
        """
        in_force = await asyncio.to_thread(lambda: Record(self._sandbox_id).effects())
        await self._end()
        return await asyncio.to_thread(_left, self._sandbox_id, in_force)

    async def _end(self) -> None:
        """Let the worker come to its end, or end it."""
        if self._process.stdin is not None and not self._process.stdin.is_closing():
            with contextlib.suppress(ConnectionError):
                self._process.stdin.write(b"release\n")
                await self._process.stdin.drain()
            self._process.stdin.close()
        try:
            async with asyncio.timeout(_ROLLBACK_WITHIN_S):
                while await self._next() is not None:
                    pass
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()

    @property
    def holds(self) -> bool:
        """Whether the worker is still there, and with it the fault."""
        return self._process.returncode is None

    async def ended(self) -> None:
        """Until the worker is gone."""
        await self._process.wait()

    def kill(self) -> None:
        """End the worker at once, rolled back or not; `release` still takes back what it did."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()


class AdoptedRun:
    """A worker whose trainer was killed, in the hands of another. `registry.take_over` comes first."""

    def __init__(self, sandbox_id: str) -> None:
        self._sandbox_id = sandbox_id

    @property
    def holds(self) -> bool:
        """Whether the worker is still there, and with it the fault."""
        return registry.worker(self._sandbox_id) is not None

    async def onset(self) -> float:
        """Never: it took effect under the trainer that was killed.

        Raises:
            SandboxError: always.
        """
        raise SandboxError("the onset of an adopted fault is in the journal")

    async def release(self) -> list[str]:
        """End the worker, wait for its rollbacks, and take back what it left; what would not go."""
        in_force = await asyncio.to_thread(lambda: Record(self._sandbox_id).effects())
        await asyncio.to_thread(self._end)
        return await asyncio.to_thread(_left, self._sandbox_id, in_force)

    def kill(self) -> None:
        """End the worker at once; what it did goes with the sandbox."""
        self._signal(signal.SIGKILL)

    def _end(self) -> None:
        deadline = time.monotonic() + _ROLLBACK_WITHIN_S
        self._signal(signal.SIGTERM)
        while self.holds:
            if time.monotonic() > deadline:
                self._signal(signal.SIGKILL)
                return
            time.sleep(_LOOKS_EVERY_S)

    def _signal(self, number: signal.Signals) -> None:
        holding = registry.worker(self._sandbox_id)
        if holding is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(holding.pid, number)


def _left(sandbox_id: str, in_force: list[Effect]) -> list[str]:
    """What of these effects can still be seen, after another attempt at what was not taken back."""
    try:
        runtime = attach(sandbox_id)
        left = [str(each) for each in take_back(runtime)]
        return left + [f"{each.says}: it is still there" for each in in_force if each.present(runtime)]
    except SandboxError as error:
        return [str(error)]
