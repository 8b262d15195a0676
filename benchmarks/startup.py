"""How long a sandbox takes to come up and to go, beside the floor under it, and what it costs idle.

    python benchmarks/startup.py [--runtime process|docker] [--rounds 3]

For each runtime: seconds until every part is ready, until customers are proven to be served (a whole
second of the SLI feed, all good), and until it is gone. The floor on Docker is the bare engine creating
and starting as many containers of the same image, plus the slowest part's own start; on processes it is
the slowest chain of parts alone. Beside it, in the same run, what `docker-compose up` needs for the same
file until its customers are served.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from ground import proven, until_served

from sandbox.errors import SandboxError
from sandbox.observe.customers import parse
from sandbox.runtime import registry
from sandbox.runtime.base import Progress
from sandbox.runtime.choose import open_runtime
from sandbox.runtime.docker import ensure_image
from sandbox.stack.model import COMPOSE_FILE, load_stack

RUNTIMES = ("process", "docker")
GIVE_UP_S = 120


def timed(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def docker_floor() -> float:
    """Seconds in which the bare SDK creates and starts as many idle containers, in parallel; then removes."""
    import docker

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


def compose_up() -> float | None:
    """Seconds in which stock Compose brings the same file up to served customers; None without Compose."""
    words = compose_command()
    if words is None:
        return None
    name = registry.new_id()
    run: partial[subprocess.CompletedProcess[bytes]] = partial(
        subprocess.run, check=True, env={**os.environ, "LUMEN_IMAGE": ensure_image(lambda _: None)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    words = [*words, "--project-name", name, "--file", str(COMPOSE_FILE)]
    begun = time.monotonic()
    try:
        run([*words, "up", "--detach"])
        served = None
        while served is None and time.monotonic() < begun + GIVE_UP_S:
            log = run([*words, "logs", "--no-color", "--no-log-prefix", "customers"], stdout=subprocess.PIPE)
            said = log.stdout.decode(errors="replace")
            seconds = [second for line in said.splitlines() if (second := parse(line[line.find("{") :]))]
            served = next((each for each in seconds if proven(each)), None)
        return time.monotonic() - begun if served else None
    finally:
        run([*words, "down", "--volumes", "--timeout", "1"])


def compose_command() -> list[str] | None:
    """`docker compose` where the plugin is there, else `docker-compose`."""
    for words in (["docker", "compose"], ["docker-compose"]):
        try:
            subprocess.run([*words, "version"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return words
    return None


def measure(kind: str, rounds: int) -> None:
    ready, served, gone = [], [], []
    slowest: dict[str, float] = {}
    for _ in range(rounds):
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
        composed = compose_up()
        if composed is not None:
            ratio = statistics.median(served) / composed
            print(
                f"{kind:8} docker-compose up {composed:6.2f} s to served customers; ours is {ratio:.2f} of it"
            )
    else:
        print(f"{kind:8} slowest part      {own:6.2f} s  ({part})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runtime", choices=RUNTIMES, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(f"{os.cpu_count()} processors, {platform.system()} {platform.release()}")
    for kind in given.runtime or RUNTIMES:
        try:
            measure(kind, given.rounds)
        except SandboxError as error:
            print(f"{kind:8} not measured: {error}")


if __name__ == "__main__":
    main()
