"""`gameday ops`: the company's operations from the machine that the sandbox runs on.

It asks on the bastion, so that whoever looks after the sandbox answers: its keeper, or a drill, whose
record then has it.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import TYPE_CHECKING, Any

import click

from gameday.cli.sandbox import only_sandbox
from gameday.text import plain
from sandbox.errors import SandboxError

if TYPE_CHECKING:
    from sandbox.operate.grammar import Operation
    from sandbox.runtime.base import Runtime

_WAIT_S = 90


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--sandbox", "name", help="Which one; not needed where only one runs.")
@click.option("--yes", is_flag=True, help="Don't ask before something is changed.")
@click.option("--json", "as_json", is_flag=True, help="For programs: exit_code, text, changed, would.")
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED)
def ops(name: str | None, yes: bool, as_json: bool, words: tuple[str, ...]) -> None:
    """Carry out an operation on a running sandbox; `gameday ops help` lists them."""
    from sandbox.operate.lines import parse
    from sandbox.runtime.choose import attach
    from sandbox.stack.model import load_stack

    found = attach(name or only_sandbox())
    if words[0] != "help":
        operation = parse(load_stack(), _line(words))
        if operation.follow and not as_json:
            _follow(found, operation)
            return
    reply = _ask(found, words, sure=yes)
    if reply.get("would") and not as_json:
        if not sys.stdin.isatty():
            raise click.UsageError(f"this {reply['would']}; say --yes if it is to be done")
        click.confirm(f"This {reply['would']}. Go on?", abort=True, err=True)
        reply = _ask(found, words, sure=True)
    if as_json:
        click.echo(json.dumps(reply, indent=2))
    elif reply["text"]:
        click.echo("\n".join(plain(line) for line in str(reply["text"]).splitlines()))
    sys.exit(int(reply["exit_code"]))


def _line(words: tuple[str, ...]) -> str:
    """One word is a whole line, as in `gameday ops 'limit /upload 6'`; several are the line's words."""
    import shlex

    return words[0] if len(words) == 1 else shlex.join(words)


def _ask(found: Runtime, words: tuple[str, ...], *, sure: bool) -> dict[str, Any]:
    import shlex

    options = ["--json", "--wait", str(_WAIT_S), *(["--yes"] if sure else [])]
    argv = ["ops", *options, *shlex.split(_line(words))]
    done = found.exec("bastion", argv, timeout_s=_WAIT_S + 5)
    try:
        reply: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        said = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.exit_code}").splitlines()
        raise SandboxError(plain(said[-1].removeprefix("ops: "))) from None
    return reply


def _follow(found: Runtime, operation: Operation) -> None:
    """Print lines until interrupted, or until the sandbox is gone."""
    from sandbox.operate.look import follow

    stop = threading.Event()
    try:
        for text in follow(found, operation.words, stop):
            click.echo(plain(text))
    finally:
        stop.set()
