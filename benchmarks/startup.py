"""How long a sandbox takes to come up and to go, beside the floor under it, and what it costs idle.

    python benchmarks/startup.py [--runtime process|docker] [--rounds 3] [--idle 30]

For each runtime: seconds until every part is ready, until customers are proven to be served (a whole
second of the SLI feed, all good), and until it is gone. The floor on Docker is the bare engine creating
and starting as many containers of the same image, plus the slowest part's own start; on processes it is
the slowest chain of parts alone. Idle: cores and memory of everything in the sandbox, load included.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import psutil

from sandbox.errors import SandboxError
from sandbox.observe.customers import feed, served_well
from sandbox.runtime import registry
from sandbox.runtime.base import Progress, Runtime
from sandbox.runtime.choose import open_runtime
from sandbox.stack.model import load_stack

RUNTIMES = ("process", "docker")


def timed(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def until_served(runtime: Runtime) -> float:
    """Seconds until a whole second of the feed is all good."""
    begun = time.monotonic()
    for second in feed(runtime, follow=True):
        tried = sum(each.count for each in second.customers.values())
        if tried >= 10 and served_well([second]):
            return time.monotonic() - begun
    raise SandboxError("the customers' feed ended")


def members(runtime: Runtime) -> Iterable[psutil.Process]:
    """Every process of a sandbox, by what its runtime knows."""
    if runtime.kind == "process":
        for owned in registry.load(runtime.sandbox_id).owned:
            try:
                process = psutil.Process(owned.pid)
                yield process
                yield from process.children(recursive=True)
            except psutil.NoSuchProcess:
                continue
        return
    import docker

    engine = docker.from_env()
    label = f"com.docker.compose.project={runtime.sandbox_id}"
    for container in engine.containers.list(filters={"label": label}):
        for row in container.top()["Processes"]:
            try:
                yield psutil.Process(int(row[1]))
            except psutil.NoSuchProcess:
                continue
    engine.close()


def idle_cost(runtime: Runtime, seconds: float) -> tuple[float, float]:
    """Cores used, and MiB of memory held (proportional set size where the system tells it)."""
    found = list({process.pid: process for process in members(runtime)}.values())
    before = {process.pid: sum(process.cpu_times()[:2]) for process in found}
    time.sleep(seconds)
    cores, memory = 0.0, 0
    for process in found:
        try:
            cores += sum(process.cpu_times()[:2]) - before[process.pid]
            full = process.memory_full_info()
            memory += getattr(full, "pss", 0) or full.rss
        except psutil.NoSuchProcess:
            continue
    return cores / seconds, memory / 2**20


def docker_floor() -> float:
    """Seconds in which the bare SDK creates and starts as many idle containers, in parallel; then removes."""
    import docker

    from sandbox.runtime.docker import ensure_image

    engine = docker.from_env()
    image = ensure_image(lambda _: None)
    number = sum(service.deploy.replicas for service in load_stack().services.values())
    network = engine.networks.create(
        f"floor-{os.getpid()}", options={"com.docker.network.bridge.enable_ip_masquerade": "false"}
    )

    def start(_: int) -> object:
        made = engine.containers.create(image, ["sleep", "infinity"], network=network.name, init=True)
        made.start()
        return made

    with ThreadPoolExecutor(12) as pool:
        begun = time.monotonic()
        containers = list(pool.map(start, range(number)))
        took = time.monotonic() - begun
        list(pool.map(lambda each: each.remove(force=True), containers))
    network.remove()
    engine.close()
    return took


def measure(kind: str, rounds: int, idle_s: float) -> None:
    ready, served, gone = [], [], []
    slowest: dict[str, float] = {}
    for number in range(rounds):
        runtime = open_runtime(kind, registry.new_id())
        steps: list[Progress] = []
        took = timed(lambda: runtime.up(steps.append))  # noqa: B023
        try:
            ready.append(took)
            served.append(took + until_served(runtime))
            for step in steps:
                if step.step == "start":
                    slowest.setdefault(step.service, step.elapsed_s)
                elif step.step == "ready":
                    slowest[step.service] = step.elapsed_s - slowest.get(step.service, 0.0)
            if number == rounds - 1 and idle_s:
                cores, memory = idle_cost(runtime, idle_s)
                print(f"{kind:8} idle: {cores:.2f} cores, {memory:.0f} MiB over {idle_s:.0f} s")
        finally:
            gone.append(timed(runtime.down))
        if registry.folder_of(runtime.sandbox_id).exists():
            raise SandboxError("something was left behind")
    for name, figures in (("all parts ready", ready), ("customers served", served), ("gone", gone)):
        spread = f"{min(figures):.2f} to {max(figures):.2f}"
        print(f"{kind:8} {name:<17} {statistics.median(figures):6.2f} s  ({spread}, {rounds} rounds)")
    part, own = max(slowest.items(), key=lambda item: item[1])
    if kind == "docker":
        bare = docker_floor()
        floor = bare + own
        ratio = statistics.median(ready) / floor
        parts = f"bare engine {bare:.2f} + {part} {own:.2f}"
        print(f"{kind:8} floor             {floor:6.2f} s  ({parts}); all parts ready is {ratio:.2f} of it")
    else:
        print(f"{kind:8} slowest part      {own:6.2f} s  ({part})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runtime", choices=RUNTIMES, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--idle", type=float, default=30.0)
    given = parser.parse_args()
    print(f"{os.cpu_count()} processors, {platform.system()} {platform.release()}")
    for kind in given.runtime or RUNTIMES:
        try:
            measure(kind, given.rounds, given.idle)
        except SandboxError as error:
            print(f"{kind:8} not measured: {error}")


if __name__ == "__main__":
    main()
