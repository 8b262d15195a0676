"""`gameday doctor`."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from sandbox.errors import SandboxError


@click.command()
@click.option(
    "--fix", is_flag=True, help="Fetch and make what can be had without root: image, Prometheus, database."
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(fix: bool, as_json: bool) -> None:
    """Say what is here, what is not, and the one command that mends it. Exit code 3: no drill can run."""
    from sandbox.runtime import tools
    from sandbox.runtime.choose import docker_problem

    failures = _fix() if fix else []
    lacking = tools.missing()
    problem = docker_problem()
    if as_json:
        report = {
            "python": platform.python_version(),
            "docker": problem or "ok",
            "process": lacking or "ok",
            "tools": {tool: str(tools.find(tool) or "") for tool in tools.NEEDED},
            "failures": failures,
        }
        click.echo(json.dumps(report, indent=2))
    else:
        click.echo(f"python   {platform.python_version()}")
        click.echo(f"docker   {'ready' if problem is None else problem}")
        click.echo(f"process  {'ready' if not lacking else 'lacks ' + ', '.join(lacking)}")
        for tool, mending in lacking.items():
            click.echo(f"         {tool}: {mending}")
        for failure in failures:
            click.echo(f"         {failure}")
    if problem and lacking:
        sys.exit(3)


def _fix() -> list[str]:
    """Make ready what a drill starts from; what could not be had, as sentences."""
    from sandbox.runtime import first_day, tools
    from sandbox.runtime.choose import docker_problem

    failures = []
    with progress() as tell:
        try:
            tools.fetch_prometheus(tell)
            if not tools.missing():
                tell("filling the company's database")
                first_day.make_ready()
        except SandboxError as error:
            failures.append(str(error))
        if docker_problem() is None:
            from sandbox.runtime.docker import ensure_image

            try:
                ensure_image(tell)
            except SandboxError as error:
                failures.append(str(error))
    return failures


@contextmanager
def progress() -> Iterator[Callable[[str], object]]:
    """Where to say what is being done: one line that changes on a terminal, else one line each."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    if console.is_terminal:
        with console.status("looking around") as status:
            yield lambda words: status.update(escape(words))
    else:
        yield lambda words: click.echo(words, err=True)
