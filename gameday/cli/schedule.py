"""`gameday schedule`: who drills when, assigned by chance, so that a comparison can be believed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gameday.records.schedule import Plan, Planned, Schedule

_WIDEST = 1000
_SPACIOUS = 100
"""Columns from which on a table has room between its columns."""


@contextmanager
def _opened() -> Iterator[tuple[Schedule, Any]]:
    """The plans and the records of drills, up to date with the run folders."""
    from gameday.drill.recording import catch_up
    from gameday.records.database import Database
    from gameday.records.schedule import Schedule
    from gameday.records.store import Records

    database = Database()
    try:
        records = Records(database)
        catch_up(records)
        yield Schedule(database), records
    finally:
        database.close()


@click.group()
def schedule() -> None:
    """Plan drills for a team, and see what is due.

    A plan pairs, for each engineer, two variants of one family: one drill with the AI and one without, in
    an order that chance decides.
    """


@schedule.command()
@click.argument("roster", type=click.Path(path_type=Path))
@click.option("--weeks", type=click.IntRange(1, 104), help="How long; the roster's own by default.")
@click.option("--seed", type=int, help="Of the draw; the same roster and seed give the same plan.")
@click.option("--ics", type=click.Path(path_type=Path), help="Also write a calendar, which spoils nothing.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def plan(roster: Path, weeks: int | None, seed: int | None, ics: Path | None, as_json: bool) -> None:
    """Draw a plan from ROSTER, a YAML file as in docs/schedule.md, and keep it.

    Planning again from the same roster changes nothing and writes the calendar again.
    """
    from gameday.cli.leads_extra import need, write_whole
    from gameday.team.calendar import as_ics
    from gameday.team.roster import read_roster

    need("a plan", "dateutil", "icalendar")
    read, source = read_roster(roster)
    with _opened() as (kept, records):
        from gameday.team.drawing import draw

        drawn = draw(read, source, kept, records, weeks=weeks or read.weeks, seed=seed)
    for words in drawn.notes:
        click.echo(words, err=True)
    if drawn.again:
        click.echo(f"{read.name} was planned before, from this roster; nothing changed", err=True)
    if ics is not None:
        emails = {member.name: member.email for member in read.people if member.email}
        write_whole(ics, as_ics(drawn.plan, drawn.drills, emails))
        click.echo(f"The calendar is in {ics}", err=True)
    if as_json:
        click.echo(json.dumps(_as_data(drawn.plan, drawn.drills), indent=2))
    else:
        _print_drills(drawn.drills)


@schedule.command()
@click.option("--plan", "name", help="Only this plan.")
@click.option("--spoil", is_flag=True, help="Also family, pack, variant and hint policy.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(name: str | None, spoil: bool, as_json: bool) -> None:
    """Show every plan, for leads; what would spoil a drill only with --spoil."""
    from gameday.errors import GamedayError

    with _opened() as (kept, _):
        plans = kept.plans()
        drills = {each.name: kept.drills(plan=each.name) for each in plans if name in (None, each.name)}
    if name is not None and name not in drills:
        known = ", ".join(each.name for each in plans) or "none"
        raise GamedayError(f"there is no plan {name!r}; there are: {known}")
    chosen = [each for each in plans if each.name in drills]
    if as_json:
        click.echo(json.dumps([_as_data(each, drills[each.name], spoil=spoil) for each in chosen], indent=2))
        return
    if not chosen:
        click.echo("There are no plans yet; `gameday schedule plan ROSTER.yaml` makes one.", err=True)
    for each in chosen:
        click.echo(_head(each, drills[each.name]), err=True)
        _print_drills(drills[each.name], spoil=spoil)


@schedule.command()
@click.option("--as", "engineer", help="Your name on the roster; your login by default.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def due(engineer: str | None, as_json: bool) -> None:
    """Show the drills that are still to be done by you, the next one first."""
    import time

    from gameday.cli.who import login

    who = engineer or login()
    with _opened() as (kept, _):
        drills = [each for each in kept.drills(engineer=who) if each.open]
    if as_json:
        click.echo(json.dumps([_as_row(each) for each in drills], indent=2))
        return
    if not drills:
        click.echo(f"Nothing is planned for {who} that isn't done.", err=True)
        return
    for each in drills:
        late = "overdue" if each.at < time.time() else ""
        click.echo(f"{_when(each)}  {each.block}, drill {each.order} of 2  {late}".rstrip())
    named = "" if engineer is None else f" --as {engineer}"
    click.echo(f"The first of them: gameday drill --scheduled{named}", err=True)


@schedule.command()
@click.argument("block")
def override(block: str) -> None:
    """Say that a lead chose something about BLOCK, so that no comparison counts it."""
    with _opened() as (kept, _):
        kept.set_aside(block)
    click.echo(f"{block} is marked as not randomised; comparisons leave it out and count it.", err=True)


@schedule.command()
@click.argument("name")
def withdraw(name: str) -> None:
    """Withdraw the drills of the plan NAME that are still to be done; what was done stays."""
    with _opened() as (kept, _):
        count = kept.withdraw(name)
    click.echo(f"{count} drill{'' if count == 1 else 's'} withdrawn", err=True)


def _when(drill: Planned) -> str:
    import zoneinfo

    moment = dt.datetime.fromtimestamp(drill.at, zoneinfo.ZoneInfo(drill.zone))
    return f"{moment:%a %Y-%m-%d %H:%M %Z}"


def _head(plan: Plan, drills: Iterable[Planned]) -> str:
    rows = list(drills)
    done = sum(each.run is not None for each in rows)
    rates = ", ".join(f"{share:.0%} {policy}" for policy, share in plan.hints.items() if share)
    return f"{plan.name}: {done} of {len(rows)} drills done; hints {rates}; seed {plan.seed}"


def _print_drills(drills: Iterable[Planned], *, spoil: bool = False) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from gameday.text import one_line

    secrets = ("variant", "family", "hints") if spoil else ()
    console = Console()
    narrow = console.width < _SPACIOUS
    gap = (0, 0) if narrow else (0, 1)
    table = Table(box=box.SIMPLE_HEAD, padding=gap, show_edge=False, pad_edge=False)
    for name in ("when", "engineer", "team", "block", "drill", "mode", *secrets, "state"):
        table.add_column(name, no_wrap=True)
    for each in drills:
        told = (f"{each.pack}/{each.variant}", each.family, each.policy or "–") if spoil else ()
        table.add_row(
            _when(each), one_line(each.engineer), one_line(each.team), each.block, f"{each.order}/2",
            each.mode, *told, _state(each),
        )  # fmt: skip
    # Whole lines, which a narrow terminal breaks, are easier to read than columns of single letters.
    needed = Console(width=_WIDEST).measure(table).maximum
    console.width = max(console.width, needed)
    console.print(table)


def _state(drill: Planned) -> str:
    state = "done" if drill.run is not None else "withdrawn" if drill.withdrawn else "open"
    return state if drill.randomised else f"{state}, not randomised"


def _as_row(drill: Planned, *, spoil: bool = False) -> Mapping[str, Any]:
    """A drill for programs."""
    row: dict[str, Any] = {
        "at": dt.datetime.fromtimestamp(drill.at, dt.UTC).isoformat(),
        "time_zone": drill.zone,
        "engineer": drill.engineer,
        "team": drill.team,
        "block": drill.block,
        "order": drill.order,
        "mode": drill.mode,
        "randomised": drill.randomised,
        "state": "done" if drill.run is not None else "withdrawn" if drill.withdrawn else "open",
    }
    if spoil:
        row |= {name: getattr(drill, name) for name in ("family", "pack", "variant", "policy", "run")}
    return row


def _as_data(plan: Plan, drills: Iterable[Planned], *, spoil: bool = False) -> Mapping[str, Any]:
    return {
        "plan": plan.name,
        "seed": plan.seed,
        "hints": dict(plan.hints),
        "drills": [_as_row(each, spoil=spoil) for each in drills],
    }
