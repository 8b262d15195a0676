"""What each replica takes: processor, memory, threads, connections, as it tells Prometheus itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sandbox.observe.metrics import Metrics
from sandbox.runtime.base import Replica, Runtime

_WINDOW = "10s"

_ASKED = {
    "cores": f"rate(process_cpu_seconds_total[{_WINDOW}])",
    "memory_bytes": "process_resident_memory_bytes",
    "threads": "process_threads",
    "connections": "sum by (job, instance) (db_pool_open)",
    "in_flight": "http_requests_in_flight",
}


@dataclass(frozen=True)
class Usage:
    """One replica now; None where it doesn't tell."""

    replica: str
    """Its name, or its address if nobody by that address is known."""
    service: str
    cores: float | None
    """Processor time it used, in cores, over the last ten seconds."""
    memory_bytes: float | None
    threads: float | None
    connections: float | None
    """To databases, open ones."""
    in_flight: float | None
    """Requests that it is answering."""


def usage(metrics: Metrics, names: Mapping[str, str]) -> list[Usage]:
    """Every scraped replica, by name.

    Args:
        names: address without port → the replica's name.

    Raises:
        SandboxError: Prometheus does not answer.
    """
    told: dict[tuple[str, str], dict[str, float]] = {}
    for key, promql in _ASKED.items():
        for sample in metrics.query(promql):
            where = sample.labels.get("job", ""), sample.labels.get("instance", "")
            told.setdefault(where, {})[key] = sample.value
    found = [
        Usage(
            replica=names.get(instance.rpartition(":")[0], instance), service=job,
            **{key: values.get(key) for key in _ASKED},
        )
        for (job, instance), values in told.items()
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.service, each.replica))


def addresses(runtime: Runtime, replicas: Iterable[Replica]) -> dict[str, str]:
    """Address → the replica's name; where replicas have names, the bastion knows what they stand for."""
    named = {each.address: each.name for each in replicas}
    if "names" not in runtime.capabilities():
        return named
    asked = runtime.exec("bastion", ["getent", "ahostsv4", *named.values()])
    found: dict[str, str] = {}
    for line in asked.stdout.splitlines():
        address, _, rest = line.partition(" ")
        name = rest.split()[-1] if rest.split() else ""
        if name in set(named.values()):
            found[address] = name
    return found
