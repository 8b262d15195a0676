"""The front door: keeps Envoy running and its files true to `config/edge.yaml` and to who is there."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from .envoy import (
    SERVICE_PORT,
    EdgeConfig,
    JsonObject,
    Ports,
    assignment,
    bootstrap,
    clusters,
    remaining,
    route_tables,
)
from .kit.config import Config, etc
from .kit.logs import logger


def put(path: Path, resource: JsonObject) -> None:
    """Write by rename, which is what Envoy watches for."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(resource), encoding="utf-8")
    fresh.replace(path)


async def resolve(name: str) -> list[str]:
    """The addresses behind a name, sorted; none if it doesn't resolve."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(name, SERVICE_PORT, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return sorted({f"{address[0]!s}:{SERVICE_PORT}" for *_, address in found})


class Edge:
    """Envoy as a child, and the files that it follows."""

    def __init__(self, run: Path) -> None:
        self.log = logger("edge")
        self.run = run
        self.config = Config(etc("edge.yaml"), EdgeConfig.parse, self.log)
        found = os.environ.get("DISCOVERY", "dns")
        self.discovery = None if found == "dns" else Path(found)
        self.known: dict[str, list[str]] = {}
        environment = os.environ.get
        self.ports = Ports(
            bind=environment("BIND", "0.0.0.0"),
            public=int(environment("PORT_PUBLIC", "8080")),
            gateway=int(environment("PORT_GATEWAY", "9000")),
            admin=int(environment("PORT_ADMIN", "9901")),
        )

    def write_endpoints(self, announced: Callable[[str], list[str]]) -> None:
        """Follow the replicas that the platform announces, apart from those that are drained."""
        for service in self.listed():
            drained = [each for name in self.config.value.drained_of(service) for each in announced(name)]
            addresses = remaining(announced(service), drained)
            if self.known.get(service) != addresses:
                put(self.run / f"eds-{service}.json", assignment(service, addresses))
                self.known[service] = addresses

    def listed(self) -> list[str]:
        """Services whose replicas are given to Envoy one by one; it finds the others by name."""
        config = self.config.value
        by_name = self.discovery is None
        return [each for each in config.services if not by_name or config.drained_of(each)]

    async def look(self) -> Callable[[str], list[str]]:
        """Who is there now: a name → its addresses, none if nobody has it."""
        if self.discovery is not None:
            announced: dict[str, list[str]] = json.loads(self.discovery.read_text(encoding="utf-8"))
            return lambda name: announced.get(name, [])
        found: dict[str, list[str]] = {}
        for service in self.listed():
            for name in (service, *self.config.value.drained_of(service)):
                found[name] = await resolve(name)
        return lambda name: found.get(name, [])

    async def write_all(self) -> None:
        self.write_endpoints(await self.look())
        listed = self.listed()
        by_name = {service: service not in listed for service in self.config.value.services}
        put(self.run / "cds.json", clusters(by_name, self.run))
        for listener, table in route_tables(self.config.value).items():
            put(self.run / f"rds-{listener}.json", table)

    async def follow(self) -> None:
        while True:
            await asyncio.sleep(0.25)
            if self.config.refresh():
                await self.write_all()
            if self.listed():
                self.write_endpoints(await self.look())

    async def main(self) -> int:
        await self.write_all()
        put(self.run / "envoy.json", bootstrap(self.ports, self.run))
        envoy = await asyncio.create_subprocess_exec(
            "envoy", "-c", str(self.run / "envoy.json"), "--concurrency", "1",
            "--log-level", "warn", "--disable-hot-restart", "--file-flush-interval-msec", "250",
        )  # fmt: skip
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, envoy.terminate)
        loop.add_signal_handler(signal.SIGINT, envoy.terminate)
        follower = asyncio.create_task(self.follow())
        self.log.info("listening", extra={"fields": {"port": self.ports.public}})
        ended = asyncio.create_task(envoy.wait())
        await asyncio.wait({follower, ended}, return_when=asyncio.FIRST_COMPLETED)
        if follower.done() and not ended.done():
            envoy.terminate()
            await ended
            follower.result()
        follower.cancel()
        return await ended


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="edge-") as folder:
        sys.exit(asyncio.run(Edge(Path(folder)).main()))
