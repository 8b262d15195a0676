"""A signal over one drill as a line of bars, so that a debrief shows what would have told it apart."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from gameday.reports.case import Points
from gameday.reports.sparkline import ASCII_LEVELS, LEVELS, NO_FIGURES

LEAD_S = 60.0
"""Seconds before the onset from which it is drawn."""


def means(points: Points, begin_s: float, end_s: float, width: int) -> tuple[float | None, ...]:
    """The mean value in each of `width` equal stretches of [begin_s, end_s); None where there is none."""
    held: list[list[float]] = [[] for _ in range(width)]
    for at_s, value in points:
        if begin_s <= at_s < end_s:
            held[min(width - 1, int((at_s - begin_s) / (end_s - begin_s) * width))].append(value)
    return tuple(sum(values) / len(values) if values else None for values in held)


def bounds(values: Sequence[float | None]) -> tuple[float, float]:
    """From where to where bars are drawn: from zero, unless a value is below it."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    return min(0.0, low), high if high > min(0.0, low) else 1.0


class CurveLine:
    """One line of bars from a minute before the onset, with an O beneath where that was."""

    def __init__(self, points: Points, end_s: float) -> None:
        self._points = points
        self._end_s = max(end_s, 1.0)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        levels = ASCII_LEVELS if options.ascii_only else LEVELS
        width = max(1, min(options.max_width - 16, int(self._end_s + LEAD_S)))
        values = means(self._points, -LEAD_S, self._end_s, width)
        low, high = bounds(values)
        line = Text(no_wrap=True)
        for value in values:
            if value is None:
                line.append(NO_FIGURES)
            else:
                share = (value - low) / (high - low)
                line.append(levels[max(0, min(len(levels) - 1, int(share * len(levels))))], "cyan")
        line.append(f"  top {high:.3g}", "dim")
        yield line
        at = int(LEAD_S / (self._end_s + LEAD_S) * width)
        yield Text(" " * at + "O", "bold", no_wrap=True)
