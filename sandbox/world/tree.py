"""The files of the company's repository as they are today: from the stack and the code beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sandbox.stack import CONFIG_FOLDER, PACKAGE_ROOT
from sandbox.stack.model import Service, Stack
from sandbox.world.cast import CAST, is_ours
from sandbox.world.history import LATEST

WRITTEN = Path(__file__).with_name("company")
"""Files that are written by hand: README, runbooks, the architecture page."""

_RUNS_OUR_CODE = ("python3", "-m")


def runs_our_code(service: Service) -> bool:
    """Whether a version of the repository's code is what it runs."""
    return service.command[:2] == _RUNS_OUR_CODE and service.command[2].startswith("services.")


def deployed(stack: Stack) -> dict[str, Service]:
    """The parts that the repository says how to deploy: the company's own, apart from its bastion."""
    return {
        name: service
        for name, service in stack.services.items()
        if service.rules and is_ours(service.rules.owner) and name != "bastion"
    }


def manifest(service: Service) -> str:
    """`deploy/SERVICE.yaml`."""
    lines = ["# The deployer follows this file on main."]
    if runs_our_code(service):
        lines.append(f"version: {LATEST}")
    lines.append(f"replicas: {service.deploy.replicas}")
    size = [f"memory: {service.mem_limit}"] if service.mem_limit else []
    size += [f"cpus: {service.cpus:g}"] if service.cpus else []
    lines.append(f"resources: {{{', '.join(size)}}}")
    return "\n".join(lines) + "\n"


def with_value(text: str, key: str, value: str) -> str:
    """A manifest with one of its values changed, and all else as it was."""
    return re.sub(rf"^{key}:.*$", f"{key}: {value}", text, count=1, flags=re.MULTILINE)


def _codeowners(stack: Stack) -> str:
    rows = ["# Nobody's? Ask Marta.", "* @marta", "/runbooks/ @lea"]
    for name, service in deployed(stack).items():
        assert service.rules is not None
        rows += [
            f"/{place} @{service.rules.owner}"
            for place in (f"services/{name}.py", f"config/{name}.yaml", f"deploy/{name}.yaml")
        ]
    people = [f"# @{each.key}: {each.name} <{each.mail}>, {each.does}" for each in CAST.values()]
    return "\n".join([*rows, "", *people]) + "\n"


def _table(stack: Stack) -> str:
    rows = ["| service | owner | replicas | at most |", "| --- | --- | --- | --- |"]
    for name, service in deployed(stack).items():
        assert service.rules is not None
        rules = service.rules
        rows.append(f"| {name} | {rules.owner} | {service.deploy.replicas} | {rules.max_replicas} |")
    return "\n".join(rows)


def own_runbooks() -> dict[str, str]:
    """Name → text of the runbooks that the company has whoever runs it."""
    return {
        path.stem: path.read_text(encoding="utf-8") for path in sorted((WRITTEN / "runbooks").glob("*.md"))
    }


def company_tree(stack: Stack, runbooks: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """Path in the repository → content, as of today.

    Args:
        runbooks: further ones by name, as Markdown; they take the place of ours of that name.
    """
    tree: dict[str, bytes] = {"CODEOWNERS": _codeowners(stack).encode()}
    for path in sorted(WRITTEN.rglob("*.md")):
        text = path.read_text(encoding="utf-8").replace("{table}", _table(stack))
        tree[path.relative_to(WRITTEN).as_posix()] = text.encode()
    for path in sorted((PACKAGE_ROOT / "services").rglob("*.py")):
        tree[path.relative_to(PACKAGE_ROOT).as_posix()] = path.read_bytes()
    for name, service in deployed(stack).items():
        tree[f"deploy/{name}.yaml"] = manifest(service).encode()
        config = CONFIG_FOLDER / f"{name}.yaml"
        if config.is_file():
            tree[f"config/{name}.yaml"] = config.read_bytes()
    for name, text in (runbooks or {}).items():
        tree[f"runbooks/{name}.md"] = text.encode()
    return tree
