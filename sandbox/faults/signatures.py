"""What an experiment may call, read from the driver's source: so that a pack can be judged before anything
of it, or Chaos Toolkit, is loaded."""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping
from pathlib import Path

Signature = tuple[frozenset[str], frozenset[str]]
"""The arguments that a function takes, and those of them that it needs."""

_PRIVATE = frozenset({"the_sandbox"})
"""Public in Python, and neither action nor probe."""


@functools.cache
def signatures() -> Mapping[str, Mapping[str, Signature]]:
    """Module → function → its arguments: the driver's own functions, and nothing that they import."""
    return {
        f"sandbox.faults.{name}": _functions(Path(__file__).with_name(f"{name}.py"))
        for name in ("actions", "probes")
    }


def _functions(path: Path) -> dict[str, Signature]:
    module = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.name: _signature(node.args)
        for node in module.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.name not in _PRIVATE
    }


def _signature(arguments: ast.arguments) -> Signature:
    plain = [each.arg for each in arguments.args]
    needed = plain[: len(plain) - len(arguments.defaults)]
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        plain.append(each.arg)
        if default is None:
            needed.append(each.arg)
    return frozenset(plain), frozenset(needed)
