"""`gameday history` and `gameday records`: looking back on many drills."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gameday.errors import BadRecords, GamedayError, NoRecords

if TYPE_CHECKING:
    from gameday.records.database import Database
    from gameday.records.store import Records, Taken


@contextmanager
def open_records() -> Iterator[tuple[Database, Records]]:
    """The store, and its drills; closed again afterwards."""
    from gameday.records.database import Database
    from gameday.records.store import Records

    database = Database()
    try:
        yield database, Records(database)
    finally:
        database.close()


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many.")
def history(as_json: bool, limit: int) -> None:
    """List past drills, newest first: what it was, how long customers were let down, how right you were.

    A time after > was not enough: the drill was not mitigated within it. D is the grade of the diagnosis,
    from 0 to 1.
    """
    from rich.console import Console

    from gameday.drill.recording import catch_up
    from gameday.reports.history import history_table

    with open_records() as (_, records):
        try:
            catch_up(records)
        except NoRecords:
            raise
        except BadRecords as reason:
            # A store that may only be read still shows what is in it; one that can't be read says so next.
            click.echo(f"not up to date: {reason}", err=True)
        past = records.history(limit)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(drill) for drill in past], indent=2))
    elif past:
        console = Console()
        console.print(history_table(past, console.width))
    else:
        click.echo("There are no drills yet; `gameday drill` plays the first.", err=True)


@click.group()
def records() -> None:
    """The records of past drills."""


@records.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
def ingest(folders: tuple[Path, ...]) -> None:
    """Take in the run folders FOLDERS, or those under them; without any, all under your runs folder.

    What was taken in already is left as it is. A run that can't be taken in is named, and the others are.
    """
    from gameday.drill.recording import run_folders, take_in_all

    counts: dict[str, int] = {}

    def tell(folder: Path, became: Taken | GamedayError) -> None:
        if isinstance(became, GamedayError):
            click.echo(f"left out: {became}", err=True)
        word = became if isinstance(became, str) else "left out"
        counts[word] = counts.get(word, 0) + 1

    with open_records() as (_, opened):
        take_in_all(opened, run_folders(folders), tell)
    click.echo(", ".join(f"{count} {word}" for word, count in counts.items()) or "there are no runs")
