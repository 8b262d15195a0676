"""The front door: keeps Envoy running and its files true to `config/edge.yaml` and to who is there."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from .envoy import EdgeConfig, JsonObject, Ports, assignment, bootstrap, clusters, route_tables
from .kit.config import Config, etc
from .kit.logs import logger


def put(path: Path, resource: JsonObject) -> None:
    """Write by rename, which is what Envoy watches for."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(resource), encoding="utf-8")
    fresh.replace(path)


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

    def write_endpoints(self) -> None:
        """Follow the replicas that the platform announces."""
        if self.discovery is None:
            return
        announced: dict[str, list[str]] = json.loads(self.discovery.read_text(encoding="utf-8"))
        for service in self.config.value.services:
            addresses = announced.get(service, [])
            if self.known.get(service) != addresses:
                put(self.run / f"eds-{service}.json", assignment(service, addresses))
                self.known[service] = addresses

    def write_all(self) -> None:
        self.write_endpoints()
        put(
            self.run / "cds.json",
            clusters(self.config.value.services, self.run, by_name=self.discovery is None),
        )
        for listener, table in route_tables(self.config.value).items():
            put(self.run / f"rds-{listener}.json", table)

    async def follow(self) -> None:
        while True:
            await asyncio.sleep(0.25)
            if self.config.refresh():
                self.write_all()
            self.write_endpoints()

    async def main(self) -> int:
        self.write_all()
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
