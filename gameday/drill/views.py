"""What a front end may look at while a drill runs, as frozen answers.

It is the read tier that `ops` has, as data instead of text, so that a screen can draw it. Nothing here
writes, and nothing here knows the truth. The protocol holds plain values only, so that it can be spoken
to a front end on another machine.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sandbox.errors import SandboxError
from sandbox.observe import topology, traces
from sandbox.observe.metrics import Metrics, Series
from sandbox.observe.topology import Topology
from sandbox.observe.traces import Trace
from sandbox.runtime.base import Runtime
from sandbox.stack.model import Stack
from sandbox.world import repo
from sandbox.world.deployer import Deployer, Rollout

POINTS = 120
"""Points of a plotted series."""
_DIFF_KEPT = 400
"""Lines of a diff that are shown."""


@dataclass(frozen=True)
class Plotted:
    """An expression over a time. Times are UNIX seconds."""

    promql: str
    begin: float
    end: float
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Changed:
    """One commit, and what became of it."""

    revision: str
    author: str
    at: float
    """UNIX seconds of the commit."""
    subject: str
    files: tuple[str, ...] = ()
    rollouts: tuple[str, ...] = ()
    """What the deployer says of it, a sentence for each service."""
    failed: bool = False
    """One of its rollouts failed."""


class Views(Protocol):
    """Each raises `SandboxError` if what it asks doesn't answer, with a sentence to show."""

    async def metrics(self, promql: str, span_s: float) -> Plotted:
        """The last `span_s` seconds of an expression.

        Raises:
            BadStack: the expression is not valid.
        """
        ...

    async def metric_names(self) -> tuple[str, ...]: ...

    async def traces(self, since_s: float) -> tuple[Trace, ...]:
        """The requests of the last `since_s` seconds, oldest first."""
        ...

    async def topology(self) -> Topology: ...

    async def changes(self, most: int) -> tuple[Changed, ...]:
        """The latest commits on `main`, newest first."""
        ...

    async def diff(self, revision: str) -> str:
        """A commit as a patch."""
        ...


class NoViews:
    """While the company is not there yet, or no more."""

    def __init__(self, why: str = "the company is not running") -> None:
        self._why = why

    def _none(self) -> SandboxError:
        return SandboxError(self._why)

    async def metrics(self, promql: str, span_s: float) -> Plotted:
        raise self._none()

    async def metric_names(self) -> tuple[str, ...]:
        raise self._none()

    async def traces(self, since_s: float) -> tuple[Trace, ...]:
        raise self._none()

    async def topology(self) -> Topology:
        raise self._none()

    async def changes(self, most: int) -> tuple[Changed, ...]:
        raise self._none()

    async def diff(self, revision: str) -> str:
        raise self._none()


class LiveViews:
    """The views of a company that runs; each look is one thread's work."""

    def __init__(
        self,
        runtime: Runtime,
        stack: Stack,
        metrics: Metrics,
        deployer: Deployer,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._runtime = runtime
        self._stack = stack
        self._metrics = metrics
        self._deployer = deployer
        self._clock = clock

    async def metrics(self, promql: str, span_s: float) -> Plotted:
        end = self._clock()
        begin, step_s = end - span_s, span_s / POINTS
        found = await asyncio.to_thread(self._metrics.range, promql, begin, end, step_s)
        return Plotted(promql, begin, end, tuple(found))

    async def metric_names(self) -> tuple[str, ...]:
        return tuple(await asyncio.to_thread(self._metrics.names))

    async def traces(self, since_s: float) -> tuple[Trace, ...]:
        since = self._clock() - since_s
        return tuple(await asyncio.to_thread(traces.collect, self._runtime, since))

    async def topology(self) -> Topology:
        def look() -> Topology:
            return topology.live(self._metrics, self._stack, self._runtime.status())

        return await asyncio.to_thread(look)

    async def changes(self, most: int) -> tuple[Changed, ...]:
        return await asyncio.to_thread(self._changes, most)

    def _changes(self, most: int) -> tuple[Changed, ...]:
        rolled = self._deployer.rollouts
        return tuple(
            changed(commit, files, rolled) for commit, files in repo.log_with_files(self._runtime, most)
        )

    async def diff(self, revision: str) -> str:
        return await asyncio.to_thread(self._diff, revision)

    def _diff(self, revision: str) -> str:
        full = repo.resolve(self._runtime, revision)
        words = ["show", "--patch", "--format=commit %h%nauthor %an, %ad%n%n%B", full]
        lines = repo.git(self._runtime, words).stdout.splitlines()
        more = [f"… {len(lines) - _DIFF_KEPT} more lines"] if len(lines) > _DIFF_KEPT else []
        return "\n".join(lines[:_DIFF_KEPT] + more)


def changed(commit: repo.Change, files: Sequence[str], rollouts: Sequence[Rollout]) -> Changed:
    """A commit with what the deployer made of it."""
    became = [each for each in rollouts if each.revision == commit.revision]
    return Changed(
        revision=commit.revision,
        author=commit.author,
        at=float(commit.at),
        subject=commit.subject,
        files=tuple(files),
        rollouts=tuple(each.says for each in became),
        failed=any(not each.ok for each in became),
    )
