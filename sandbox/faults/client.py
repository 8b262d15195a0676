"""The trainer's side of the worker: start an experiment, learn its onset, release it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.errors import SandboxError

_ROLLBACK_WITHIN_S = 20.0


class FaultRun:
    """One experiment under way in a worker of its own.

    The worker has its own session, so that a Ctrl-C at the terminal doesn't reach it; if the trainer
    dies, its standard input closes, and it rolls back and ends by itself.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._said: list[Mapping[str, Any]] = []

    @classmethod
    async def start(
        cls, sandbox_id: str, experiment: Path, configuration: Mapping[str, object], journal: Path
    ) -> FaultRun:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sandbox.faults.worker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, "GAMEDAY_SANDBOX": sandbox_id},
        )  # fmt: skip
        task = {"experiment": str(experiment), "configuration": dict(configuration), "journal": str(journal)}
        assert process.stdin is not None
        process.stdin.write(json.dumps(task).encode() + b"\n")
        await process.stdin.drain()
        return cls(process)

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
        in_method = False
        while (said := await self._next()) is not None:
            match said["event"]:
                case "refused":
                    raise SandboxError(f"the experiment is not valid: {said['error']}")
                case "steady_state_checked" if not said["met"]:
                    raise SandboxError("the experiment's steady state did not hold before the fault")
                case "method_started":
                    in_method = True
                case "activity_ended" if in_method:
                    if said["status"] != "succeeded":
                        raise SandboxError(f"the fault could not be injected: {said['error']}")
                    return float(said["wall"])
        raise SandboxError("the experiment ended before its fault took effect")

    async def release(self) -> list[str]:
        """End the hold and wait for the rollbacks; the names of those that failed.

        Raises:
            SandboxError: the worker did not end in time, or died; nothing is known about its rollbacks.
        """
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
            raise SandboxError(f"the fault's rollback took more than {_ROLLBACK_WITHIN_S:.0f} s") from None
        ended = [said for said in self._said if said["event"] == "rollbacks_ended"]
        if not ended:
            raise SandboxError("the fault's worker died before it rolled back")
        return list(ended[-1]["failed"])

    def kill(self) -> None:
        """End the worker at once, rolled back or not."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
