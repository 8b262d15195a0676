"""`gameday scenarios`: the library, and the author's tools."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gameday.errors import GamedayError


@click.group()
def scenarios() -> None:
    """The library of scenarios, and tools for those who write them.

    Packs lie in the library and in the folders that GAMEDAY_SCENARIOS names.
    """


@scenarios.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_packs(as_json: bool) -> None:
    """What there is, without spoilers."""
    from scenarios.loader import load_pack, pack_names

    packs = [load_pack(name).scenario for name in pack_names()]
    if as_json:
        rows = [
            {"id": p.id, "family": p.family, "severity": p.severity, "difficulty": p.difficulty,
             "variants": len(p.variants), "drafts": sum(each.draft for each in p.variants),
             "needs": list(p.needs)}
            for p in packs
        ]  # fmt: skip
        click.echo(json.dumps(rows, indent=2))
        return
    for pack in packs:
        stars = "★" * pack.difficulty + "☆" * (5 - pack.difficulty)
        drafts = sum(each.draft for each in pack.variants)
        click.echo(
            f"{pack.id:<20} {pack.family:<12} {pack.severity}  {stars}  {len(pack.variants)} variant(s)"
            + (f", {drafts} not proven yet" if drafts else "")
        )


@scenarios.command()
@click.argument("pack")
@click.option("--spoil", is_flag=True, help="Also the truth, the fixes, the advice and the story.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(pack: str, spoil: bool, as_json: bool) -> None:
    """What a pack says; what would spoil a drill only with --spoil, and not while one is being played."""
    from scenarios.loader import load_pack
    from scenarios.show import as_lines, spoiled, unspoiled

    found = load_pack(pack)
    if spoil:
        _refuse_while_played()
    told = spoiled(found) if spoil else unspoiled(found)
    if as_json:
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    click.echo("\n".join(as_lines(told)))
    if not spoil:
        click.echo("\nThe rest would spoil it; --spoil shows it.", err=True)


def _refuse_while_played() -> None:
    """Whatever the pack: to refuse only some would tell which one is being played."""
    from gameday.drill.start import being_played

    codename = being_played()
    if codename is not None:
        raise GamedayError(f"{codename} is being played on this machine; --spoil waits until it is over")


@scenarios.command()
@click.argument("packs", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
def lint(packs: tuple[str, ...], as_json: bool, strict: bool) -> None:
    """Look packs over, all if none is named. It tells what they hide.

    Ends with 2 if there are errors.
    """
    from gameday.cli.company import the_company
    from scenarios.lint import lint as look_over
    from scenarios.loader import pack_folder, pack_names

    company = the_company()
    names = packs or tuple(pack_names())
    found = [(name, each) for name in names for each in look_over(pack_folder(name), company)]
    bad = [each for _, each in found if strict or each.level == "error"]
    if as_json:
        rows = [{"pack": name, "level": f.level, "where": f.where, "says": f.says} for name, f in found]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for name, each in found:
            where = "" if each.says.startswith(each.where) else f"{each.where}: "
            click.echo(f"{name}: {each.level}: {where}{each.says}")
        click.echo(f"{len(names)} pack(s), {len(bad)} to mend", err=True)
    if bad:
        raise click.exceptions.Exit(2)


@scenarios.command()
@click.argument("slug")
@click.option(
    "--in", "parent", type=click.Path(file_okay=False, path_type=Path), default=Path(),
    help="The folder in which the pack's folder is made; here by default.",
)  # fmt: skip
def new(slug: str, parent: Path) -> None:
    """Write a pack to start from, which lints and plays."""
    from scenarios.template import write_pack

    folder = write_pack(parent, slug)
    click.echo(folder)
    click.echo(f"Next: gameday scenarios lint {folder}", err=True)


@scenarios.command()
@click.option("--json", "_as_json", is_flag=True, help="It is JSON in any case.")
def schema(_as_json: bool) -> None:
    """Print the JSON Schema of `scenario.yaml`, for editors."""
    from scenarios.schema import as_text

    click.echo(as_text(), nl=False)
