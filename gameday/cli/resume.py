"""`gameday resume`: going on where a trainer was killed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gameday.errors import GamedayError


@click.command()
@click.argument("run", required=False)
@click.option("--headless", is_flag=True, help="Without a screen.")
@click.option("--script", type=click.Path(path_type=Path), help="A YAML list of steps that are still to do.")
@click.option("--json", "as_json", is_flag=True, help="Print the scorecard as JSON.")
def resume(run: str | None, headless: bool, script: Path | None, as_json: bool) -> None:
    """Take up RUN (a folder or a name), or the newest drill that has not ended.

    The company and its customers went on meanwhile, and so did the drill's clock. If the company is gone,
    or its fault was taken back because nobody came in time, the record is closed as void.
    """
    from rich.console import Console

    from gameday.cli.drill import print_result
    from gameday.cli.play import play_out, put_on_record, reflects_within_s
    from gameday.drill.resume import NotTakenUp, find_interrupted, take_up
    from gameday.drill.script import read_script

    if (script or as_json) and not headless:
        raise GamedayError("--script and --json go with --headless")
    narration = Console(stderr=True)
    steps = read_script(script) if script else []
    if not headless and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise GamedayError("a drill needs a terminal; without one, use --headless")
    folder = find_interrupted(run)
    try:
        if headless:
            folder, _ = play_out(take_up(folder, reflect_within_s=reflects_within_s(steps)), steps, narration)
            print_result(folder, as_json=as_json)
            return
        from gameday.cli.screen import SCREEN_REFLECTS_WITHIN_S, show

        session = take_up(folder, reflect_within_s=SCREEN_REFLECTS_WITHIN_S)
        show(session, session.engineer, narration)
    except NotTakenUp:
        put_on_record(folder, narration)
        raise
