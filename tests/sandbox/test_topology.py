"""The company as a graph, without a sandbox."""

from __future__ import annotations

from sandbox.observe.topology import Edge, describe, with_figures, with_health
from sandbox.runtime.base import Replica
from sandbox.stack.model import load_stack

STACK = load_stack()


def test_customers_come_first_and_nobody_is_called_who_is_not_there() -> None:
    """Parts are in order of their distance, and the worker, whom nobody calls, is beside its queue."""
    found = describe(STACK)
    names = [node.name for node in found.nodes]
    assert names[:3] == ["customers", "edge", "storefront"]
    assert set(names) <= set(STACK.services)
    assert {"bastion", "metrics", "seed"}.isdisjoint(names)
    ways = [edge for edge in found.edges if edge.source != "worker"]
    assert all(names.index(edge.source) < names.index(edge.target) for edge in ways)
    assert names.index("worker") > names.index("checkout")
    asked = {edge.target for edge in found.edges if edge.source == "checkout"}
    assert asked == {"payments", "db", "queue"}


def test_who_is_outside_has_no_owner() -> None:
    """Customers and the bank are nobody's at the company."""
    owners = {node.name: node.owner for node in describe(STACK).nodes}
    assert (owners["customers"], owners["bank"], owners["vision"]) == ("", "", "ines")


def test_health_is_what_runs() -> None:
    """A copy that has ended counts as one that there should be."""
    replicas = [Replica("vision", 1, "running", "a"), Replica("vision", 2, "exited", "b")]
    (vision,) = (node for node in with_health(describe(STACK), replicas).nodes if node.name == "vision")
    assert (vision.healthy, vision.replicas) == (1, 2)


def test_figures_lie_on_the_ways_that_are_declared_or_used() -> None:
    """What nobody knows is left out, what wasn't measured stays unknown."""
    measured = {
        pair: Edge(*pair, rate=3.0, errors=0.5, p95_ms=20.0)
        for pair in (("storefront", "vision"), ("checkout", "db-replica"), ("vision", "mars"))
    }
    found = with_figures(describe(STACK), measured)
    rates = {(edge.source, edge.target): edge.rate for edge in found.edges}
    assert rates["storefront", "vision"] == 3.0
    assert rates["checkout", "payments"] is None
    assert rates["checkout", "db-replica"] == 3.0
    assert ("vision", "mars") not in rates
