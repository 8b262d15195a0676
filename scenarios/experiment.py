"""What an experiment of a pack may be: a pack is data, and no way to run code.

Chaos Toolkit's own format would let an experiment start processes, call any function, read the host's
environment, load controls from anywhere and send secrets about. All of that is refused here, before
anything reads the experiment but us: a short list of keys is allowed, and every provider is one of our own
actions and probes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scenarios.errors import ScenarioError
from scenarios.reading import document, find, read_text
from scenarios.terms import nearest, plain

OURS = ("sandbox.faults.actions", "sandbox.faults.probes")
"""Modules whose functions an experiment may call."""

_TOP = frozenset(
    {
        "version", "title", "description", "tags", "contributions", "configuration",
        "steady-state-hypothesis", "method", "rollbacks",
    }
)  # fmt: skip
_HYPOTHESIS = frozenset({"title", "probes"})
_ACTIVITY = frozenset({"type", "name", "provider", "tolerance", "background", "pauses"})
_PROVIDER = frozenset({"type", "module", "func", "arguments"})
_TOLERANCE = frozenset({"type", "range", "pattern", "path", "expect", "count", "target"})
_PAUSES = frozenset({"before", "after"})

Steps = tuple[str | int, ...]


@dataclass(frozen=True)
class Call:
    """One call of one of our functions."""

    module: str
    func: str
    arguments: Mapping[str, Any]
    at: Steps


class _Refused(Exception):
    def __init__(self, at: Steps, says: str) -> None:
        super().__init__(says)
        self.at = at


def read_experiment(path: Path) -> tuple[dict[str, Any], list[Call], yaml.Node | None]:
    """An experiment, what it calls, and its nodes.

    Raises:
        ScenarioError: it isn't one that a pack may have; with file, line and key.
    """
    content, tree = document(path, read_text(path))
    try:
        return content, _calls(content), tree
    except _Refused as error:
        line, _ = find(tree, error.at)
        key = ".".join(map(str, error.at)) or "the file"
        raise ScenarioError(f"{path}:{line}: {key}: {error}") from error


def _mapping(value: Any, at: Steps, allowed: frozenset[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Refused(at, "has to be a mapping of keys and values")
    for key in value:
        if key not in allowed:
            raise _Refused((*at, str(key)), f"is not allowed in a pack; {nearest(str(key), sorted(allowed))}")
    return value


def _list(value: Any, at: Steps) -> Sequence[Any]:
    if not isinstance(value, list):
        raise _Refused(at, "has to be a list")
    return value


def _calls(content: Any) -> list[Call]:
    whole = _mapping(content, (), _TOP)
    _texts(whole, ())
    for name, value in _mapping(
        whole.get("configuration") or {}, ("configuration",), frozenset(whole.get("configuration") or {})
    ).items():
        if not isinstance(value, (str, int, float, bool)):
            raise _Refused(
                ("configuration", name),
                "has to be a plain value; nothing is read from the environment or a vault",
            )
    calls: list[Call] = []
    hypothesis = whole.get("steady-state-hypothesis")
    if hypothesis is not None:
        at: Steps = ("steady-state-hypothesis",)
        probes = _mapping(hypothesis, at, _HYPOTHESIS).get("probes", [])
        calls += _activities(probes, (*at, "probes"))
    for part in ("method", "rollbacks"):
        calls += _activities(whole.get(part, []), (part,))
    if not whole.get("method"):
        raise _Refused(("method",), "is missing or empty; it says what breaks")
    return calls


def _activities(value: Any, at: Steps) -> list[Call]:
    return [call for n, each in enumerate(_list(value, at)) for call in _activity(each, (*at, n))]


def _activity(value: Any, at: Steps) -> list[Call]:
    activity = _mapping(value, at, _ACTIVITY)
    _mapping(activity.get("pauses", {}), (*at, "pauses"), _PAUSES)
    calls = [_call(activity.get("provider"), (*at, "provider"))]
    tolerance = activity.get("tolerance")
    if isinstance(tolerance, dict):
        # A tolerance may itself be a probe.
        if "provider" in tolerance:
            return calls + _activity(tolerance, (*at, "tolerance"))
        _mapping(tolerance, (*at, "tolerance"), _TOLERANCE)
    return calls


def _call(value: Any, at: Steps) -> Call:
    if isinstance(value, dict) and value.get("type") != "python":
        raise _Refused((*at, "type"), f"{value.get('type')!r} is not allowed in a pack; it has to be python")
    provider = _mapping(value, at, _PROVIDER)
    module = provider.get("module")
    if module not in OURS:
        raise _Refused(
            (*at, "module"), f"{module!r} is not allowed in a pack; it has to be {' or '.join(OURS)}"
        )
    func = provider.get("func")
    if not isinstance(func, str) or not func.isidentifier() or func.startswith("_"):
        raise _Refused((*at, "func"), f"{func!r} is not the name of a function")
    arguments = provider.get("arguments") or {}
    if not isinstance(arguments, dict):
        raise _Refused((*at, "arguments"), "has to be a mapping of names and values")
    return Call(module, func, arguments, at)


def _texts(value: Any, at: Steps) -> None:
    if isinstance(value, dict):
        for key, each in value.items():
            _texts(each, (*at, str(key)))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            _texts(each, (*at, number))
    elif isinstance(value, str):
        try:
            plain(value)
        except ValueError as error:
            raise _Refused(at, str(error)) from error


Functions = Mapping[str, Mapping[str, tuple[frozenset[str], frozenset[str]]]]
"""Module → function → the arguments that it takes, and those of them that it needs."""


def check_calls(path: Path, functions: Functions) -> None:
    """See that everything that an experiment calls exists and takes what it is given.

    Raises:
        ScenarioError: it doesn't; with file, line and key.
    """
    _, calls, tree = read_experiment(path)
    for call in calls:
        known = functions.get(call.module, {})
        if call.func not in known:
            _say(
                path,
                tree,
                (*call.at, "func"),
                f"there is no {call.func!r}; {nearest(call.func, sorted(known))}",
            )
        takes, needs = known[call.func]
        for name in call.arguments:
            if name not in takes:
                at = (*call.at, "arguments", str(name))
                _say(path, tree, at, f"{call.func} takes no {name!r}; {nearest(str(name), sorted(takes))}")
        missing = sorted(needs - call.arguments.keys())
        if missing:
            _say(path, tree, call.at, f"{call.func} also needs {', '.join(missing)}")


def _say(path: Path, tree: yaml.Node | None, at: Steps, says: str) -> None:
    line, _ = find(tree, at)
    raise ScenarioError(f"{path}:{line}: {'.'.join(map(str, at))}: {says}")
