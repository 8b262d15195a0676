"""Lines over time, drawn in braille: pure, from numbers to styled text, so that any widget can show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from textual.content import Content

from gameday.tui.words import MUTED, Styled, fit, hms, row

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of a braille character: four rows of two columns."""
_BLANK = 0x2800
_AXIS = 8
"""Columns of the scale at the left."""
_MARK_STYLE = "bold $text-accent"
STYLES = ("$primary", "$text-accent", "$text-success", "$text-error", "$text-warning", "$secondary")
NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Curve:
    """Values at even steps over the plot's time; None where nothing was measured."""

    values: tuple[float | None, ...]
    style: str = STYLES[0]
    name: str = ""
    """One letter that stands at its end where there are several, so that colour isn't all."""


@dataclass(frozen=True)
class Mark:
    """Something that happened, as a dotted line from top to bottom."""

    wall: float
    """UNIX seconds."""
    glyph: str
    text: str = ""


@dataclass
class _Canvas:
    width: int
    height: int
    bits: list[list[int]] = field(init=False)
    styles: list[list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.bits = [[0] * self.width for _ in range(self.height)]
        self.styles = [[""] * self.width for _ in range(self.height)]

    def dot(self, x: int, y: int, style: str) -> None:
        """Set a dot; x from the left in half columns, y from the bottom in quarter lines."""
        down = self.height * 4 - 1 - y
        if 0 <= x < self.width * 2 and 0 <= down < self.height * 4:
            self.bits[down // 4][x // 2] |= _DOTS[down % 4][x % 2]
            self.styles[down // 4][x // 2] = style

    def draw(self, curve: Curve, top: float) -> None:
        """Dots for the values, joined upwards and downwards."""
        dots = self.height * 4 - 1
        before: int | None = None
        for x, value in enumerate(spread(curve.values, self.width * 2)):
            if value is None:
                before = None
                continue
            y = max(0, min(dots, round(value / top * dots)))
            low, high = (y, y) if before is None else (min(y, before + 1), max(y, before - 1))
            for each in range(min(low, y), max(high, y) + 1):
                self.dot(x, each, curve.style)
            before = y


def spread(values: Sequence[float | None], columns: int) -> tuple[float | None, ...]:
    """As many values as there are columns: means of those that share one, steps where one fills several."""
    count = len(values)
    if not count:
        return (None,) * columns
    found: list[float | None] = []
    for column in range(columns):
        begin, end = (
            column * count // columns,
            max((column + 1) * count // columns, column * count // columns + 1),
        )
        held = [value for value in values[begin:end] if value is not None]
        found.append(sum(held) / len(held) if held else None)
    return tuple(found)


def peak(curves: Sequence[Curve], least: float = 0.0) -> float:
    """The value that the highest line of a plot stands for: the greatest, or `least` if that is more."""
    return max([least, *(value for curve in curves for value in curve.values if value is not None)]) or 1.0


def plot(
    title: Content,
    curves: Sequence[Curve],
    begin: float,
    end: float,
    size: tuple[int, int],
    *,
    top: float,
    marks: Sequence[Mark] = (),
) -> list[Content]:
    """A plot of `size` (columns, lines), its title and its axis of time included.

    Args:
        begin: UNIX seconds at the left; `end` at the right.
        top: the value of the highest line; the lowest is nought.
    """
    columns, lines = size
    width, height = columns - _AXIS - 1, lines - 2
    if width < 4 or height < 1:
        return [title]
    canvas = _Canvas(width, height)
    for curve in curves:
        canvas.draw(curve, top)
    places = marked(marks, begin, end, width)
    body = [_line(canvas, at, _scale(at, height, top), places) for at in range(height)]
    return [row(" ", title), *_named(body, curves, top), _times(begin, end, width, places)]


def marked(marks: Sequence[Mark], begin: float, end: float, width: int) -> dict[int, str]:
    """Column → glyph of what happened there; the last one where several fall together."""
    span = end - begin
    inside = [mark for mark in marks if span > 0 and begin <= mark.wall <= end]
    return {min(width - 1, int((mark.wall - begin) / span * width)): mark.glyph for mark in inside}


def _scale(at: int, height: int, top: float) -> str:
    if at == 0:
        return number(top)
    if at == height - 1:
        return "0"
    return number(top / 2) if height >= 5 and at == height // 2 else ""


def _line(canvas: _Canvas, at: int, label: str, places: dict[int, str]) -> Content:
    pieces: list[Styled] = [(f"{label:>{_AXIS}}", MUTED), ("│", MUTED)]
    for column, bits in enumerate(canvas.bits[at]):
        if bits:
            pieces.append((chr(_BLANK + bits), canvas.styles[at][column]))
        else:
            pieces.append(("┊", _MARK_STYLE) if column in places else (" ", ""))
    return row(*_joined(pieces))


def _joined(pieces: Sequence[Styled]) -> list[Styled]:
    """Neighbours of one style as one piece: a plot is drawn every second."""
    joined: list[Styled] = []
    for text, style in pieces:
        if joined and joined[-1][1] == style:
            joined[-1] = (joined[-1][0] + text, style)
        else:
            joined.append((text, style))
    return joined


def _named(body: list[Content], curves: Sequence[Curve], top: float) -> list[Content]:
    """The letter of each curve at the height of its last value."""
    height = len(body)
    for curve in curves:
        last = next((value for value in reversed(curve.values) if value is not None), None)
        if curve.name and last is not None:
            at = max(0, min(height - 1, height - 1 - int(last / top * height)))
            body[at] = row(body[at], (curve.name, f"bold {curve.style}"))
    return body


def _times(begin: float, end: float, width: int, places: dict[int, str]) -> Content:
    axis = [" "] * width
    for at, text in ((0, hms(begin)), (width - 8, hms(end))):
        if width >= 20:
            axis[at : at + 8] = text
    pieces: list[Styled] = [(" " * _AXIS + "└", MUTED)]
    pieces += [(places[at], _MARK_STYLE) if at in places else (char, MUTED) for at, char in enumerate(axis)]
    return row(*_joined(pieces))


def number(value: float) -> str:
    """A value in at most seven characters."""
    if abs(value) >= 1e6 or (value and abs(value) < 1e-3):
        return f"{value:.1e}"
    if abs(value) >= 1000:
        return f"{value / 1000:.3g}k"
    return f"{value:.3g}"


def beside(left: Sequence[Content], right: Sequence[Content], width: int) -> list[Content]:
    """Two blocks next to each other, the left one in `width` columns."""
    blank = Content("")
    lines = []
    for at in range(max(len(left), len(right))):
        one = left[at] if at < len(left) else blank
        two = right[at] if at < len(right) else blank
        lines.append(row(one.truncate(width).pad_right(max(0, width - one.cell_length)), two))
    return lines


def legend(marks: Sequence[Mark], begin: float, end: float, width: int, most: int) -> list[Content]:
    """What the marks stand for, the newest first."""
    inside = sorted((mark for mark in marks if begin <= mark.wall <= end), key=lambda mark: -mark.wall)
    return [
        row(
            (f" {mark.glyph} ", _MARK_STYLE),
            (f"{hms(mark.wall)} ", MUTED),
            fit(mark.text, max(1, width - 13)),
        )
        for mark in inside[:most]
    ]
