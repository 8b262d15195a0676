"""From what differs between two commits to what the deployer has to do. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from sandbox.errors import BadStack
from sandbox.stack.model import Stack
from sandbox.world.tree import deployed, runs_our_code

Kind = Literal["config", "code", "scale", "manifest"]

LARGEST = 65_536
"""Bytes of a config or manifest that the deployer takes."""

_FOLLOWED = re.compile(r"(config|deploy)/([a-z0-9][a-z0-9-]*)\.yaml")
_VERSION = re.compile(r"[0-9A-Za-z][\w.-]{0,63}")


@dataclass(frozen=True)
class Difference:
    """A file that two commits don't share; None where it isn't there, or is no file."""

    path: str
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True)
class Step:
    """One thing to roll out, or why it can't be."""

    service: str
    kind: Kind
    path: str
    content: bytes = b""
    """Of a config."""
    version: str = ""
    replicas: int = 0
    problem: str = ""


def read_yaml(path: str, content: bytes, loader: Any = yaml.SafeLoader) -> Any:
    """A YAML document.

    Raises:
        BadStack: it is none; with the line.
    """
    if len(content) > LARGEST:
        raise BadStack(f"{path} is larger than {LARGEST} bytes")
    try:
        return yaml.load(content, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise BadStack(f"{path}{line} is not YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadStack(f"{path} is not YAML: {' '.join(str(error).split())[:200]}") from error


def read_manifest(path: str, content: bytes | None) -> dict[str, str]:
    """The values of a manifest as they are written; a version of digits stays what it is."""
    document = read_yaml(path, content or b"{}", yaml.BaseLoader)
    if not isinstance(document, dict):
        raise BadStack(f"{path} is no list of keys and values")
    return {key: value for key, value in document.items() if isinstance(value, str)}


def plan(stack: Stack, differences: Mapping[str, Difference]) -> list[Step]:
    """What to do, configs first, then numbers of replicas, then code.

    Args:
        differences: by path; what the deployer doesn't follow is left out.
    """
    steps: list[Step] = []
    for path, difference in sorted(differences.items()):
        found = _FOLLOWED.fullmatch(path)
        if found and difference.before != difference.after:
            folder, service = found[1], found[2]
            steps += (_config if folder == "config" else _manifest)(stack, service, difference)
    order: tuple[Kind, ...] = ("manifest", "config", "scale", "code")
    return sorted(steps, key=lambda step: (order.index(step.kind), step.service))


def _config(stack: Stack, service: str, difference: Difference) -> list[Step]:
    path = difference.path
    problem = ""
    if service not in deployed(stack):
        problem = f"there is no service {service}"
    elif difference.after is None:
        problem = f"{path} is gone; the running config stays"
    else:
        try:
            read_yaml(path, difference.after)
        except BadStack as error:
            problem = f"{error}; nothing was written"
    return [Step(service, "config", path, difference.after or b"", problem=problem)]


def _manifest(stack: Stack, service: str, difference: Difference) -> list[Step]:
    path = difference.path
    known = deployed(stack)
    if service not in known:
        return [Step(service, "manifest", path, problem=f"there is no service {service}")]
    if difference.after is None:
        return [Step(service, "manifest", path, problem=f"{path} is gone; what runs stays")]
    try:
        after = read_manifest(path, difference.after)
    except BadStack as error:
        return [Step(service, "manifest", path, problem=f"{error}; what runs stays")]
    try:
        before = read_manifest(path, difference.before)
    except BadStack:
        before = {}
    steps = []
    replicas, version = after.get("replicas", ""), after.get("version", "")
    if replicas != before.get("replicas", ""):
        rules = known[service].rules
        steps.append(_scale(service, path, replicas, rules.max_replicas if rules else 1))
    if version != before.get("version", ""):
        steps.append(_code(service, path, version, ours=runs_our_code(known[service])))
    return steps


def _scale(service: str, path: str, replicas: str, most: int) -> Step:
    if not (replicas.isascii() and replicas.isdigit() and len(replicas) < 5 and int(replicas) >= 1):
        return Step(service, "scale", path, problem=f"{replicas!r} is no number of replicas, at least 1")
    if int(replicas) > most:
        return Step(service, "scale", path, problem=f"the quota allows {service} at most {most} replicas")
    return Step(service, "scale", path, replicas=int(replicas))


def _code(service: str, path: str, version: str, *, ours: bool) -> Step:
    problem = ""
    if not ours:
        problem = f"{service} doesn't run our code, so it has no version here"
    elif not _VERSION.fullmatch(version):
        problem = f"{version!r} is no tag and no commit"
    return Step(service, "code", path, version=version, problem=problem)
