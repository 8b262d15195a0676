"""`gameday doctor`."""

from __future__ import annotations

import json
import platform

import click


@click.command()
@click.option("--fix", is_flag=True, help="Fetch what can be fetched without root.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(fix: bool, as_json: bool) -> None:
    """Say what is here, what is not, and the one command that mends it."""
    from sandbox.runtime.choose import docker_problem

    from sandbox.runtime import tools

    if fix:
        tools.fetch_prometheus(lambda words: click.echo(words, err=True))
    lacking = tools.missing()
    found = {tool: str(tools.find(tool) or "") for tool in tools.NEEDED}
    problem = docker_problem()
    if as_json:
        report = {
            "python": platform.python_version(),
            "docker": problem or "ok",
            "process": lacking or "ok",
            "tools": found,
        }
        click.echo(json.dumps(report, indent=2))
    else:
        click.echo(f"python   {platform.python_version()}")
        click.echo(f"docker   {'ready' if problem is None else problem}")
        click.echo(f"process  {'ready' if not lacking else 'lacks ' + ', '.join(lacking)}")
        for tool, mending in lacking.items():
            click.echo(f"         {tool}: {mending}")
    if problem and lacking:
        raise SystemExit(3)
