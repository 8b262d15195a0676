"""Keeps the curves of a drill: golden signals as they come, and at the end what would have told it apart."""

from __future__ import annotations

import math
from collections.abc import Iterable

from gameday.drill.session import SignalSample
from gameday.journal.series import Curve, GoldenCurve, SeriesKept
from sandbox.errors import SandboxError
from sandbox.observe.metrics import Metrics

LEAD_S = 120.0
"""So long before the onset the curves begin."""
MOST_STEPS = 3_000
"""Values of one curve; a longer drill is kept with a longer step."""
_DIGITS = 5


class Curves:
    """The golden signals of one drill, one value a second."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, str], dict[int, float]] = {}

    def on_signals(self, sample: SignalSample) -> None:
        """One more second; a signal without a value leaves a gap."""
        second = math.floor(sample.wall)
        for signal in sample.signals:
            kept = self._seen.setdefault((signal.service, signal.name, signal.unit), {})
            if signal.value is not None and math.isfinite(signal.value):
                kept[second] = _short(signal.value)

    def series(self, metrics: Metrics, told_apart: Iterable[str], onset: float, until: float) -> SeriesKept:
        """All curves from `LEAD_S` before the onset to `until` (UNIX seconds). Blocks.

        An expression that cannot be read, as where the engineer broke the metrics, is left out.
        """
        begin = math.floor(onset - LEAD_S)
        steps = max(1, math.ceil(until) - begin)
        step_s = math.ceil(steps / MOST_STEPS)
        kept = []
        for promql in told_apart:
            try:
                found = metrics.range(promql, begin, until, step_s)
            except SandboxError:
                continue
            values = found[0].values if found else ()
            kept.append(Curve(promql=promql, values=tuple(map(_short_or_none, values))))
        golden = tuple(
            GoldenCurve(
                service=service,
                name=name,
                unit=unit,
                values=tuple(seen.get(begin + at) for at in range(0, steps, step_s)),
            )
            for (service, name, unit), seen in self._seen.items()
        )
        return SeriesKept(begin=begin, step_s=step_s, told_apart=tuple(kept), golden=golden)


def _short(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _short_or_none(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else _short(value)
