"""`gameday sandbox`, `shell`, `sweep` and `image`: the company without a drill."""

from __future__ import annotations

import json
import os
import time

import click

from sandbox.errors import SandboxError


@click.group()
def sandbox() -> None:
    """The company without a drill."""


@sandbox.command()
@click.option(
    "--runtime", type=click.Choice(["auto", "docker", "process"]), default="auto", show_default=True
)
def up(runtime: str) -> None:
    """Start the company with customers on it, and leave it running; its name is printed."""
    from rich.console import Console

    from sandbox.runtime.base import Progress
    from sandbox.runtime.choose import choose, open_runtime
    from sandbox.runtime.registry import new_id
    from sandbox.world.keeper import spawn

    console = Console(stderr=True)
    choice = choose(runtime, console.print)
    console.print(f"runtime: {choice.kind}, because {choice.why}", highlight=False)
    made = open_runtime(choice.kind, new_id())
    with console.status("starting") as status:

        def report(progress: Progress) -> None:
            status.update(
                f"{progress.elapsed_s:5.1f} s  {progress.service}: {progress.step} {progress.detail}"
            )

        made.up(report, keep=True)
        try:
            status.update("building the company's repository")
            spawn(made.sandbox_id)
        except BaseException:
            made.down()
            raise
    click.echo(made.sandbox_id)


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
def status(name: str) -> None:
    """How the parts of the sandbox NAME are doing."""
    from sandbox.runtime.choose import attach

    for each in attach(name).status():
        click.echo(f"{each.name:<14} {each.state:<9} {each.address}")


def _only_sandbox() -> str:
    from sandbox.runtime.choose import all_sandboxes

    known = [each.sandbox_id for each in all_sandboxes()]
    if len(known) != 1:
        there_are = ", ".join(known) or "none"
        raise SandboxError(f"say which sandbox; there are: {there_are}")
    return known[0]


@click.command()
@click.argument("name", required=False)
def shell(name: str | None) -> None:
    """Open the bastion's shell in the sandbox NAME, or in the only one: ops, git, psql, redis-cli, …"""
    from sandbox.runtime.choose import attach

    opened = attach(name or _only_sandbox()).shell()
    if opened.folder:
        os.chdir(opened.folder)
    os.execvpe(opened.argv[0], list(opened.argv), {**os.environ, **opened.environment})


@click.command()
@click.option("--all", "also_kept", is_flag=True, help="Those too that `sandbox up` left running.")
def sweep(also_kept: bool) -> None:
    """Remove every sandbox that was left behind by a program that is gone."""
    from sandbox.runtime.choose import sweep as sweep_all

    removed = sweep_all(lambda words: click.echo(words, err=True), also_kept=also_kept)
    click.echo(f"removed {len(removed)}: {', '.join(removed)}" if removed else "nothing was left behind")


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
