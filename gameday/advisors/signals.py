"""The signals that `pattern` reads, each with the PromQL that anybody can repeat.

It is the company's dashboard and a little more: rates, errors, durations and what is exhausted, for every
service. What counts as a deviation is stated here too, once for each signal. Durations are the ninth decile:
a twentieth of the uploads is never in the cache, so that a p95 jumps about while nothing is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_W = "[10s]"
_PUBLIC = 'envoy_virtual_host="public"'
_EDGE = "envoy_vhost_vcluster_upstream_rq"
_JOURNEY = "envoy_virtual_cluster"
_TOOK = "http_request_duration_seconds_bucket"
_PEER_TOOK = "peer_request_duration_seconds_bucket"


@dataclass(frozen=True)
class Signal:
    """One query, whose series are told apart by one label."""

    name: str
    says: str
    """As in `{says} of {what} rose from 1 to 2`."""
    promql: str
    by: str
    """The label that names what a series is of; empty if there is one series."""
    unit: Literal["/s", "%", "ms", "s", ""] = ""
    worse: Literal["up", "down", "either"] = "up"
    least: float = 0.0
    """A change smaller than this is none, however large it is in proportion."""
    factor: float = 2.0
    """A change is a deviation from this ratio on."""


def _share(part: str, whole: str, by: str) -> str:
    return f"sum by ({by}) (rate({part}{_W})) / sum by ({by}) (rate({whole}{_W}))"


SIGNALS: tuple[Signal, ...] = (
    Signal(
        "customers_rate",
        "requests at the edge for",
        f"sum by ({_JOURNEY}) (rate({_EDGE}{{{_PUBLIC}}}{_W}))",
        _JOURNEY,
        "/s",
        "either",
        least=3.0,
        factor=1.5,
    ),
    Signal(
        "customers_errors",
        "errors at the edge for",
        _share(f'{_EDGE}{{{_PUBLIC},envoy_response_code=~"5.."}}', f"{_EDGE}{{{_PUBLIC}}}", _JOURNEY),
        _JOURNEY,
        "%",
        least=0.03,
    ),
    Signal(
        "refused",
        "refusals at the edge for",
        _share(f'{_EDGE}{{{_PUBLIC},envoy_response_code=~"4.."}}', f"{_EDGE}{{{_PUBLIC}}}", _JOURNEY),
        _JOURNEY,
        "%",
        least=0.1,
    ),
    Signal(
        "retries",
        "retries by the edge of",
        f"sum by ({_JOURNEY}) (rate({_EDGE}_retry{{{_PUBLIC}}}{_W}))",
        _JOURNEY,
        "/s",
        least=1.0,
    ),
    Signal(
        "rate",
        "requests to",
        f"sum by (job) (rate(http_requests_total{_W}))",
        "job",
        "/s",
        "either",
        least=3.0,
        factor=1.5,
    ),
    Signal(
        "errors",
        "errors of",
        _share('http_requests_total{status=~"5.."}', "http_requests_total", "job"),
        "job",
        "%",
        least=0.03,
    ),
    Signal(
        "p90",
        "p90 of",
        f"1000 * histogram_quantile(0.9, sum by (job, le) (rate({_TOOK}{_W})))",
        "job",
        "ms",
        least=200.0,
    ),
    Signal(
        "peer_p90",
        "p90 of answers from",
        f"1000 * histogram_quantile(0.9, sum by (peer, le) (rate({_PEER_TOOK}{_W})))",
        "peer",
        "ms",
        least=200.0,
    ),
    Signal(
        "peer_errors",
        "failed answers from",
        _share('peer_requests_total{status=~"5..|none"}', "peer_requests_total", "peer"),
        "peer",
        "%",
        least=0.03,
    ),
    Signal("up", "running replicas of", "sum by (job) (up)", "job", "", "down", least=1.0, factor=1.0),
    Signal(
        "slots_busy",
        "busy slots of",
        "sum by (job) (vision_slots_busy) / sum by (job) (vision_slots)",
        "job",
        "%",
        least=0.2,
        factor=1.3,
    ),
    Signal("waiting", "requests that wait in", "sum by (job) (vision_queue_length)", "job", "", least=4.0),
    Signal(
        "cache_hits",
        "the share found in the cache by",
        'sum by (job) (rate(vision_cache_requests_total{result="hit"}[10s]))'
        " / sum by (job) (rate(vision_cache_requests_total[10s]))",
        "job",
        "%",
        "down",
        least=0.2,
        factor=1.3,
    ),
    Signal(
        "evictions",
        "entries evicted from the cache",
        f"max(deriv(cache_evicted_keys{_W}))",
        "",
        "/s",
        least=1.0,
    ),
    Signal(
        "db_connections",
        "the share of connections open at",
        "sum(max by (state) (db_connections)) / max(db_connections_max)",
        "",
        "%",
        least=0.2,
        factor=1.3,
    ),
    Signal(
        "pool_waiting",
        "requests that wait for a connection in",
        "sum by (job) (db_pool_waiting)",
        "job",
        "",
        least=2.0,
    ),
    Signal("orders_waiting", "orders that wait in the queue", "max(queue_length)", "", "", least=10.0),
    Signal(
        "replication_lag",
        "bytes that the replica is behind",
        "max(db_replication_lag_bytes)",
        "",
        "",
        least=8e6,
    ),
    Signal(
        "logins_refused",
        "logins refused by",
        'sum by (job) (rate(accounts_logins_total{result!="ok"}[10s]))',
        "job",
        "/s",
        least=1.0,
    ),
    Signal(
        "signups",
        "accounts made by",
        f"sum by (job) (rate(accounts_signups_total{_W}))",
        "job",
        "/s",
        least=2.0,
    ),
    Signal(
        "declined",
        "cards declined by",
        'sum by (job) (rate(payments_charges_total{result="declined"}[10s]))',
        "job",
        "/s",
        least=0.5,
    ),
    Signal(
        "uploads_by_age",
        "uploads by accounts of age",
        f"sum by (account_age) (rate(storefront_uploads_total{_W}))",
        "account_age",
        "/s",
        least=2.0,
        factor=2.0,
    ),
)

BY_NAME = {signal.name: signal for signal in SIGNALS}
