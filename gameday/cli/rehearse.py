"""`gameday rehearse`: is a pack what it says, on a real company?"""

from __future__ import annotations

import fcntl
import json
import os
import sys
from pathlib import Path

import click

from gameday.errors import GamedayError


@click.command()
@click.argument("name", metavar="[PACK[/VARIANT]]", default="")
@click.option(
    "--runtime",
    type=click.Choice(["auto", "docker", "process"]),
    default="auto",
    show_default=True,
    help="What the company runs on.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the records as JSON.")
@click.option("--write", is_flag=True, help="Keep the records beside the pack too, as its scale.")
@click.option("--due", is_flag=True, help="What a change to the library asks for, on each runtime; for CI.")
@click.option("--since", default="HEAD~1", show_default=True, help="With --due: what the change is since.")
@click.option("--turn", default="", help="With --due: whatever decides whose turn it is; HEAD's id.")
@click.option(
    "--budget",
    type=float,
    default=30.0,
    show_default=True,
    help="With --due: none begins that would end later, minutes.",
)
def rehearse(
    name: str, runtime: str, as_json: bool, write: bool, due: bool, since: str, turn: str, budget: float
) -> None:
    """Prove each variant of a pack, or one, on a fresh company; exit code 1 if a point fails."""
    if due == bool(name):
        raise click.UsageError("name a pack, or ask for what is due with --due")
    if due:
        _rehearse_due(runtime, turn, since, budget * 60, as_json=as_json)
    else:
        _rehearse_pack(name, runtime, as_json=as_json, write=write)


def _rehearse_due(runtime: str, turn: str, since: str, budget_s: float, *, as_json: bool) -> None:
    from gameday.cli.due import Stopped, rehearse_due

    try:
        plan, played = rehearse_due(runtime, turn, since, budget_s, _tell)
    except Stopped:
        sys.exit(130)
    if as_json:
        rows = [
            {
                "pack": each.due.pack, "variant": each.due.variant, "runtime": each.due.runtime,
                "why": each.due.why, "outcome": each.outcome, "says": each.says,
            }
            for each in played
        ]  # fmt: skip
        click.echo(json.dumps({"played": rows, "unproven": plan.unproven}, indent=1))
    else:
        for each in played:
            click.echo(each.says)
    if any(each.outcome == "refused" for each in played):
        sys.exit(1)


def _tell(words: str) -> None:
    click.echo(words, err=True)


def _rehearse_pack(name: str, runtime: str, *, as_json: bool, write: bool) -> None:
    from gameday.cli.interrupts import interruptible
    from gameday.journal.atomic import write_atomically
    from gameday.journal.home import data_home
    from sandbox.faults.signatures import signatures
    from sandbox.runtime.choose import choose
    from scenarios.loader import load_pack, split_name
    from scenarios.rehearsal.keeping import committed_path, record_path
    from scenarios.rehearsal.record import Rehearsal
    from scenarios.rehearsal.run import rehearse as rehearse_variant

    pack_name, variant = split_name(name)
    pack = load_pack(pack_name, functions=signatures())
    known = [each.id for each in pack.scenario.variants]
    if variant and variant not in known:
        raise GamedayError(f"{pack.scenario.id} has no variant {variant!r}; there are: {', '.join(known)}")
    kind = choose(runtime, _tell).kind
    done: list[Rehearsal] = []
    for each in [variant] if variant else known:
        _tell(f"{pack.scenario.id}/{each} on {kind}")
        with interruptible():
            record = rehearse_variant(pack, each, kind, _tell)
        done.append(record)
        path = record_path(data_home(), record)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, record.model_dump_json(indent=1) + "\n")
        if write and record.passed:
            commit_scale(committed_path(pack), record)
        _tell(_verdict(record.pack, record))
    if as_json:
        click.echo(json.dumps([each.model_dump(mode="json") for each in done], indent=1))
    if not all(each.passed for each in done):
        sys.exit(1)


def _verdict(pack: str, record: object) -> str:
    from scenarios.rehearsal.record import Rehearsal

    assert isinstance(record, Rehearsal)
    failed = record.failed
    if failed is None:
        return f"{pack}/{record.variant} is proven on {record.runtime} in {record.took_s:.0f} s"
    return f"{pack}/{record.variant} is not proven on {record.runtime}: {failed.name}: {failed.says}"


def commit_scale(path: Path, record: object) -> None:
    """Put a record among those that come with the pack: variant, then runtime.

    Whoever rehearses another variant of it at the same time waits, so that no record is lost.
    """
    from gameday.journal.atomic import write_atomically
    from scenarios.rehearsal.record import Rehearsal

    assert isinstance(record, Rehearsal)
    # The folder is what is locked: the file is another one after each rename.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        kept.setdefault(record.variant, {})[record.runtime] = record.model_dump(mode="json")
        write_atomically(path, json.dumps(kept, indent=1, sort_keys=True) + "\n")
    finally:
        os.close(folder)
