"""A service of the company: a Starlette app that is traced, counted, logged and stopped gracefully."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import ClassVar, Generic

import uvicorn
from opentelemetry.trace import Status, StatusCode
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import metrics
from .config import Config, ConfigT, Telemetry, etc
from .logs import logger, trace_id
from .tracing import SpanKind, Spans, carried

_QUIET = ("/healthz", "/metrics")
_FOLLOW_EVERY_S = 0.25
_HEALTH_WITHIN_S = 2.0

Probe = Callable[[], Awaitable[object]]


def worth_a_line(trace: str, share: float) -> bool:
    """Whether a request that went well is logged; a trace's lines are kept or left out together."""
    return share >= 1.0 or int(trace[-4:] or "0", 16) < share * 0x10000


class Service(Generic[ConfigT]):
    """What the services have in common. Each gives its name, the dataclass of its config, its routes,
    what it holds open while it runs, and what must answer for it to be healthy."""

    name: ClassVar[str]
    settings: type[ConfigT]
    quiet: ClassVar[bool] = False
    """Whether it keeps to itself what it does: no lines about requests, no spans."""

    def __init__(self) -> None:
        self.log = logger(self.name)
        self.config = Config.of(self.settings, etc(f"{self.name}.yaml"), self.log)
        self.telemetry = Config.of(Telemetry, etc("telemetry.yaml"), self.log)
        out = None if self.quiet else sys.stdout
        self.spans = Spans(self.name, self.telemetry.value.trace_sampling, out)
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> Sequence[Route]:
        raise NotImplementedError

    def probes(self) -> Mapping[str, Probe]:
        """What `/healthz` asks: name → a call that raises if the part doesn't answer."""
        return {}

    @contextlib.asynccontextmanager
    async def resources(self) -> AsyncIterator[None]:
        """Open what the service needs, and close it at the end."""
        yield

    async def reconfigured(self) -> None:
        """A new config came into force."""

    def background(self, work: Awaitable[None]) -> None:
        """Run beside the requests until the service ends."""

        async def run() -> None:
            await work

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.log.error("a background task ended", exc_info=task.exception())

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(_FOLLOW_EVERY_S)
            if self.telemetry.refresh():
                self.spans.share.set(self.telemetry.value.trace_sampling)
            if self.config.refresh():
                try:
                    await self.reconfigured()
                except Exception:
                    self.log.exception("the new config took no effect")

    async def _healthz(self, _: Request) -> Response:
        parts: dict[str, str] = {}
        for part, probe in self.probes().items():
            try:
                async with asyncio.timeout(_HEALTH_WITHIN_S):
                    await probe()
                parts[part] = "ok"
            except Exception as error:
                self.log.warning("unhealthy", exc_info=True, extra={"fields": {"part": part}})
                parts[part] = type(error).__name__
        healthy = all(said == "ok" for said in parts.values())
        return JSONResponse(
            {"status": "ok" if healthy else "failing", **parts}, status_code=200 if healthy else 503
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with self.resources():
            self.background(self._follow())
            self.log.info("ready")
            yield
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self.log.info("stopped")

    def run(self) -> None:
        """Serve until SIGTERM; requests under way get five seconds to end."""
        own = list(self.routes())
        common = [Route("/metrics", metrics.exposition), Route("/healthz", self._healthz)]
        app = Starlette(routes=[*own, *common], lifespan=self._lifespan)
        host, _, port = os.environ.get("LISTEN", "0.0.0.0:8000").rpartition(":")
        self.log.info("starting", extra={"fields": {"port": int(port)}})
        uvicorn.run(
            instrumented(app, self, own), host=host, port=int(port), log_config=None, access_log=False,
            timeout_graceful_shutdown=5, timeout_keep_alive=60, backlog=512, ws="none",
        )  # fmt: skip


def _named(scope: Scope, routes: Iterable[Route]) -> str:
    """The route that answered, as it is written in the code, so that label values are few."""
    endpoint = scope.get("endpoint")
    return next((route.path for route in routes if route.endpoint == endpoint), "other")


def instrumented(app: ASGIApp, service: Service[ConfigT], routes: Sequence[Route]) -> ASGIApp:
    """Count, time, trace and log each request; what a handler raises becomes a 500 and a line."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _QUIET:
            await app(scope, receive, send)
            return
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = time.perf_counter()
        with service.spans.span(scope["method"], SpanKind.SERVER, carried(headers)) as span:
            metrics.IN_FLIGHT.inc()
            try:
                await app(scope, receive, watch)
            except Exception:
                service.log.exception("request failed", extra={"fields": {"path": scope["path"]}})
                if not status:
                    refusal = JSONResponse({"error": "internal error"}, status_code=500)
                    await refusal(scope, receive, watch)
            finally:
                metrics.IN_FLIGHT.dec()
                took = time.perf_counter() - started
                route = _named(scope, routes)
                # Whoever asked may have gone before there was an answer.
                metrics.REQUESTS.labels(scope["method"], route, str(status or 499)).inc()
                metrics.DURATION.labels(route).observe(took)
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.response.status_code", status)
                if status >= 500:
                    span.set_status(Status(StatusCode.ERROR))
                if not service.quiet:
                    _log_request(service, scope, status, took)

    return wrapped


def _log_request(service: Service[ConfigT], scope: Scope, status: int, took_s: float) -> None:
    failed = status >= 500
    if not failed and not worth_a_line(trace_id(), service.telemetry.value.log_sampling):
        return
    fields = {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "ms": round(took_s * 1e3, 1),
    }
    service.log.log(logging.ERROR if failed else logging.INFO, "request", extra={"fields": fields})
