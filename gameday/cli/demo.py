"""`gameday demo`: a drill that plays itself, to show what one is like."""

from __future__ import annotations

from pathlib import Path

import click

SCRIPT = Path(__file__).with_name("demo.yaml")


@click.command()
@click.option(
    "--runtime", type=click.Choice(["auto", "docker", "process"]), default="auto", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Print the scorecard as JSON instead of the debrief.")
def demo(runtime: str, as_json: bool) -> None:
    """Play `cache-loss` with an advisor that is confidently wrong, told as it happens; about two minutes."""
    from rich.console import Console

    from gameday.cli.drill import print_result
    from gameday.cli.play import play_headless
    from gameday.drill.script import read_script
    from gameday.drill.start import Wish, rules_for

    console = Console(stderr=True)
    console.print("[b]Demonstration:[/] nobody touches the keyboard. The company, its customers and what")
    console.print("breaks are real; the engineer is a script.\n")
    wish = Wish(
        pack="cache-loss/maxmemory", mode="advise", advisor="scripted", engineer="demo", seed=DEMO_SEED
    )
    rules = rules_for(wish)
    folder, _ = play_headless(rules, runtime, read_script(SCRIPT), console, reveal=True)
    print_result(folder, as_json=as_json)


DEMO_SEED = 4
"""A seed whose hidden delay is short."""
