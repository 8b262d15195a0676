"""`gameday scenarios`."""

from __future__ import annotations

import json

import click


@click.group()
def scenarios() -> None:
    """The library of scenarios."""


@scenarios.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_packs(as_json: bool) -> None:
    """What there is, without spoilers."""
    from scenarios.loader import load_pack, pack_names

    packs = [load_pack(name).scenario for name in pack_names()]
    if as_json:
        rows = [
            {"id": p.id, "family": p.family, "severity": p.severity, "difficulty": p.difficulty,
             "variants": len(p.variants)}
            for p in packs
        ]  # fmt: skip
        click.echo(json.dumps(rows, indent=2))
        return
    for pack in packs:
        stars = "★" * pack.difficulty + "☆" * (5 - pack.difficulty)
        click.echo(
            f"{pack.id:<20} {pack.family:<12} {pack.severity}  {stars}  {len(pack.variants)} variant(s)"
        )
