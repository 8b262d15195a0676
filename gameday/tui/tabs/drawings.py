"""What the signals tab draws: the four plots of one service, or the series that a query found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from gameday.drill.views import Plotted
from gameday.text import one_line
from gameday.tui.history import WINDOW_S, Series, SignalHistory, full_height
from gameday.tui.plot import NAMES, STYLES, Curve, Mark, beside, legend, number, peak, plot
from gameday.tui.words import MUTED, amount, fit, row

_MOST_CURVES = 6
_MOST_MARKS = 4


def draw_service(
    history: SignalHistory, service: str, marks: Sequence[Mark], width: int, height: int
) -> list[Content]:
    """Every signal of a service, two beside each other, and below them what the marks stand for."""
    end = history.end
    begin = end - WINDOW_S
    named = [
        (name, history.series[service, name]) for name in history.names if (service, name) in history.series
    ]
    if not named:
        return [row((" no signals of it yet", MUTED))]
    told = legend(marks, begin, end, width, _MOST_MARKS)
    rows = (len(named) + 1) // 2
    half = width // 2
    tall = max(4, (height - len(told)) // rows)
    drawn: list[Content] = []
    for at in range(0, len(named), 2):
        pair = [
            _signal(name, series, (half, tall), (begin, end), marks) for name, series in named[at : at + 2]
        ]
        drawn += beside(pair[0], pair[1] if len(pair) > 1 else [], half)
    return [*drawn, *told]


def _signal(
    name: str, series: Series, size: tuple[int, int], span: tuple[float, float], marks: Sequence[Mark]
) -> list[Content]:
    values = series.columns(span[1], size[0] * 2)
    style = "$text-error" if name == "errors" else "$primary"
    title = row((f"{name} ", "bold"), (amount(series.last, series.unit), f"bold {style}"))
    return plot(title, [Curve(values, style)], *span, size, top=full_height(name, values), marks=marks)


def service_said(history: SignalHistory, service: str) -> str:
    """A service's signals now in a line, to keep."""
    values = [
        f"{name} {amount(history.series[service, name].last, history.series[service, name].unit)}"
        for name in history.names
        if (service, name) in history.series
    ]
    return f"{service}: {', '.join(values)}" if values else ""


def draw_plotted(plotted: Plotted, marks: Sequence[Mark], width: int, height: int) -> list[Content]:
    """The series in one plot, each with a letter, and a table of what they are."""
    if not plotted.series:
        return [row((" no series: nothing like it was measured in the last five minutes", MUTED))]
    shown = plotted.series[:_MOST_CURVES]
    single = len(shown) == 1
    curves = [
        Curve(series.values, STYLES[at % len(STYLES)], "" if single else NAMES[at])
        for at, series in enumerate(shown)
    ]
    told = legend(marks, plotted.begin, plotted.end, width, _MOST_MARKS)
    table = [_described(curve, series.labels, width) for curve, series in zip(curves, shown, strict=True)]
    if len(plotted.series) > _MOST_CURVES:
        table.append(
            row((f" … {len(plotted.series) - _MOST_CURVES} more series; sum or topk says less", MUTED))
        )
    tall = max(5, height - len(table) - len(told) - 1)
    title = row(("   ", ""), (f"{len(plotted.series)} series", MUTED))
    drawn = plot(title, curves, plotted.begin, plotted.end, (width - 2, tall), top=peak(curves), marks=marks)
    head = row((f"   {fit('min', 9)}{fit('max', 9)}{fit('last', 9)}labels", MUTED))
    return [*drawn, head, *table, *told]


def _described(curve: Curve, labels: Mapping[str, str], width: int) -> Content:
    known = [value for value in curve.values if value is not None]
    figures = (min(known), max(known), known[-1]) if known else ()
    numbers = "".join(fit(number(value), 9) for value in figures) or fit("—", 27)
    return row(
        (f" {curve.name or '─'} ", f"bold {curve.style}"),
        (numbers, "bold"),
        (fit(labelled(labels), width - 31), MUTED),
    )


def labelled(labels: Mapping[str, str]) -> str:
    """A series' labels as PromQL writes them."""
    pairs = ", ".join(f"{key}={value}" for key, value in sorted(labels.items()) if key != "__name__")
    return one_line(f"{labels.get('__name__', '')}{{{pairs}}}")


def plotted_said(plotted: Plotted) -> str:
    """The first series' last value in a line, to keep."""
    values = [
        f"{labelled(series.labels)} {number(series.values[-1])}"
        for series in plotted.series[:2]
        if series.values and series.values[-1] is not None
    ]
    more = f" and {len(plotted.series) - 2} more" if len(plotted.series) > 2 else ""
    return one_line(f"{plotted.promql} = {'; '.join(values) or 'nothing'}{more}")
