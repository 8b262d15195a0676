"""The edge's config as Envoy's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.services.envoy import EdgeConfig, Ports, assignment, bootstrap, clusters, remaining, route_tables
from sandbox.stack import CONFIG_FOLDER

SHIPPED = EdgeConfig.parse(yaml.safe_load((CONFIG_FOLDER / "edge.yaml").read_text(encoding="utf-8")))


def _routes(config: EdgeConfig, listener: str) -> dict[str, Any]:
    (table,) = route_tables(config)[listener]["resources"]
    (host,) = table["virtual_hosts"]
    return {route["match"].get("prefix", route["match"].get("path")): route for route in host["routes"]}


def test_uploads_are_tried_three_times_within_eight_seconds() -> None:
    """The amplification that the shop lives with is in the file as it is shipped."""
    upload = _routes(SHIPPED, "public")["/upload"]["route"]
    assert upload["timeout"] == "8.0s"
    assert upload["retry_policy"]["num_retries"] == 2
    assert upload["retry_policy"]["per_try_timeout"] == "2.5s"


def test_orders_are_never_tried_again() -> None:
    """What costs money is asked for once."""
    assert "retry_policy" not in _routes(SHIPPED, "public")["/orders"]["route"]
    assert "retry_policy" not in _routes(SHIPPED, "gateway")["/payments/"]["route"]


def test_the_first_matching_prefix_wins() -> None:
    """Envoy takes the first match, so the catch-all is last, after the health check's own path."""
    prefixes = list(_routes(SHIPPED, "public"))
    assert (prefixes[0], prefixes[-1]) == ("/healthz", "/")


def test_the_gateway_leads_to_every_service_that_others_ask() -> None:
    """Each service is reached under its name, which is taken off again."""
    gateway = _routes(SHIPPED, "gateway")
    for name in ("accounts", "catalog", "checkout", "payments", "vision"):
        route = gateway[f"/{name}/"]["route"]
        assert (route["cluster"], route["prefix_rewrite"]) == (name, "/")


@pytest.mark.parametrize(("limit", "tokens"), [(6, 6), (0, 1)])
def test_a_limit_is_a_bucket_that_is_refilled_every_second(limit: int, tokens: int) -> None:
    """A limit lets at least one request a second through."""
    document = {"name": "a", "prefix": "/a", "service": "s", "timeout_s": 1, "limit_rps": limit}
    config = EdgeConfig.parse({"routes": [document], "gateway": []})
    (limited,) = _routes(config, "public")["/a"]["typed_per_filter_config"].values()
    assert limited["token_bucket"] == {"max_tokens": tokens, "tokens_per_fill": tokens, "fill_interval": "1s"}


def test_headers_are_for_customers() -> None:
    """What every answer says besides; services among themselves are spared."""
    said = {
        name: table["resources"][0]["virtual_hosts"][0]["response_headers_to_add"]
        for name, table in route_tables(SHIPPED).items()
    }
    (header,) = said["public"]
    assert header["header"] == {"key": "x-served-by", "value": "lumen"}
    assert said["gateway"] == []


def test_a_header_without_a_value_is_taken_and_not_survived() -> None:
    """The company's weak spot: the config is valid, and what is made of it ends the edge."""
    blank = EdgeConfig.parse({"routes": [], "gateway": [], "headers": {"x-region": None}})
    with pytest.raises(AttributeError):
        route_tables(blank)


def test_a_route_without_a_limit_has_none() -> None:
    """No limit is no bucket, not a large one."""
    assert _routes(SHIPPED, "public")["/upload"]["typed_per_filter_config"] == {}


def test_a_route_that_lacks_a_key_is_refused_by_name() -> None:
    """The sentence names what is missing."""
    with pytest.raises(ValueError, match="timeout_s"):
        EdgeConfig.parse({"routes": [{"name": "a", "prefix": "/", "service": "s"}], "gateway": []})


def test_replicas_come_by_name_or_from_a_file() -> None:
    """On Docker a name resolves to all replicas; elsewhere Envoy watches a file."""
    (named,) = clusters({"vision": True}, Path("/run/edge"))["resources"]
    assert named["type"] == "STRICT_DNS"
    (listed,) = clusters({"vision": False}, Path("/run/edge"))["resources"]
    assert listed["eds_cluster_config"]["eds_config"]["path_config_source"]["path"].endswith(
        "eds-vision.json"
    )
    (members,) = assignment("vision", ["127.0.0.5:8000", "127.0.0.6:8000"])["resources"]
    assert len(members["endpoints"][0]["lb_endpoints"]) == 2


def test_the_edge_gives_a_trace_before_it_routes() -> None:
    """The filter that begins traces comes first, on both listeners."""
    document = bootstrap(Ports("127.0.0.1", 8080, 9000, 9901), Path("/run/edge"))
    for listener in document["static_resources"]["listeners"]:
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        names = [each["name"].rpartition(".")[2] for each in manager["http_filters"]]
        assert names == ["lua", "local_ratelimit", "router"]


def test_requests_go_to_those_that_are_not_drained() -> None:
    """By service; if nobody were left, everybody gets them."""
    config = EdgeConfig.parse({"routes": [], "gateway": [], "drained": ["vision-2", "db-replica-1"]})
    assert config.drained_of("vision") == ("vision-2",)
    assert config.drained_of("storefront") == ()
    assert remaining(["a:1", "b:1"], ["b:1"]) == ["a:1"]
    assert remaining(["a:1"], ["a:1"]) == ["a:1"]
    with pytest.raises(ValueError, match="drained: expected a list"):
        EdgeConfig.parse({"routes": [], "gateway": [], "drained": "vision-2"})
