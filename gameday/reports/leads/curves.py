"""Kaplan-Meier curves in a terminal: the share not yet mitigated, by time.

The arms differ in their signs as well as in their colour, so that neither a light terminal nor one without
colours hides which is which.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from gameday.reports.words import clock
from scoring.stats.survival import Step

ROWS = 11
LABEL = 6
ON, OFF, BOTH = "━", "┄", "╍"
ON_STYLE, OFF_STYLE = "bold magenta", "bold"
_ON_DOWN, _OFF_DOWN = "┃", "┆"


def curves(on: Sequence[Step], off: Sequence[Step], until_s: float, width: int) -> list[Text]:
    """Lines of a plot from 0 to `until_s`, each `width` columns at most; none where there is nothing."""
    columns = width - LABEL - 1
    if until_s <= 0 or columns < 20 or not (on or off):
        return []
    cells: dict[tuple[int, int], tuple[str, str]] = {}
    _draw(cells, off, until_s, columns, OFF, _OFF_DOWN, OFF_STYLE)
    _draw(cells, on, until_s, columns, ON, _ON_DOWN, ON_STYLE)
    lines = []
    for row in range(ROWS):
        share = 1 - row / (ROWS - 1)
        line = Text(f"{share:4.0%} ┤" if row % 5 == 0 else f"{'':4} │", style="")
        for column in range(columns):
            sign, style = cells.get((row, column), (" ", ""))
            line.append(sign, style)
        line.rstrip()
        lines.append(line)
    return [*lines, *_axis(until_s, columns)]


def survival_at(steps: Sequence[Step], seconds: float) -> float:
    """The share still going on just after `seconds`."""
    share = 1.0
    for step in steps:
        if step.seconds > seconds:
            break
        share = step.survival
    return share


def _draw(
    cells: dict[tuple[int, int], tuple[str, str]],
    steps: Sequence[Step],
    until_s: float,
    columns: int,
    along: str,
    down: str,
    style: str,
) -> None:
    before = 0
    at = 0
    share = 1.0
    for column in range(columns):
        seconds = until_s * column / (columns - 1)
        while at < len(steps) and steps[at].seconds <= seconds:
            share = steps[at].survival
            at += 1
        row = round((1 - share) * (ROWS - 1))
        for between in range(before, row):
            cells[between, column] = (down, style)
        drawn = cells.get((row, column))
        cells[row, column] = (BOTH, style) if drawn and drawn[0] == OFF and along == ON else (along, style)
        before = row


def _axis(until_s: float, columns: int) -> list[Text]:
    """The line below, with a tick and a time at each quarter."""
    marks = [round(quarter * (columns - 1) / 4) for quarter in range(5)]
    line = "".join("┬" if column in marks else "─" for column in range(columns))
    said = [" "] * (LABEL + columns + 3)
    for mark, quarter in zip(marks, range(5), strict=True):
        words = clock(until_s * quarter / 4)
        start = min(LABEL + mark - len(words) // 2, LABEL + columns - len(words))
        said[start : start + len(words)] = words
    return [Text(f"{'':4} └{line}"), Text("".join(said).rstrip())]
