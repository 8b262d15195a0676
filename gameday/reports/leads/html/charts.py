"""The pictures of the report: curves, shares with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gameday.reports.leads.comparing import ComparisonPage
from gameday.reports.leads.curves import survival_at
from gameday.reports.leads.families import FamiliesPage
from gameday.reports.leads.html.drawing import Chart, Inks
from gameday.text import one_line
from scoring.comparison.trust import Rate, RelianceSummary
from scoring.stats.survival import Step

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_POINTS = 240
"""Points of a curve, however many drills there are."""
_LONGEST_LABEL = 26
_ROW_IN = 0.46


def curves(page: ComparisonPage) -> Chart | None:
    """Share not yet mitigated by time, with the AI and without; None without pairs."""
    found = page.comparison
    until_s = found.horizon_s
    if until_s <= 0:
        return None
    arms = (("without", found.off.curve, "hand", "--"), ("with the AI", found.on.curve, "ai", "-"))

    def draw(inks: Inks, inches: float) -> Figure:
        from matplotlib.ticker import MaxNLocator

        figure, axes = _axes(inks, inches, inches * 0.46 if inches > 6 else inches * 0.72)
        for name, curve, ink, style in arms:
            times, shares = sampled(curve, until_s)
            axes.step(
                [time / 60 for time in times],
                [share * 100 for share in shares],
                where="post",
                color=getattr(inks, ink),
                linestyle=style,
                linewidth=2.2,
                label=name,
            )
        axes.set_xlim(0, until_s / 60)
        axes.set_ylim(0, 102)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axes.set_yticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
        axes.set_xlabel("minutes since the onset", color=inks.muted)
        axes.grid(axis="y", color=inks.rule, linewidth=0.8)
        axes.legend(frameon=False, labelcolor=inks.ink, loc="upper right", handlelength=2.6)
        return figure

    return Chart(
        "curves",
        "Share of drills not yet mitigated, by time (for looking at, not for deciding)",
        "; ".join(f"{name}: {_halves(curve, until_s)}" for name, curve, _, _ in reversed(arms)),
        draw,
    )


def sampled(curve: Sequence[Step], until_s: float) -> tuple[list[float], list[float]]:
    """Times (s) evenly from 0 to `until_s`, and the share still going on just after each."""
    times = [until_s * at / (_POINTS - 1) for at in range(_POINTS)]
    shares, share, at = [], 1.0, 0
    for time in times:
        while at < len(curve) and curve[at].seconds <= time:
            share = curve[at].survival
            at += 1
        shares.append(share)
    return times, shares


def _halves(curve: Sequence[Step], until_s: float) -> str:
    left = survival_at(curve, until_s)
    half = survival_at(curve, until_s / 2)
    return f"{half:.0%} not mitigated after {until_s / 120:.0f} minutes, {left:.0%} after {until_s / 60:.0f}"


def reliance(used: RelianceSummary) -> Chart | None:
    """How hints were dealt with, each share with its interval; None without drills with the AI."""
    rows = [
        ("right hints taken", used.accepted_right),
        ("wrong hints taken", used.accepted_wrong),
        ("takes good advice", used.rair),
        ("resists bad advice", used.rsr),
        ("wrong hints acted on", used.commission),
    ]
    if not used.drills:
        return None
    return Chart(
        "reliance",
        "What became of hints: share and 95 % interval",
        "; ".join(f"{name}: {_in_words(rate)}" for name, rate in rows),
        lambda inks, inches: _shares(inks, inches, rows, inks.ai),
    )


def families(page: FamiliesPage, most: int = 12) -> Chart | None:
    """The share handled by hand, family by family, lowest first; None without drills."""
    if not page.lines:
        return None
    rows = [(one_line(line.family), line.handled) for line in page.lines[:most]]
    return Chart(
        "families",
        "Mitigated in time and the cause named, without the AI: share and 95 % interval, lowest first",
        "; ".join(f"{name}: {_in_words(rate)}" for name, rate in rows),
        lambda inks, inches: _shares(inks, inches, rows, inks.hand),
    )


def _in_words(rate: Rate) -> str:
    if rate.value is None:
        return "no cases yet"
    return f"{rate.k} of {rate.n}, {rate.value:.0%} ({rate.low:.0%} to {rate.high:.0%})"


def _shares(inks: Inks, inches: float, rows: Sequence[tuple[str, Rate]], ink: str) -> Figure:
    figure, axes = _axes(inks, inches, 0.75 + _ROW_IN * len(rows))
    wide = inches > 6
    for at, (_, rate) in enumerate(rows):
        if rate.value is None:
            axes.text(2, at, "no cases yet", color=inks.muted, va="center")
            continue
        axes.plot(
            [rate.low * 100, rate.high * 100], [at, at], color=ink, linewidth=2.2, solid_capstyle="butt"
        )
        axes.plot([rate.value * 100], [at], "o", color=ink, markersize=8, clip_on=False)
        if wide:
            axes.text(104, at, f"{rate.k:,} of {rate.n:,}", color=inks.muted, va="center", clip_on=False)
    names = [name if len(name) <= _LONGEST_LABEL else f"{name[: _LONGEST_LABEL - 1]}…" for name, _ in rows]
    axes.set_yticks(range(len(rows)), names)
    axes.tick_params(axis="y", labelcolor=inks.ink)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 100)
    ticks = (0, 25, 50, 75, 100) if wide else (0, 50, 100)
    axes.set_xticks(ticks, [f"{tick} %" if tick == ticks[-1] else str(tick) for tick in ticks])
    axes.grid(axis="x", color=inks.rule, linewidth=0.8)
    axes.spines["left"].set_visible(False)
    return figure


def _axes(inks: Inks, width: float, height: float) -> tuple[Figure, Axes]:
    """Bare axes; made without pyplot, which would keep every figure alive."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.set_facecolor("none")
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(inks.rule)
    axes.tick_params(colors=inks.rule, labelcolor=inks.muted, length=0, pad=6)
    return figure, axes
