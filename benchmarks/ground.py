"""What the benchmarks of the company share: a running sandbox, what it costs, and when it serves.

Run by itself, it measures nothing.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import psutil

from sandbox.errors import SandboxError
from sandbox.observe.customers import SliSecond, feed, served_well
from sandbox.runtime import registry
from sandbox.runtime.base import Runtime
from sandbox.runtime.choose import open_runtime


def proven(second: SliSecond) -> bool:
    """Whether a second has enough journeys, and all of them good."""
    return sum(each.count for each in second.customers.values()) >= 10 and served_well([second])


def until_served(runtime: Runtime) -> float:
    """Seconds until a whole second of the feed is all good."""
    begun = time.monotonic()
    for second in feed(runtime, follow=True):
        if proven(second):
            return time.monotonic() - begun
    raise SandboxError("the customers' feed ended")


@contextlib.contextmanager
def company(kind: str) -> Iterator[Runtime]:
    """A sandbox whose customers are served; gone afterwards."""
    runtime = open_runtime(kind, registry.new_id())
    runtime.up(lambda _: None)
    try:
        until_served(runtime)
        yield runtime
    finally:
        runtime.down()


@dataclass(frozen=True)
class Tally:
    """One journey over some seconds."""

    count: int
    good: int
    histogram: tuple[int, ...]

    @property
    def availability(self) -> float:
        return self.good / self.count if self.count else 0.0


def tally(seconds: Sequence[SliSecond]) -> Mapping[str, Tally]:
    """Journey → what customers got over these seconds."""
    sums: dict[str, Tally] = {}
    for second in seconds:
        for name, each in second.customers.items():
            before = sums.get(name, Tally(0, 0, (0,) * len(each.histogram)))
            histogram = tuple(a + b for a, b in zip(before.histogram, each.histogram, strict=True))
            sums[name] = Tally(before.count + each.count, before.good + each.good, histogram)
    return sums


def watch(runtime: Runtime, seconds: float) -> list[SliSecond]:
    """The next so many whole seconds of the feed."""
    seen: list[SliSecond] = []
    for second in feed(runtime, since=time.time(), follow=True):
        seen.append(second)
        if len(seen) >= seconds:
            break
    return seen


def members(runtime: Runtime) -> Mapping[str, Sequence[psutil.Process]]:
    """Service → its processes, children included, by what the runtime knows."""
    found: dict[str, list[psutil.Process]] = {}
    for service, pid in _pids(runtime):
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            found.setdefault(service, []).extend([process, *process.children(recursive=True)])
    return found


def _pids(runtime: Runtime) -> Iterator[tuple[str, int]]:
    if runtime.kind == "process":
        for owned in registry.load(runtime.sandbox_id).owned:
            yield owned.service, owned.pid
        return
    import docker

    engine = docker.from_env()
    label = f"com.docker.compose.project={runtime.sandbox_id}"
    for container in engine.containers.list(filters={"label": label}):
        yield container.labels["com.docker.compose.service"], container.attrs["State"]["Pid"] or 0
    engine.close()


def cost(runtime: Runtime, seconds: float) -> Mapping[str, tuple[float, float]]:
    """Service → cores used over these seconds, and MiB held (proportional set size where known)."""
    found = members(runtime)
    before = {p.pid: sum(p.cpu_times()[:2]) for processes in found.values() for p in processes}
    time.sleep(seconds)
    costs: dict[str, tuple[float, float]] = {}
    for service, processes in found.items():
        cores, memory = 0.0, 0.0
        for process in {p.pid: p for p in processes}.values():
            with contextlib.suppress(psutil.NoSuchProcess):
                cores += (sum(process.cpu_times()[:2]) - before[process.pid]) / seconds
                full = process.memory_full_info()
                memory += (getattr(full, "pss", 0) or full.rss) / 2**20
        costs[service] = (cores, memory)
    return costs
