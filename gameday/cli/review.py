"""`gameday score`, `gameday debrief` and `gameday replay`: looking back at a run."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("run", default="last")
def score(run: str) -> None:
    """Fold the journal of RUN (a folder, a name, or `last`) into its scorecard and print it as JSON.

    The same journal gives the same scorecard, byte for byte.
    """
    from gameday.drill.projection import score_run
    from gameday.drill.start import find_run
    from gameday.reports.sealed import sealed_json
    from scoring.scorecard import to_json

    folder = find_run(run)
    click.echo(sealed_json(folder) or to_json(score_run(folder)), nl=False)


@click.command()
@click.argument("run", default="last")
@click.option("--unseal", is_flag=True, help="For leads: open it early; no comparison counts its pair then.")
def debrief(run: str, unseal: bool) -> None:
    """Print what really happened in RUN (a folder, a name, or `last`), and how it was handled.

    The debrief of a planned drill is sealed until the other drill of its block is done.
    """
    from rich.console import Console

    from gameday.drill.start import find_run
    from gameday.reports.debrief import print_debrief

    folder = find_run(run)
    if unseal:
        from gameday.drill.seal import unseal as open_early

        opened = open_early(folder)
        click.echo(opened or "It was not sealed; nothing changed.", err=True)
    print_debrief(folder, Console())


@click.command()
@click.argument("run", default="last")
def replay(run: str) -> None:
    """Show the room again as it was in RUN (a folder, a name, or `last`): play it, or go to any moment.

    That of a planned drill is sealed until the other drill of its block is done.
    """
    from gameday.cli.who import login
    from gameday.drill.seal import DebriefSealed, seal_on
    from gameday.drill.start import find_run
    from gameday.errors import GamedayError

    folder = find_run(run)
    seal = seal_on(folder)
    if seal is not None:
        raise DebriefSealed(seal)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise GamedayError("a replay needs a terminal; without one, use `gameday debrief`")
    from gameday.cli.screen import look_back

    look_back(folder, login())
