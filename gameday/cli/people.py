"""`gameday people`: who is in the records, what is kept of them, and how they leave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from gameday.cli.records import open_records

if TYPE_CHECKING:
    from gameday.records.people import People


@contextmanager
def _people() -> Iterator[People]:
    from gameday.drill.recording import catch_up
    from gameday.records.people import People

    with open_records() as (database, records):
        catch_up(records)
        yield People(database)


@click.group()
def people() -> None:
    """The people in the records: listed, renamed, exported, forgotten."""


@people.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--pseudonyms", is_flag=True, help="Codenames only.")
def list_people(as_json: bool, pseudonyms: bool) -> None:
    """Everybody, with codename, teams and number of drills."""
    from rich.console import Console

    from gameday.reports.leads.people import people_table

    with _people() as opened:
        known = opened.everybody()
    if as_json:
        rows = [
            {
                "name": None if pseudonyms else each.name,
                "pseudonym": each.pseudonym,
                "teams": list(each.teams),
                "drills": each.drills,
            }
            for each in known
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif known:
        Console().print(people_table(known, pseudonyms=pseudonyms))
    else:
        click.echo("Nobody is in the records yet; `gameday drill` plays the first drill.", err=True)


@people.command()
@click.argument("name")
@click.option(
    "--unseal", is_flag=True, help="Though it spoils drills to come; no comparison counts them then."
)
def export(name: str, unseal: bool) -> None:
    """Print everything that the records hold about NAME, as JSON.

    It is refused while it would tell what drills are about that are planned for NAME.
    """
    from gameday.drill.recording import catch_up
    from gameday.drill.seal import DebriefSealed, seal_of_export
    from gameday.records.people import People
    from gameday.records.schedule import Schedule

    with open_records() as (database, records):
        catch_up(records)
        schedule = Schedule(database)
        seal = seal_of_export(name, schedule.drills(engineer=name))
        if seal is not None and not unseal:
            raise DebriefSealed(seal)
        opened = schedule.open_early(name)
        told = People(database).export(name)
    if opened:
        click.echo(f"Marked as not randomised, and left out of comparisons: {', '.join(opened)}.", err=True)
    click.echo(json.dumps(told, indent=2, ensure_ascii=False))


@people.command()
@click.argument("name")
@click.option("--keep-drills", is_flag=True, help="Keep the drills, under a codename, and take the name off.")
@click.option("--yes", is_flag=True, help="Don't ask.")
def forget(name: str, keep_drills: bool, yes: bool) -> None:
    """Erase NAME from the records with all their drills; they are not taken in again.

    Verdicts that were given stay: they name nobody. The run folders stay where they are, and are named.
    """
    with _people() as opened:
        count = len(opened.export(name)["drills"])
        drills = f"{count} drill{'' if count == 1 else 's'}"
        what = f"Take the name {name!r} off {drills}" if keep_drills else f"Erase {name!r} with {drills}"
        if not yes:
            click.confirm(f"{what}? This can't be undone", abort=True, err=True)
        if keep_drills:
            click.echo(f"{drills} kept under {opened.take_name_off(name)}")
            return
        runs = opened.erase(name)
    click.echo(f"erased, with {drills}")
    if runs:
        click.echo("Their run folders have the name too; remove them where they are:", err=True)
        for run in runs:
            click.echo(run, err=True)


@people.command()
@click.argument("name")
@click.argument("to")
@click.option("--merge", is_flag=True, help="TO is in the records already: they are one person.")
def rename(name: str, to: str, merge: bool) -> None:
    """Call NAME by the name TO from now on; drills that come in under the old name stay theirs."""
    with _people() as opened:
        count = opened.rename(name, to, merge=merge)
    click.echo(f"{to} has {count} drill{'' if count == 1 else 's'}")
