"""Matplotlib figures as SVG that takes its colours from the page, and as PNG for slides.

A figure is drawn in stand-in colours. In the page they become CSS variables, so that one picture serves
light, dark and paper; in a PNG they become the light palette.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PALETTE = {
    "ink": "#1b1f24",
    "muted": "#57606a",
    "rule": "#d0d7de",
    "ai": "#0b5cad",
    "hand": "#a04100",
    "paper": "#ffffff",
}
"""The light palette; `report.css` has the dark one under the same names."""
_STAND_INS = {name: f"#0000{number:02x}" for number, name in enumerate(PALETTE, start=1)}


@dataclass(frozen=True)
class Inks:
    """The colours that a figure is drawn in."""

    ink: str
    muted: str
    rule: str
    ai: str
    hand: str
    paper: str


Draw = Callable[[Inks, float], "Figure"]
"""Draws a figure in these colours, so many inches wide."""


@dataclass(frozen=True)
class Chart:
    """One picture and what it says in words."""

    name: str
    """A short name, of the PNG's file and of what is in it."""
    title: str
    says: str
    """For whoever can't see it: the same, in a sentence or two."""
    draw: Draw


WIDE_IN, NARROW_IN = 8.6, 4.4


def as_figure(chart: Chart) -> str:
    """The chart as an HTML figure with a wide and a narrow picture, one of which is shown."""
    pictures = "".join(
        _svg(chart, f"{chart.name}-{size}", size, inches)
        for size, inches in (("wide", WIDE_IN), ("narrow", NARROW_IN))
    )
    return f"<figure><figcaption>{escape(chart.title)}</figcaption>{pictures}</figure>"


def as_png(chart: Chart) -> bytes:
    """The chart in the light palette."""
    figure = _figure(chart.draw, Inks(**PALETTE), WIDE_IN)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=200, facecolor=PALETTE["paper"], metadata={"Title": chart.title})
    return buffer.getvalue()


def _figure(draw: Draw, inks: Inks, inches: float) -> Figure:
    import matplotlib as mpl

    with mpl.rc_context({"font.family": "sans-serif", "font.size": 11}):
        return draw(inks, inches)


def _svg(chart: Chart, key: str, size: str, inches: float) -> str:
    import matplotlib as mpl

    figure = _figure(chart.draw, Inks(**_STAND_INS), inches)
    buffer = io.StringIO()
    # Text stays text, and the same figures give the same bytes.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": key}):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{key}-\1"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{key}-\1)", text)
    text = re.sub(r'xlink:href="#([^"]+)"', rf'href="#{key}-\1"', text)
    text = re.sub(r'xmlns(:xlink)?="[^"]+"', "", text)
    text = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", text)
    text = re.sub(r"font: (\d+) ([\d.]+)px [^;\"]*", r"font-weight: \1; font-size: \2px", text)
    for name, stand_in in _STAND_INS.items():
        text = text.replace(stand_in, f"var(--{name})")
    label = escape(f"{chart.title}. {chart.says}", quote=True)
    opened = re.sub(r'\b(width|height)="[^"]*"', "", text[: text.index(">")])
    return f'{opened} class="{size}" role="img" aria-label="{label}"{text[text.index(">") :]}'
