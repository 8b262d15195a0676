"""How every service is doing now: rate, errors, duration and what is exhausted first."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.observe.metrics import Metrics

_WINDOW = "10s"


@dataclass(frozen=True)
class Doing:
    """One service over the last ten seconds; None where nothing was measured."""

    service: str
    replicas_up: int
    rate: float | None
    """Requests/s that it answered."""
    errors: float | None
    """Share of them that were its own fault, 0 to 1."""
    p95_ms: float | None


def top(metrics: Metrics) -> list[Doing]:
    """Every scraped service, the one with most errors first, then the slowest.

    Raises:
        SandboxError: Prometheus does not answer.
    """
    up = _by_job(metrics, "sum by (job) (up)")
    rate = _by_job(metrics, f"sum by (job) (rate(http_requests_total[{_WINDOW}]))")
    failed = _by_job(metrics, f'sum by (job) (rate(http_requests_total{{status=~"5.."}}[{_WINDOW}]))')
    buckets = f"sum by (job, le) (rate(http_request_duration_seconds_bucket[{_WINDOW}]))"
    p95 = _by_job(metrics, f"1000 * histogram_quantile(0.95, {buckets})")
    doing = [
        Doing(
            service=job,
            replicas_up=int(count),
            rate=rate.get(job),
            errors=failed.get(job, 0.0) / rate[job] if rate.get(job) else None,
            p95_ms=p95.get(job),
        )
        for job, count in up.items()
    ]
    return sorted(doing, key=lambda each: (-(each.errors or 0.0), -(each.p95_ms or 0.0), each.service))


def _by_job(metrics: Metrics, promql: str) -> dict[str, float]:
    samples = metrics.query(promql)
    return {sample.labels["job"]: sample.value for sample in samples if sample.value == sample.value}
