"""What the golden signals did lately, kept as one frozen value that widgets can draw from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from gameday.text import one_line

if TYPE_CHECKING:
    from gameday.drill.session import SignalSample

WINDOW_S = 180
"""Seconds that are kept and drawn."""
_GOLDEN = ("rate", "errors", "p95", "saturation")
_FULL_HEIGHT = {"saturation": 100.0, "errors": 10.0, "p95": 100.0, "rate": 1.0}
"""The least value at which a bar is full, so that noise near zero does not look like a fire."""


@dataclass(frozen=True)
class Series:
    """One signal of one service, oldest first."""

    unit: str
    points: tuple[tuple[float, float | None], ...] = ()
    """UNIX seconds and value."""

    @property
    def last(self) -> float | None:
        return self.points[-1][1] if self.points else None

    def columns(self, end: float, width: int) -> tuple[float | None, ...]:
        """The means of `width` equal stretches of the window that ends at `end`; None where empty."""
        held: list[list[float]] = [[] for _ in range(width)]
        for wall, value in self.points:
            at = column_at(wall, end, width)
            if at is not None and value is not None:
                held[at].append(value)
        return tuple(sum(values) / len(values) if values else None for values in held)


@dataclass(frozen=True, eq=False)
class SignalHistory:
    """Every series, in the order in which services were first heard of."""

    series: Mapping[tuple[str, str], Series] = field(default_factory=lambda: MappingProxyType({}))
    end: float = 0.0
    """UNIX seconds of the newest sample."""

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(service for service, _ in self.series))

    @property
    def names(self) -> tuple[str, ...]:
        """The golden ones in their usual order, whichever was heard of first; then any others."""
        heard = dict.fromkeys(name for _, name in self.series)
        return (
            *(name for name in _GOLDEN if name in heard),
            *(name for name in heard if name not in _GOLDEN),
        )

    def add(self, sample: SignalSample) -> SignalHistory:
        """This history with one more second."""
        series = dict(self.series)
        for signal in sample.signals:
            key = (one_line(signal.service), one_line(signal.name))
            known = series.get(key, Series(one_line(signal.unit)))
            kept = tuple(point for point in known.points if point[0] > sample.wall - WINDOW_S)
            series[key] = Series(known.unit, (*kept, (sample.wall, signal.value)))
        return SignalHistory(MappingProxyType(series), sample.wall)


def column_at(wall: float, end: float, width: int) -> int | None:
    """Which of `width` columns of the window that ends at `end` a moment falls in, if any.

    Columns are cut at multiples of their own length, so that bars march and do not shimmer.
    """
    step = WINDOW_S / width
    at = width - 1 - (int(end // step) - int(wall // step))
    return at if 0 <= at < width else None


def full_height(name: str, values: tuple[float | None, ...]) -> float:
    """The value at which a bar of the signal `name` is full."""
    return max(_FULL_HEIGHT.get(name, 1.0), *(value for value in values if value is not None), 0.0)
