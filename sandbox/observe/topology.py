"""Who asks whom at the company, from its own description, and how each way goes now.

The graph is pure; `live` asks Prometheus for the figures of the last ten seconds. A front end draws the
frozen result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sandbox.observe.metrics import Metrics
from sandbox.runtime.base import Replica
from sandbox.stack.model import Stack

CUSTOMERS = "customers"
_WINDOW = "10s"


@dataclass(frozen=True)
class Node:
    """One part of the company, or somebody outside."""

    name: str
    owner: str
    """Who looks after it; empty if nobody at the company does."""
    replicas: int = 0
    """Copies that there are."""
    healthy: int = 0
    """Copies that run."""


@dataclass(frozen=True)
class Edge:
    """One part asks another; None where nothing was measured."""

    source: str
    target: str
    rate: float | None = None
    """Requests/s."""
    errors: float | None = None
    """Share of them that failed or got no answer, 0 to 1."""
    p95_ms: float | None = None


@dataclass(frozen=True)
class Topology:
    """The whole company; nodes in the order of their depth, customers first."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def describe(stack: Stack) -> Topology:
    """The graph as the stack says it, without figures."""
    calls = {name: service.rules.calls for name, service in stack.services.items() if service.rules}
    edges = tuple(Edge(source, target) for source, targets in calls.items() for target in targets)
    named = {name for edge in edges for name in (edge.source, edge.target)}
    owners = {name: service.rules.owner for name, service in stack.services.items() if service.rules}
    nodes = [Node(name, owners.get(name, "").replace("nobody", "")) for name in _by_depth(named, edges)]
    return Topology(tuple(nodes), tuple(sorted(edges, key=lambda each: _place(nodes, each))))


def _place(nodes: Iterable[Node], edge: Edge) -> tuple[int, int]:
    names = [node.name for node in nodes]
    return names.index(edge.source), names.index(edge.target)


def _by_depth(names: Iterable[str], edges: Sequence[Edge]) -> list[str]:
    """By the longest way from the customers; a loop is cut after as many steps as there are names."""
    depth = dict.fromkeys(names, 0)
    for _ in depth:
        for edge in edges:
            if edge.target != CUSTOMERS and depth[edge.source] < len(depth):
                depth[edge.target] = max(depth[edge.target], depth[edge.source] + 1)
    called = {edge.target for edge in edges}
    for name in depth.keys() - called - {CUSTOMERS}:
        # Whoever is asked by nobody stands beside those that it asks.
        depth[name] = min(depth[edge.target] for edge in edges if edge.source == name)
    return sorted(depth, key=lambda name: (depth[name], name))


def with_health(topology: Topology, replicas: Iterable[Replica]) -> Topology:
    """The same graph with what runs."""
    states: dict[str, list[bool]] = {}
    for each in replicas:
        states.setdefault(each.service, []).append(each.state == "running")
    nodes = (
        replace(node, replicas=len(states.get(node.name, ())), healthy=sum(states.get(node.name, ())))
        for node in topology.nodes
    )
    return replace(topology, nodes=tuple(nodes))


def with_figures(topology: Topology, figures: Mapping[tuple[str, str], Edge]) -> Topology:
    """The same graph with what was measured.

    A way between two known parts that is used is there even if nobody declared it, as to the replica once
    it has become the database.
    """
    declared = {(edge.source, edge.target) for edge in topology.edges}
    known = {node.name for node in topology.nodes}
    edges = [figures.get((edge.source, edge.target), edge) for edge in topology.edges]
    edges += [
        edge for pair, edge in figures.items() if pair not in declared and set(pair) <= known and edge.rate
    ]
    return replace(topology, edges=tuple(sorted(edges, key=lambda each: _place(topology.nodes, each))))


# --- asking Prometheus ---------------------------------------------------------------------------

Pairs = dict[tuple[str, str], float]


def live(metrics: Metrics, stack: Stack, replicas: Iterable[Replica]) -> Topology:
    """The company as it is now.

    Raises:
        SandboxError: Prometheus does not answer.
    """
    known = with_health(describe(stack), replicas)
    return with_figures(known, measure(metrics))


def measure(metrics: Metrics) -> dict[tuple[str, str], Edge]:
    """Rate, errors and p95 of every way that somebody counts, by source and target."""
    rate, failed, p95 = _between_services(metrics)
    for part in (_at_the_front_door(metrics), _at_the_stores(metrics)):
        for whole, more in zip((rate, failed, p95), part, strict=True):
            whole.update(more)
    return {
        pair: Edge(
            *pair, rate=value, errors=failed.get(pair, 0.0) / value if value else None, p95_ms=p95.get(pair)
        )
        for pair, value in rate.items()
    }


def _between_services(metrics: Metrics) -> tuple[Pairs, Pairs, Pairs]:
    """What services count of each other; the bank's two providers are one."""
    calls = f"rate(peer_requests_total[{_WINDOW}])"
    bad = f'rate(peer_requests_total{{status=~"5..|none"}}[{_WINDOW}])'
    buckets = f"sum by (job, peer, le) (rate(peer_request_duration_seconds_bucket[{_WINDOW}]))"
    return (
        _one_bank(_pairs(metrics, f"sum by (job, peer) ({calls})"), sum),
        _one_bank(_pairs(metrics, f"sum by (job, peer) ({bad})"), sum),
        _one_bank(_pairs(metrics, f"1000 * histogram_quantile(0.95, {buckets})"), max),
    )


def _one_bank(pairs: Pairs, together: Callable[[list[float]], float]) -> Pairs:
    """The bank's providers, `bank-primary` and `bank-secondary`, as one part."""
    grouped: dict[tuple[str, str], list[float]] = {}
    for (source, target), value in pairs.items():
        name = "bank" if target.startswith("bank-") else target
        grouped.setdefault((source, name), []).append(value)
    return {pair: together(values) for pair, values in grouped.items()}


def _at_the_front_door(metrics: Metrics) -> tuple[Pairs, Pairs, Pairs]:
    """Customers at the edge, and the edge at each service that it leads to."""
    public = f'envoy_vhost_vcluster_upstream_rq{{envoy_virtual_host="public"%s}}[{_WINDOW}]'
    led = f"envoy_cluster_upstream_rq_xx%s[{_WINDOW}]"
    front = (CUSTOMERS, "edge")
    rate, failed = (
        {front: metrics.value(f"sum(rate({public % label}))") or 0.0}
        for label in ("", ',envoy_response_code=~"5.."')
    )
    slow = metrics.value(
        "histogram_quantile(0.95, sum by (le) (rate(envoy_vhost_vcluster_upstream_rq_time_bucket"
        f'{{envoy_virtual_host="public"}}[{_WINDOW}])))'
    )
    for found, label in ((rate, ""), (failed, '{envoy_response_code_class="5"}')):
        for sample in metrics.query(f"sum by (envoy_cluster_name) (rate({led % label}))"):
            found["edge", sample.labels["envoy_cluster_name"]] = sample.value
    p95 = {front: slow} if slow is not None else {}
    time = f"sum by (envoy_cluster_name, le) (rate(envoy_cluster_upstream_rq_time_bucket[{_WINDOW}]))"
    for sample in metrics.query(f"histogram_quantile(0.95, {time})"):
        if sample.value == sample.value:
            p95["edge", sample.labels["envoy_cluster_name"]] = sample.value
    return rate, failed, p95


def _at_the_stores(metrics: Metrics) -> tuple[Pairs, Pairs, Pairs]:
    """Databases by how long connections are held, the cache by look-ups; neither counts errors."""
    rate = _pairs(metrics, f"sum by (job, database) (rate(db_held_seconds_count[{_WINDOW}]))", "database")
    buckets = f"sum by (job, database, le) (rate(db_held_seconds_bucket[{_WINDOW}]))"
    p95 = _pairs(metrics, f"1000 * histogram_quantile(0.95, {buckets})", "database")
    for name in ("cache_requests_total", "vision_cache_requests_total"):
        for sample in metrics.query(f"sum by (job) (rate({name}[{_WINDOW}]))"):
            pair = sample.labels["job"], "cache"
            rate[pair] = rate.get(pair, 0.0) + sample.value
    for sample in metrics.query(f'sum by (job) (rate(checkout_orders_total{{result="paid"}}[{_WINDOW}]))'):
        rate[sample.labels["job"], "queue"] = sample.value
    for sample in metrics.query(f"sum by (job) (rate(worker_orders_total[{_WINDOW}]))"):
        rate[sample.labels["job"], "queue"] = sample.value
    return rate, {}, p95


def _pairs(metrics: Metrics, promql: str, target: str = "peer") -> Pairs:
    samples = metrics.query(promql)
    return {
        (sample.labels["job"], sample.labels[target]): sample.value
        for sample in samples
        if sample.value == sample.value
    }
