"""The report as one file."""

from __future__ import annotations

from pathlib import Path

from gameday.reports.leads.html import charts, sections
from gameday.reports.leads.html.drawing import Chart, as_png
from gameday.reports.leads.html.markup import Html, tag
from gameday.reports.leads.page import ReportPage
from gameday.reports.leads.practising_text import SIMULATED

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The browser itself refuses whatever the page would fetch."""


def document(page: ReportPage) -> str:
    """The whole page; it fetches nothing and runs nothing."""
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    title = f"On-call practice, {page.at:%d %B %Y}"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{tag('title', title)}\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n{_body(page, title)}\n</body>\n</html>\n"
    )


def pictures(page: ReportPage) -> dict[str, bytes]:
    """The charts as PNG, by file name."""
    drawn: tuple[Chart | None, ...] = (
        charts.curves(page.comparison),
        charts.reliance(page.comparison.comparison.reliance),
        charts.families(page.families),
    )
    return {f"{chart.name}.png": as_png(chart) for chart in drawn if chart is not None}


def _body(page: ReportPage, title: str) -> Html:
    banner = tag("p", SIMULATED, class_="banner") if page.simulated else ""
    head = tag(
        "header", tag("h1", title), tag("p", _about(page), class_="muted"), banner, sections.minute(page)
    )
    main = tag(
        "main",
        sections.currency(page.currency),
        sections.comparison(page.comparison),
        sections.reliance(page.comparison),
        sections.families(page.families),
        sections.what_next(page.next),
    )
    foot = tag(
        "footer",
        tag(
            "p",
            "Every share stands with its 95 % interval. Engineers stand in the order of names; "
            "nobody is ranked.",
        ),
        tag("p", f"Made by Gameday on {page.at:%Y-%m-%d %H:%M} UTC."),
    )
    return Html(f"{head}\n{main}\n{foot}")


def _about(page: ReportPage) -> str:
    found = page.comparison.comparison
    ended = f", pairs from {found.first_completed:%d %b %Y} on" if found.first_completed else ""
    since = f" Only drills since {page.since:%Y-%m-%d} are compared." if page.since else ""
    return f"{found.drills:,} drills of {len(page.currency.engineers):,} engineers{ended}.{since}"
