"""Scoring stays pure: it can run anywhere, on anything, at any time."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import scoring
import scoring.comparison

PROBE = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
ours = {"gameday", "sandbox", "scenarios", "pydantic", "rich", "numpy", "scipy", "fsrs", "matplotlib"}
print(sorted({name.partition(".")[0] for name in sys.modules} & ours))
"""


def test_imports_nothing_but_the_standard_library() -> None:
    """No module of scoring brings in one of ours or a third party's."""
    names = [
        module.name
        for package in (scoring, scoring.comparison)
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    ]
    found = subprocess.run(
        [sys.executable, "-c", PROBE, *names], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"
