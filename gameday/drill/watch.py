"""What the trainer watches while a drill runs: customers, logs, alerts and golden signals.

All of it is reading, in threads where it blocks; what is seen is handed to the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from gameday.drill.session import Signal, SignalSample
from sandbox.errors import SandboxError
from sandbox.observe import customers
from sandbox.observe.customers import SliSecond
from sandbox.observe.logs import UNSEEN
from sandbox.observe.metrics import Alert, Metrics
from sandbox.observe.services import top
from sandbox.observe.traces import SPAN
from sandbox.runtime.base import LogLine, Runtime

_BATCH_S = 0.2


def _at_the_edge(more: str = "") -> str:
    return f'sum(rate(envoy_vhost_vcluster_upstream_rq{{envoy_virtual_host="public"{more}}}[10s]))'


_FAILED = ',envoy_response_code=~"5.."'
_EDGE: tuple[tuple[str, str, str], ...] = (
    ("rate", "/s", _at_the_edge()),
    ("errors", "%", f"100 * ({_at_the_edge(_FAILED)} or vector(0)) / {_at_the_edge()}"),
)
_SLOTS = "100 * sum(vision_slots_busy) / sum(vision_slots)"


def golden_signals(metrics: Metrics) -> tuple[Signal, ...]:
    """The company's dashboard: the edge first, then every service that answers requests.

    Raises:
        SandboxError: Prometheus does not answer.
    """
    signals = [Signal("edge", name, unit, metrics.value(promql)) for name, unit, promql in _EDGE]
    for each in sorted(top(metrics), key=lambda each: each.service):
        if each.rate is not None:
            errors = None if each.errors is None else 100 * each.errors
            signals += [
                Signal(each.service, "rate", "/s", each.rate),
                Signal(each.service, "errors", "%", errors),
                Signal(each.service, "p95", "ms", each.p95_ms),
            ]
    signals.append(Signal("vision", "saturation", "%", metrics.value(_SLOTS)))
    return tuple(signals)


class Watch:
    """Follows one sandbox until it is stopped."""

    def __init__(self, runtime: Runtime, loop: asyncio.AbstractEventLoop) -> None:
        self._runtime = runtime
        self._loop = loop
        self._stop = threading.Event()
        self.metrics = Metrics(runtime)

    def stop(self) -> None:
        self._stop.set()

    async def follow_logs(
        self, on_second: Callable[[SliSecond], None], on_lines: Callable[[Sequence[LogLine]], None]
    ) -> None:
        """Hand on every second of the SLI feed at once, and the other lines in batches."""
        pending: deque[LogLine] = deque()

        def follow() -> None:
            for line in self._runtime.logs(follow=True, stop=self._stop):
                if line.service == "customers":
                    second = customers.parse(line.text)
                    if second is not None:
                        self._loop.call_soon_threadsafe(on_second, second)
                elif line.service not in UNSEEN and not line.text.startswith(SPAN):
                    pending.append(line)

        follower = asyncio.create_task(asyncio.to_thread(follow))
        try:
            while not follower.done():
                await asyncio.wait({follower}, timeout=_BATCH_S)
                batch = [pending.popleft() for _ in range(len(pending))]
                if batch:
                    on_lines(batch)
            follower.result()
        finally:
            self._stop.set()

    async def follow_alerts(self, on_alerts: Callable[[Iterable[Alert]], None]) -> None:
        """Hand on what fires, once a second."""
        while not self._stop.is_set():
            # An engineer may restart the metrics, or break them; that is no reason to end the drill.
            with contextlib.suppress(SandboxError):
                alerts = await asyncio.to_thread(self.metrics.alerts)
                on_alerts([alert for alert in alerts if alert.state == "firing"])
            await asyncio.sleep(1.0)

    async def follow_signals(self, on_sample: Callable[[SignalSample], None]) -> None:
        """Hand on the golden signals, once a second."""

        def sample() -> SignalSample:
            return SignalSample(time.time(), golden_signals(self.metrics))

        while not self._stop.is_set():
            with contextlib.suppress(SandboxError):
                on_sample(await asyncio.to_thread(sample))
            await asyncio.sleep(1.0)
