"""How numbers and times are written in the room, and the bars that stand for series of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from textual.content import Content

BARS = "▁▂▃▄▅▆▇█"
GAP = " "
MUTED = "$foreground 60%"

Styled = tuple[str, str]
"""A text and the style it is drawn in; styles name theme variables, never colours."""


def row(*pieces: str | Content | Styled) -> Content:
    """One literal text of pieces; nothing in them is taken for markup."""
    return Content.assemble(*pieces)


def column(lines: Sequence[Content | str]) -> Content:
    """Lines under each other."""
    return Content("\n").join([Content(line) if isinstance(line, str) else line for line in lines])


def hms(wall: float) -> str:
    """The time of day, UTC, of a UNIX time."""
    return f"{datetime.fromtimestamp(wall, UTC):%H:%M:%S}"


def percent(share: float | None) -> str:
    """A share as a whole percentage, rounded down, so that 100% means all of them."""
    return "—" if share is None else f"{math.floor(share * 100)}%"


def amount(value: float | None, unit: str) -> str:
    """A signal's value with its unit, in at most seven characters for all that is likely."""
    if value is None:
        return "—"
    if unit == "ms" and value >= 1000:
        return f"{value / 1000:.1f} s"
    space = "" if unit.startswith(("/", "%")) else " "
    digits = 0 if abs(value) >= 100 or unit == "ms" else 1
    return f"{value:.{digits}f}{space}{unit}"


def bars(values: Sequence[float | None], top: float) -> str:
    """One character for each value, its height the value's share of `top`; a gap for None."""
    return "".join(GAP if value is None else _bar(value, top) for value in values)


def _bar(value: float, top: float) -> str:
    share = value / top if top > 0 else 0.0
    return BARS[max(0, min(len(BARS) - 1, round(share * (len(BARS) - 1))))]


def tall_bars(values: Sequence[float | None], top: float, rows: int) -> list[str]:
    """`bars` in `rows` lines, the highest first; a value of nothing still has a foot."""
    lines = []
    for floor in reversed(range(rows)):
        fills = [None if value is None or top <= 0 else value / top * rows - floor for value in values]
        lines.append("".join(_piece(fill, lowest=floor == 0) for fill in fills))
    return lines


def _piece(fill: float | None, *, lowest: bool) -> str:
    eighths = 0 if fill is None else max(0, min(len(BARS), round(fill * len(BARS))))
    if fill is None or (eighths == 0 and not lowest):
        return GAP
    return BARS[max(0, eighths - 1)]


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` characters, with an ellipsis where something is left out."""
    return text.ljust(width) if len(text) <= width else f"{text[: max(0, width - 1)]}…"
