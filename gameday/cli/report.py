"""`gameday report`: one page for a lead who has five minutes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from gameday.cli.leads import moment, rules_of
from gameday.cli.leads_extra import need, write_whole
from gameday.cli.records import open_records
from gameday.errors import GamedayError


@click.command()
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the page to this file.")
@click.option(
    "--png", type=click.Path(file_okay=False, path_type=Path), help="Write its pictures to this folder."
)
@click.option("--since", help="Compare only drills that ended since a date or time; no verdict then.")
@click.option("--on", "day", help="The day or time of the report, in UTC unless it says; now by default.")
@click.option(
    "--budget", type=click.IntRange(min=0), default=2, show_default=True, envvar="GAMEDAY_MONTHLY_BUDGET",
    help="Drills by hand a month for each engineer.",
)  # fmt: skip
@click.option("--pseudonyms", is_flag=True, help="Codenames instead of names, the same ones every time.")
@rules_of
def report(
    html: Path | None, png: Path | None, since: str | None, day: str | None, budget: int, pseudonyms: bool,
    rule_drills: int, rule_window: int, rule_family_window: int, rule_lapsing: int, rule_observed_after: int,
) -> None:  # fmt: skip
    """Write a report for leads: currency, the AI's worth, reliance, families, what to do next.

    The page is one file that fetches nothing and runs nothing.
    """
    if html is None and png is None:
        raise GamedayError("say where to: --html FILE, --png FOLDER, or both")
    need("a report", "matplotlib", "scipy", "fsrs")
    from gameday.drill.recording import catch_up
    from gameday.reports.leads.html.document import document, pictures
    from gameday.reports.leads.page import report_page
    from scoring.currency import CurrencyRules

    rules = CurrencyRules(rule_drills, rule_window, rule_family_window, rule_lapsing, rule_observed_after)
    with open_records() as (database, records):
        catch_up(records)
        page = report_page(
            database,
            moment(day, "--on", dt.UTC) or dt.datetime.now(dt.UTC),
            rules=rules,
            budget=budget,
            since=moment(since, "--since"),
            pseudonyms=pseudonyms,
        )
    if html is not None:
        write_whole(html, document(page).encode())
        click.echo(html)
    if png is not None:
        drawn = pictures(page)
        for name, picture in drawn.items():
            write_whole(png / name, picture)
            click.echo(png / name)
        if not drawn:
            click.echo("There is nothing to draw yet.", err=True)
