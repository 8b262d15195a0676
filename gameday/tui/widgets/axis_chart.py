"""A whole drill on one axis: what customers got, and under it who did what, with a cursor on one moment."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from gameday.reports.axis import Axis, Moment, at_columns
from gameday.reports.words import clock
from gameday.tui.widgets.header import TARGET
from gameday.tui.words import MUTED, column, row, tall_bars

_GUTTER = 9
_CURVE = 3
"""Lines of the curve."""
_STYLES = {
    "red": "$text-error",
    "green": "$text-success",
    "yellow": "$text-warning",
    "cyan": "$text-primary",
    "magenta": "$text-accent",
    "blue": "$text-secondary",
    "dim": MUTED,
    "bold": "bold",
}


def themed(style: str) -> str:
    """A style of the reports, such as `bold red`, in the theme's own words."""
    return " ".join(_STYLES.get(word, word) for word in style.split())


class AxisChart(Widget):
    """Draws the axis that it was given; `at` is the number of the moment under the cursor."""

    axis: reactive[Axis | None] = reactive(None, layout=True)
    at: reactive[int] = reactive(0)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        return 0 if self.axis is None else _CURVE + 1 + len(self.axis.lanes)

    def render(self) -> Content:
        axis = self.axis
        if axis is None:
            return Content("")
        width = max(10, self.size.width - _GUTTER - 1)
        moments = axis.moments
        cursor = axis.column(moments[self.at].row.at_s, width) if moments else -1
        here = moments[self.at] if moments else None
        lines = [
            _line(name, cells, cursor)
            for name, cells in zip(("served", "", ""), _curve(axis, width), strict=True)
        ]
        lines.append(_scale(axis, width))
        lines += [_line(lane, _lane(axis, lane, width, here), cursor) for lane in axis.lanes]
        return column(lines)


Cell = tuple[str, str]


def _line(name: str, cells: list[Cell], cursor: int) -> Content:
    """Equal neighbours are drawn as one, and the cursor over whatever is there."""
    pieces: list[Cell] = []
    for at, (glyph, own) in enumerate(cells):
        style = f"{own} on $primary 35%".strip() if at == cursor else own
        if pieces and pieces[-1][1] == style:
            pieces[-1] = (pieces[-1][0] + glyph, style)
        else:
            pieces.append((glyph, style))
    return row((f" {name:<{_GUTTER - 1}}", MUTED), *pieces)


def _curve(axis: Axis, width: int) -> list[list[Cell]]:
    shares = axis.shares(width)
    styles = ["$success" if share is not None and share >= TARGET else "$error" for share in shares]
    return [list(zip(line, styles, strict=True)) for line in tall_bars(shares, 1.0, _CURVE)]


def _scale(axis: Axis, width: int) -> Content:
    """Times since the onset, each beginning where it is."""
    line = [" "] * width
    free = 0
    for tick in axis.ticks():
        said, at = clock(tick), axis.column(tick, width)
        if at >= free and at + len(said) <= width:
            line[at : at + len(said)] = said
            free = at + len(said) + 2
    return row((" " * _GUTTER + "".join(line), MUTED))


def _lane(axis: Axis, lane: str, width: int, here: Moment | None) -> list[Cell]:
    cells: list[Cell] = [("─", "$foreground 12%")] * width
    for at, moment in enumerate(at_columns(axis, lane, width)):
        if moment is not None:
            cells[at] = (moment.row.said.glyph, themed(moment.row.said.style))
    if here is not None and here.lane == lane:
        # Where several fall together, the one in hand is the one to see.
        cells[axis.column(here.row.at_s, width)] = (
            here.row.said.glyph,
            f"bold {themed(here.row.said.style)}",
        )
    return cells
