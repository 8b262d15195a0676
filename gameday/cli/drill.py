"""`gameday drill`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
from click.core import ParameterSource

from gameday.cli.who import login
from gameday.errors import GamedayError
from gameday.journal.events import AdvisorName, Mode, Policy, Style

if TYPE_CHECKING:
    from rich.console import Console

    from gameday.drill.start import Wish


@click.command()
@click.argument("pack", required=False)
@click.option(
    "--mode",
    type=click.Choice(["manual", "advise"]),
    default="manual",
    show_default=True,
    help="What the AI may do.",
)
@click.option(
    "--advisor",
    type=click.Choice(["pattern", "scripted"]),
    default="pattern",
    show_default=True,
    help="Who the AI is: one that reads the company's signals, or one that speaks the pack's lines.",
)
@click.option(
    "--policy",
    type=click.Choice(["natural", "right", "wrong", "silent"]),
    default="natural",
    show_default=True,
    help="Whether its diagnoses are its own, or made right, wrong or none.",
)
@click.option(
    "--style",
    type=click.Choice(["verdict", "evidence"]),
    default="verdict",
    show_default=True,
    help="Whether it concludes, or only says what it saw.",
)
@click.option("--seed", type=int, help="Draws the pack, the variant and the hidden delay.")
@click.option(
    "--runtime",
    type=click.Choice(["auto", "docker", "process"]),
    default="auto",
    show_default=True,
    help="What the company runs on.",
)
@click.option("--as", "engineer", default=None, help="Your name in the record; your login by default.")
@click.option(
    "--limit", "limit_s", type=float, help="Seconds until the drill ends; the pack's own by default."
)
@click.option("--observer", default="", help="Who watches, for somebody who lapsed long ago.")
@click.option("--scheduled", is_flag=True, help="Your own next drill of a plan, as it was drawn.")
@click.option("--headless", is_flag=True, help="Play --script without a screen.")
@click.option("--script", type=click.Path(path_type=Path), help="A YAML list of steps; see docs/scripts.md.")
@click.option("--json", "as_json", is_flag=True, help="Print the scorecard as JSON.")
@click.pass_context
def drill(
    ctx: click.Context, pack: str | None, mode: str, advisor: str, policy: str, style: str, seed: int | None,
    runtime: str, engineer: str | None, limit_s: float | None, observer: str, scheduled: bool, headless: bool,
    script: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Play a drill. Without PACK you don't know what will break; PACK or PACK/VARIANT chooses it.

    A drill whose pack was named is marked as spoiled. With --scheduled the plan chooses; a --mode that a
    lead gives all the same takes the pair out of every comparison.
    """
    from rich.console import Console

    from gameday.drill.script import read_script
    from gameday.drill.start import Wish, rules_for

    if limit_s is not None and limit_s <= 0:
        raise GamedayError(f"--limit takes a number of seconds above 0, not {limit_s:g}")
    if observer and observer == (engineer or login()):
        raise GamedayError("--observer names somebody else than who plays")
    if not headless:
        _needs_a_screen(scripted=script is not None or as_json)
    narration = Console(stderr=True)
    if scheduled:
        wish = _scheduled(ctx, narration)
    else:
        wish = Wish(
            pack=pack, mode=cast(Mode, mode), advisor=cast(AdvisorName, advisor), policy=cast(Policy, policy),
            style=cast(Style, style), seed=seed, limit_s=limit_s, engineer=engineer or login(),
            observer=observer,
        )  # fmt: skip
    rules = rules_for(wish)
    if headless:
        from gameday.cli.play import play_headless

        steps = read_script(script) if script else []
        folder, _ = play_headless(rules, runtime, steps, narration)
        print_result(folder, as_json=as_json)
        return
    from gameday.cli.screen import play_on_screen

    play_on_screen(rules, runtime, narration)


def _needs_a_screen(*, scripted: bool) -> None:
    if scripted:
        raise GamedayError("--script and --json go with --headless")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise GamedayError("a drill needs a terminal; without one, use --headless or `gameday demo`")


def _scheduled(ctx: click.Context, narration: Console) -> Wish:
    """One's own next drill of a plan."""
    from gameday.team.taking import take_next

    given = {name for name in ctx.params if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    taken = sorted(given & {"pack", "advisor", "policy", "style"})
    if taken:
        raise GamedayError(f"--scheduled leaves {', '.join(taken)} to the plan; leave them out")
    drill, wish = take_next(
        ctx.params["engineer"] or login(),
        mode=cast(Mode, ctx.params["mode"]) if "mode" in given else None,
        seed=ctx.params["seed"],
        limit_s=ctx.params["limit_s"],
        observer=ctx.params["observer"],
    )
    narration.print(f"[dim]drill {drill.order} of 2 of block {drill.block}[/]", highlight=False)
    if wish.assignment is not None and not wish.assignment.randomised:
        narration.print("[dim]not randomised: no comparison counts this pair[/]", highlight=False)
    return wish


def print_result(folder: Path, *, as_json: bool) -> None:
    """The scorecard as JSON, or the whole debrief; what is sealed, as far as it may be seen."""
    from rich.console import Console

    from gameday.drill.start import SCORECARD_FILE
    from gameday.reports.debrief import print_debrief
    from gameday.reports.sealed import sealed_json

    if as_json:
        sealed = sealed_json(folder)
        click.echo(sealed or (folder / SCORECARD_FILE).read_text(encoding="utf-8"), nl=False)
    else:
        print_debrief(folder, Console())
        click.echo(f"\nKept in {folder}")
