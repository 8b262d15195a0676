"""`gameday sandbox`, `shell`, `sweep` and `image`: the company without a drill."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from sandbox.errors import BadStack

if TYPE_CHECKING:
    from sandbox.runtime.base import Runtime


@click.group()
def sandbox() -> None:
    """The company without a drill."""


@sandbox.command()
@click.option(
    "--runtime", type=click.Choice(["auto", "docker", "process"]), default="auto", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="For programs: name, runtime, why, addresses, seconds.")
def up(runtime: str, as_json: bool) -> None:
    """Start the company with customers on it, and leave it running; its name is printed."""
    from rich.console import Console

    from gameday.cli.coming_up import shown
    from sandbox.runtime.choose import choose, open_runtime
    from sandbox.runtime.registry import new_id
    from sandbox.world.keeper import spawn

    console = Console(stderr=True)
    begun = time.monotonic()
    choice = choose(runtime, console.print)
    console.print(f"runtime: {choice.kind}, because {choice.why}", highlight=False)
    made = open_runtime(choice.kind, new_id())
    with shown(console) as board:
        made.up(board.report, keep=True)
        try:
            board.say("repository", "wait", "building it, and the deployer that follows it")
            spawn(made.sandbox_id)
        except BaseException:
            made.down()
            raise
    if not as_json:
        click.echo(made.sandbox_id)
        return
    document = {
        "name": made.sandbox_id,
        "runtime": choice.kind,
        "why": choice.why,
        "addresses": _addresses(made),
        "seconds": round(time.monotonic() - begun, 2),
    }
    click.echo(json.dumps(document, indent=2))


def _addresses(made: Runtime) -> dict[str, str]:
    """`SERVICE:PORT` → where that is reached from this machine, for the ports that the stack publishes."""
    from sandbox.stack.model import load_stack

    return {
        f"{name}:{port}": str(made.address(name, port))
        for name, service in load_stack().services.items()
        for port in service.published
    }


@sandbox.command()
@click.argument("name")
def down(name: str) -> None:
    """Remove the sandbox NAME without a trace."""
    from sandbox.runtime.choose import attach

    attach(name).down()


@sandbox.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_sandboxes(as_json: bool) -> None:
    """What runs on this machine."""
    from sandbox.runtime.choose import all_sandboxes

    rows = [
        {
            "name": each.sandbox_id,
            "runtime": each.kind,
            "created": each.created,
            "trainer": each.trainer_alive,
            "kept": each.kept,
        }
        for each in all_sandboxes()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        age = time.time() - float(str(row["created"]))
        whose = "in use" if row["trainer"] else "kept" if row["kept"] else "left behind"
        click.echo(f"{row['name']:<16} {row['runtime']:<8} {age:6.0f} s  {whose}")


@sandbox.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(name: str, as_json: bool) -> None:
    """How the parts of the sandbox NAME are doing."""
    from sandbox.runtime.choose import attach

    found = attach(name)
    if as_json:
        parts = [{"name": each.name, **asdict(each)} for each in found.status()]
        document = {"name": name, "runtime": found.kind, "addresses": _addresses(found), "parts": parts}
        click.echo(json.dumps(document, indent=2))
        return
    for each in found.status():
        click.echo(f"{each.name:<14} {each.state:<9} {each.address}")


def only_sandbox() -> str:
    """The name of the one that runs, for commands that weren't told which.

    Raises:
        BadStack: there is none, or more than one.
    """
    from sandbox.runtime.choose import all_sandboxes

    known = [each.sandbox_id for each in all_sandboxes()]
    if len(known) != 1:
        there_are = ", ".join(known) or "none"
        raise BadStack(f"say which sandbox; there are: {there_are}")
    return known[0]


@click.command()
@click.argument("name", required=False)
def shell(name: str | None) -> None:
    """Open the bastion's shell in the sandbox NAME, or in the only one: ops, git, psql, redis-cli, …"""
    from sandbox.runtime.choose import attach

    opened = attach(name or only_sandbox()).shell()
    if opened.folder:
        os.chdir(opened.folder)
    os.execvpe(opened.argv[0], list(opened.argv), {**os.environ, **opened.environment})


@click.command()
@click.option("--all", "also_kept", is_flag=True, help="Those too that `sandbox up` left running.")
def sweep(also_kept: bool) -> None:
    """Remove every sandbox that was left behind by a program that is gone."""
    from sandbox.runtime.choose import sweep as sweep_all

    swept = sweep_all(lambda words: click.echo(words, err=True), also_kept=also_kept)
    told = [
        f"{words} {len(names)}: {', '.join(names)}"
        for words, names in (("removed", swept.removed), ("could not remove", swept.left))
        if names
    ]
    click.echo("; ".join(told) or "nothing was left behind")


@click.group()
def image() -> None:
    """The image that the Docker runtime starts from."""


@image.command()
def build() -> None:
    """Make the image, if its inputs changed; its name is printed."""
    from gameday.cli.doctor import progress
    from sandbox.runtime.docker import ensure_image

    with progress() as tell:
        name = ensure_image(tell)
    click.echo(name)
