"""What every service of the company shares: logs, metrics, trace ids, config and a graceful end.

A service is a Starlette app wrapped by `instrumented` and run by `serve`. Logs are one JSON object a
line on standard output, each with the `trace_id` of the request it belongs to (W3C `traceparent`, made
here if the caller sent none). Metrics follow the RED method under the usual Prometheus names. Config is
a YAML file that is read again when it changes; a file that can't be read leaves the last good one in
force, and says so.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Generic, TypeVar

import uvicorn
import yaml
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

traceparent: contextvars.ContextVar[str] = contextvars.ContextVar("traceparent", default="")

REQUESTS = Counter("http_requests_total", "Requests answered.", ["method", "route", "status"])
DURATION = Histogram(
    "http_request_duration_seconds",
    "Time to answer.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13),
)
IN_FLIGHT = Gauge("http_requests_in_flight", "Requests being answered now.")

_LEVELS = {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warn", logging.ERROR: "error"}
_QUIET = ("/healthz", "/metrics")


class _JsonLines(logging.Formatter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        parent = traceparent.get()
        line: dict[str, Any] = {
            "ts": round(record.created, 3),
            "level": _LEVELS.get(record.levelno, record.levelname.lower()),
            "service": self.service,
            "msg": record.getMessage(),
        }
        if parent:
            line["trace_id"] = parent.split("-")[1]
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[0]:
            line["error"] = f"{record.exc_info[0].__name__}: {record.exc_info[1]}"
        return json.dumps(line, default=str)


def logger(service: str) -> logging.Logger:
    """The service's logger; give extra keys as `extra={"fields": {...}}`."""
    log = logging.getLogger(service)
    if not log.handlers:
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(_JsonLines(service))
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False
    return log


ConfigT = TypeVar("ConfigT")


class Config(Generic[ConfigT]):
    """A YAML file as a typed value that follows the file.

    `parse` turns the mapping into the value and raises ValueError, TypeError or LookupError on a bad one.
    """

    def __init__(
        self, path: Path, parse: Callable[[Mapping[str, Any]], ConfigT], log: logging.Logger
    ) -> None:
        self.path = path
        self._parse = parse
        self._log = log
        self._stamp = self._look()
        self.value = self._read()

    def _look(self) -> tuple[int, int]:
        status = self.path.stat()
        return status.st_mtime_ns, status.st_ino

    def _read(self) -> ConfigT:
        document = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        if not isinstance(document, dict):
            raise ValueError("expected a mapping")
        return self._parse(document)

    def refresh(self) -> bool:
        """Read the file again if it changed; True if a new value came into force."""
        try:
            stamp = self._look()
            if stamp == self._stamp:
                return False
            self._stamp = stamp
            self.value = self._read()
        except (OSError, ValueError, TypeError, LookupError, yaml.YAMLError) as error:
            text = " ".join(str(error).split())
            self._log.error("config rejected, last good one stays", extra={"fields": {"error": text}})
            return False
        self._log.info("config loaded", extra={"fields": {"path": self.path.name}})
        return True

    async def follow(self, every_s: float = 0.25) -> None:
        """Refresh for as long as the service runs."""
        while True:
            await asyncio.sleep(every_s)
            self.refresh()


def etc(name: str) -> Path:
    """Where the config file of that name lies."""
    return Path(os.environ.get("ETC", "/etc/lumen")) / name


def incoming_trace(headers: Mapping[bytes, bytes]) -> str:
    """The caller's `traceparent`, or a new one."""
    given = headers.get(b"traceparent", b"").decode("ascii", "replace")
    if len(given.split("-")) == 4:
        return given
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def outgoing_headers() -> dict[str, str]:
    """Headers that carry the trace on to the next service."""
    return {"traceparent": traceparent.get()}


def instrumented(app: ASGIApp, log: logging.Logger, routes: frozenset[str]) -> ASGIApp:
    """Count, time, trace and log each request; `routes` bounds the label values."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        path: str = scope["path"]
        if path in _QUIET:
            await app(scope, receive, send)
            return
        token = traceparent.set(incoming_trace(dict(scope["headers"])))
        route = path if path in routes else "other"
        seen: MutableMapping[str, int] = {"status": 500}

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
            await send(message)

        started = time.perf_counter()
        IN_FLIGHT.inc()
        try:
            await app(scope, receive, watch)
        finally:
            took = time.perf_counter() - started
            IN_FLIGHT.dec()
            REQUESTS.labels(scope["method"], route, str(seen["status"])).inc()
            DURATION.labels(route).observe(took)
            level = logging.ERROR if seen["status"] >= 500 else logging.INFO
            fields = {
                "method": scope["method"],
                "path": path,
                "status": seen["status"],
                "ms": round(took * 1e3, 1),
            }
            log.log(level, "request", extra={"fields": fields})
            traceparent.reset(token)

    return wrapped


async def _metrics(_: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def common_routes(healthy: Callable[[Request], Any]) -> list[Route]:
    """`/metrics` and `/healthz`; `healthy` is the service's own check."""
    return [Route("/metrics", _metrics), Route("/healthz", healthy)]


def serve(app: ASGIApp, log: logging.Logger) -> None:
    """Run until SIGTERM; requests under way get five seconds to end."""
    host, _, port = os.environ.get("LISTEN", "0.0.0.0:8000").rpartition(":")
    log.info("listening", extra={"fields": {"port": int(port)}})
    uvicorn.run(
        app, host=host, port=int(port), log_config=None, access_log=False,
        timeout_graceful_shutdown=5, timeout_keep_alive=60, backlog=512,
    )  # fmt: skip
    log.info("stopped")
