"""Commands, thin: parse, call, print. Standard output is data, standard error is narration.

Each command lies in a module of its own that is imported when it is called, so that `--help` is quick.
"""

from __future__ import annotations

import errno
import importlib
import sys

import click

_COMMANDS = {
    "drill": ("gameday.cli.drill", "Play a drill in the terminal, or from a script with --headless."),
    "resume": ("gameday.cli.resume", "Take up a drill whose trainer was killed."),
    "demo": ("gameday.cli.demo", "Watch a drill being played, with a narrated timeline."),
    "score": ("gameday.cli.review", "Fold a run's journal into its scorecard again."),
    "debrief": ("gameday.cli.review", "Print what really happened in a run, and how it went."),
    "replay": (
        "gameday.cli.review",
        "Show the room again as it was in a past drill, at up to 60 times its speed.",
    ),
    "history": ("gameday.cli.records", "List past drills, newest first."),
    "compare": ("gameday.cli.leads", "Compare drills with the AI against drills without."),
    "currency": ("gameday.cli.leads", "Whose skill by hand is current, lapsing or lapsed."),
    "next": ("gameday.cli.leads", "What to practise next by hand."),
    "people": ("gameday.cli.people", "List, rename, export and forget people in the records."),
    "report": ("gameday.cli.report", "Write one page for leads, as HTML and PNG."),
    "schedule": ("gameday.cli.schedule", "Plan drills for a team, and see what is due."),
    "records": ("gameday.cli.records", "Take run folders into the records of past drills."),
    "scenarios": ("gameday.cli.scenarios", "List the library without spoiling it."),
    "rehearse": ("gameday.cli.rehearse", "Prove on a real company that a scenario is what it says."),
    "sandbox": ("gameday.cli.sandbox", "Start, see and remove sandboxes without a drill."),
    "shell": ("gameday.cli.sandbox", "Open the on-call engineer's shell in a running sandbox."),
    "ops": ("gameday.cli.ops", "Look at a running sandbox, or change something in it."),
    "sweep": ("gameday.cli.sandbox", "Remove what killed drills left behind."),
    "image": ("gameday.cli.sandbox", "Make the image that the Docker runtime starts from."),
    "doctor": ("gameday.cli.doctor", "Say what is here, what is not, and what mends it."),
}


_FUNCTIONS = {"next": "next_"}
"""Commands whose names are Python's own."""

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


class _Lazy(click.Group):
    """Knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(
            importlib.import_module(_COMMANDS[cmd_name][0]), _FUNCTIONS.get(cmd_name, cmd_name)
        )
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in _COMMANDS.items()])


@click.group(cls=_Lazy, invoke_without_command=True)
@click.version_option(package_name="gameday")
@click.option(
    "--runtime",
    type=click.Choice(["auto", "docker", "process"]),
    default="auto",
    show_default=True,
    help="What companies run on that are started from home.",
)
@click.pass_context
def cli(ctx: click.Context, runtime: str) -> None:
    """Practise being on call: a small real company breaks, you handle it, and you see how it went.

    Without a command, in a terminal, it opens the home screen.
    """
    if ctx.invoked_subcommand is not None:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo(ctx.get_help())
        return
    from gameday.tui import collector

    collector.hold()
    from gameday.cli.screen import come_home
    from gameday.cli.who import login

    come_home(login(), runtime)


def main() -> None:
    """The `gameday` program. Errors that a person can mend are one sentence and an exit code."""
    from gameday.errors import GamedayError
    from sandbox.errors import SandboxError
    from scenarios.errors import ScenarioError

    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (GamedayError, SandboxError, ScenarioError) as error:
        # What could not be tidied up after it is noted on an error.
        click.echo("; ".join([f"gameday: {error}", *getattr(error, "__notes__", ())]), err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(141)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        click.echo(f"gameday: cannot write {error.filename or 'a file'}: {error.strerror}", err=True)
        sys.exit(4)
