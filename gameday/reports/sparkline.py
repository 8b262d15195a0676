"""The SLI of a whole drill in one line, with the moments that matter marked beneath it."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from scoring.sli import SecondSli, Tally, in_order, window
from scoring.timeline import Timeline

LEVELS = "▁▂▃▄▅▆▇█"
ASCII_LEVELS = "_.-=+*%#"
NO_FIGURES = " "
LEAD_S = 60
"""Seconds of the baseline that are drawn before the onset."""


class SliSparkline:
    """Share of the expected requests that were good, as wide as the console lets it be.

    Each column is a stretch of time; full height is every customer served. Marks: O onset, P page,
    A acknowledgement, M mitigation that held; where two fall together, the earlier one is drawn.
    """

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._seconds: Mapping[int, SecondSli] = in_order(timeline.sli)
        self._start = int(timeline.onset) - LEAD_S
        self._until = max(int(timeline.ended_at), self._start + 1)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(1, min(options.max_width, self._until - self._start))
        levels = ASCII_LEVELS if options.ascii_only else LEVELS
        line, marks = Text(no_wrap=True), [" "] * width
        for column in range(width):
            share = self._share(self._second_at(column, width), self._second_at(column + 1, width))
            if share is None:
                line.append(NO_FIGURES)
                continue
            level = min(len(levels) - 1, int(share * len(levels)))
            line.append(levels[level], "green" if share >= self._timeline.slo.target else "red")
        for letter, at in self._moments():
            column = int((at - self._start) / (self._until - self._start) * width)
            if 0 <= column < width and marks[column] == " ":
                marks[column] = letter
        yield line
        yield Text("".join(marks), "bold", no_wrap=True)

    def _second_at(self, column: int, width: int) -> int:
        return self._start + column * (self._until - self._start) // width

    def _share(self, first: int, until: int) -> float | None:
        seconds = window(self._seconds, first, until - first)
        if all(second is None for second in seconds):
            return None
        tally = Tally(self._timeline.baseline, seconds)
        count = sum(tally.count.values())
        return sum(tally.good.values()) / count if count else 0.0

    def _moments(self) -> list[tuple[str, float]]:
        timeline = self._timeline
        moments = [
            ("O", timeline.onset),
            ("P", timeline.paged_at),
            ("A", timeline.acknowledged_at),
            ("M", timeline.mitigated_at),
        ]
        return sorted(((letter, at) for letter, at in moments if at is not None), key=lambda item: item[1])
