"""`gameday score` and `gameday debrief`: looking back at a run."""

from __future__ import annotations

import click


@click.command()
@click.argument("run", default="last")
def score(run: str) -> None:
    """Fold the journal of RUN (a folder, a name, or `last`) into its scorecard and print it as JSON.

    The same journal gives the same scorecard, byte for byte.
    """
    from gameday.drill.projection import score_run
    from gameday.drill.start import find_run
    from scoring.scorecard import to_json

    click.echo(to_json(score_run(find_run(run))), nl=False)


@click.command()
@click.argument("run", default="last")
def debrief(run: str) -> None:
    """Print what really happened in RUN (a folder, a name, or `last`), and how it was handled."""
    from rich.console import Console

    from gameday.drill.start import find_run
    from gameday.reports.debrief import print_debrief

    print_debrief(find_run(run), Console())
