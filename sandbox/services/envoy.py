"""The edge's config as Envoy's: pure functions from `config/edge.yaml` to xDS resources.

Listeners are fixed at start; routes, clusters and endpoints are files that Envoy watches, so that a
limit, a timeout or a new replica takes effect without a restart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

JsonObject = dict[str, Any]

_TYPE = "type.googleapis.com/envoy."
_HTTP = f"{_TYPE}extensions.filters.http."
_BREAKER = {
    "max_connections": 10_000,
    "max_pending_requests": 10_000,
    "max_requests": 10_000,
    "max_retries": 10_000,
}
SERVICE_PORT = 8000


@dataclass(frozen=True)
class Route:
    """One line of the front door or of the gateway."""

    name: str
    prefix: str
    service: str
    timeout_s: float
    retries: int
    per_try_timeout_s: float | None
    limit_rps: int | None
    rewrite: str | None

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Route:
        per_try, limit = document.get("per_try_timeout_s"), document.get("limit_rps")
        return cls(
            name=str(document["name"]),
            prefix=str(document["prefix"]),
            service=str(document["service"]),
            timeout_s=float(document["timeout_s"]),
            retries=int(document.get("retries", 0)),
            per_try_timeout_s=None if per_try is None else float(per_try),
            limit_rps=None if limit is None else max(1, int(limit)),
            rewrite=document.get("rewrite"),
        )


@dataclass(frozen=True)
class EdgeConfig:
    """`config/edge.yaml`."""

    routes: tuple[Route, ...]
    gateway: tuple[Route, ...]
    drained: tuple[str, ...] = ()
    """Replicas, such as `vision-2`, that get no new requests."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What every answer to a customer says besides."""

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> EdgeConfig:
        """Raises ValueError, TypeError or KeyError naming what is missing."""
        try:
            routes = tuple(Route.parse(route) for route in document["routes"])
            gateway = tuple(Route.parse(route) for route in document["gateway"])
        except KeyError as error:
            raise ValueError(f"a route lacks {error}") from error
        drained = document.get("drained") or []
        if not isinstance(drained, list):
            raise ValueError(f"drained: expected a list, not {drained!r}")
        return cls(routes, gateway, tuple(str(each) for each in drained), document.get("headers") or {})

    def drained_of(self, service: str) -> tuple[str, ...]:
        """A service's replicas that get no new requests."""
        return tuple(each for each in self.drained if each.rpartition("-")[0] == service)

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(sorted({route.service for route in (*self.routes, *self.gateway)}))


@dataclass(frozen=True)
class Ports:
    """Where the edge listens."""

    bind: str
    public: int
    gateway: int
    admin: int


def _socket(host: str, port: int) -> JsonObject:
    return {"socket_address": {"address": host, "port_value": port}}


def _file(path: Path) -> JsonObject:
    return {"path_config_source": {"path": str(path)}, "resource_api_version": "V3"}


def _limit(route: Route) -> JsonObject:
    if route.limit_rps is None:
        return {}
    everyone = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    return {
        "envoy.filters.http.local_ratelimit": {
            "@type": f"{_HTTP}local_ratelimit.v3.LocalRateLimit",
            "stat_prefix": f"limit_{route.name}",
            "token_bucket": {
                "max_tokens": route.limit_rps,
                "tokens_per_fill": route.limit_rps,
                "fill_interval": "1s",
            },
            "filter_enabled": everyone,
            "filter_enforced": everyone,
        }
    }


def _route(route: Route) -> JsonObject:
    action: JsonObject = {"cluster": route.service, "timeout": f"{route.timeout_s}s"}
    if route.rewrite is not None:
        action["prefix_rewrite"] = route.rewrite
    if route.retries:
        policy: JsonObject = {"retry_on": "5xx,reset,connect-failure", "num_retries": route.retries}
        if route.per_try_timeout_s is not None:
            policy["per_try_timeout"] = f"{route.per_try_timeout_s}s"
        action["retry_policy"] = policy
    return {"match": {"prefix": route.prefix}, "route": action, "typed_per_filter_config": _limit(route)}


def _header(name: str, value: str) -> JsonObject:
    return {"header": {"key": name, "value": value.strip()}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def _route_table(name: str, routes: Sequence[Route], headers: Mapping[str, str]) -> JsonObject:
    healthy = {
        "match": {"path": "/healthz"},
        "direct_response": {"status": 200, "body": {"inline_string": "ok\n"}},
    }
    virtual_clusters = [
        {
            "name": route.name,
            "headers": [{"name": ":path", "string_match": {"prefix": route.prefix}}],
        }
        for route in routes
    ]
    return {
        "@type": f"{_TYPE}config.route.v3.RouteConfiguration",
        "name": name,
        "virtual_hosts": [
            {
                "name": name,
                "domains": ["*"],
                "routes": [healthy, *(_route(route) for route in routes)],
                "virtual_clusters": virtual_clusters,
                "response_headers_to_add": [_header(key, value) for key, value in headers.items()],
                "include_request_attempt_count": True,
            }
        ],
    }


def route_tables(config: EdgeConfig) -> dict[str, JsonObject]:
    """The RDS files by listener (Envoy takes one table a file): who is let in, where to, how long."""
    public = _route_table("public", config.routes, config.headers)
    return {
        "public": {"resources": [public]},
        "gateway": {"resources": [_route_table("gateway", config.gateway, {})]},
    }


def _endpoints(service: str, addresses: Sequence[str]) -> JsonObject:
    split = [address.rpartition(":") for address in addresses]
    members = [{"endpoint": {"address": _socket(host, int(port))}} for host, _, port in split]
    return {"cluster_name": service, "endpoints": [{"lb_endpoints": members}]}


def remaining(addresses: Sequence[str], drained: Sequence[str]) -> list[str]:
    """Where requests go; if everybody is drained, to everybody, as a slow shop is better than none."""
    return [each for each in addresses if each not in drained] or list(addresses)


def clusters(services: Mapping[str, bool], run: Path) -> JsonObject:
    """The CDS file.

    Args:
        services: name → whether its replicas are what the name resolves to; else they come from EDS files.
    """
    resources = []
    for service, by_name in services.items():
        cluster: JsonObject = {
            "@type": f"{_TYPE}config.cluster.v3.Cluster",
            "name": service,
            "connect_timeout": "1s",
            "lb_policy": "LEAST_REQUEST",
            "circuit_breakers": {"thresholds": [_BREAKER]},
        }
        if by_name:
            cluster |= {
                "type": "STRICT_DNS",
                "dns_refresh_rate": "1s",
                "load_assignment": _endpoints(service, [f"{service}:{SERVICE_PORT}"]),
            }
        else:
            source = _file(run / f"eds-{service}.json")
            cluster |= {"type": "EDS", "eds_cluster_config": {"eds_config": source}}
        resources.append(cluster)
    return {"resources": resources}


def assignment(service: str, addresses: Sequence[str]) -> JsonObject:
    """The EDS file of one service."""
    kind = f"{_TYPE}config.endpoint.v3.ClusterLoadAssignment"
    return {"resources": [{"@type": kind, **_endpoints(service, addresses)}]}


_BEGIN_TRACE = """
function envoy_on_request(handle)
  local headers = handle:headers()
  local parent = headers:get("traceparent")
  if parent == nil or #parent ~= 55 then
    -- Reversed, because the sampling share is read from the last digits and a UUID's are not all random.
    local id = string.reverse(string.gsub(headers:get("x-request-id") or "", "-", ""))
    if #id == 32 then
      parent = "00-" .. id .. "-" .. string.sub(id, 9, 24) .. "-00"
      headers:replace("traceparent", parent)
    end
  end
  headers:replace("x-trace-id", string.sub(parent or "", 4, 35))
end
"""
"""Gives each request that comes without a trace one of its own, which all its tries share."""


def _listener(name: str, bind: str, port: int, run: Path) -> JsonObject:
    source = _file(run / f"rds-{name}.json")
    fields = {
        "ts": "%START_TIME(%s.%3f)%", "service": "edge", "listener": name, "method": "%REQ(:METHOD)%",
        "path": "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%", "status": "%RESPONSE_CODE%",
        "flags": "%RESPONSE_FLAGS%", "ms": "%DURATION%",
        "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%", "upstream": "%UPSTREAM_HOST%",
        "trace_id": "%REQ(X-TRACE-ID)%",
    }  # fmt: skip
    manager = {
        "@type": f"{_TYPE}extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": name,
        "codec_type": "AUTO",
        "rds": {"route_config_name": name, "config_source": source},
        "http_filters": [
            {
                "name": "envoy.filters.http.lua",
                "typed_config": {
                    "@type": f"{_HTTP}lua.v3.Lua",
                    "default_source_code": {"inline_string": _BEGIN_TRACE},
                },
            },
            {
                "name": "envoy.filters.http.local_ratelimit",
                "typed_config": {
                    "@type": f"{_HTTP}local_ratelimit.v3.LocalRateLimit",
                    "stat_prefix": "limit",
                },
            },
            {"name": "envoy.filters.http.router", "typed_config": {"@type": f"{_HTTP}router.v3.Router"}},
        ],
        "access_log": [
            {
                "name": "envoy.access_loggers.stdout",
                "typed_config": {
                    "@type": f"{_TYPE}extensions.access_loggers.stream.v3.StdoutAccessLog",
                    "log_format": {"json_format": fields},
                },
            }
        ],
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    return {"name": name, "address": _socket(bind, port), "filter_chains": [chain]}


def bootstrap(ports: Ports, run: Path) -> JsonObject:
    """What Envoy starts with; the rest it reads from the files in `run`."""
    source = _file(run / "cds.json")
    return {
        "node": {"id": "edge", "cluster": "edge"},
        "admin": {"address": _socket(ports.bind, ports.admin)},
        "dynamic_resources": {"cds_config": source},
        "static_resources": {
            "listeners": [
                _listener("public", ports.bind, ports.public, run),
                _listener("gateway", ports.bind, ports.gateway, run),
            ]
        },
    }
