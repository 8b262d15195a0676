"""How a service reaches another: through the edge's inner gateway, with its trace, timed and counted."""

from __future__ import annotations

import time
from typing import Any

import httpx

from . import metrics
from .tracing import SpanKind, Spans, carrier


class Unanswered(Exception):
    """Another service did not answer in time, or could not be reached."""

    def __init__(self, peer: str, why: str) -> None:
        super().__init__(f"{peer} did not answer: {why}")
        self.peer = peer


class Peers:
    """A client of other services. A path is `/<service>/…` at the gateway, or whatever `base_url` serves."""

    def __init__(self, spans: Spans, base_url: str) -> None:
        self._spans = spans
        limits = httpx.Limits(max_connections=1000, max_keepalive_connections=100)
        # Nothing here speaks TLS, so no certificates are read.
        self._client = httpx.AsyncClient(base_url=base_url, limits=limits, verify=False, trust_env=False)

    async def call(
        self,
        peer: str,
        method: str,
        path: str,
        *,
        timeout_s: float,
        body: dict[str, Any] | bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Ask another service; a status is an answer, whatever it says.

        Raises:
            Unanswered: there was none.
        """
        content: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        with self._spans.span(f"{method} {peer}", SpanKind.CLIENT) as span:
            started = time.perf_counter()
            try:
                answer = await self._client.request(
                    method, path, headers={**(headers or {}), **carrier()}, timeout=timeout_s,
                    **(content if body is not None else {}),
                )  # fmt: skip
            except httpx.HTTPError as error:
                metrics.CALLS.labels(peer, "none").inc()
                raise Unanswered(peer, type(error).__name__) from error
            finally:
                metrics.CALL_DURATION.labels(peer).observe(time.perf_counter() - started)
            metrics.CALLS.labels(peer, str(answer.status_code)).inc()
            span.set_attribute("http.response.status_code", answer.status_code)
            return answer

    async def close(self) -> None:
        await self._client.aclose()
