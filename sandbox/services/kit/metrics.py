"""Prometheus metrics by the RED method under the usual names, and what fills up."""

from __future__ import annotations

import threading

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13)

REQUESTS = Counter("http_requests_total", "Requests answered.", ["method", "route", "status"])
DURATION = Histogram("http_request_duration_seconds", "Time to answer.", ["route"], buckets=BUCKETS)
IN_FLIGHT = Gauge("http_requests_in_flight", "Requests being answered now.")

THREADS = Gauge("process_threads", "Threads that the process runs.")
THREADS.set_function(threading.active_count)

CALLS = Counter("peer_requests_total", "Requests to other services.", ["peer", "status"])
CALL_DURATION = Histogram(
    "peer_request_duration_seconds", "Time until another service answered.", ["peer"], buckets=BUCKETS
)


async def exposition(_: Request) -> Response:
    """What Prometheus reads."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
