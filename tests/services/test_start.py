"""How the company's programs start cheaply, and that it is theirs alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from sandbox.stack import PACKAGE_ROOT

_SAYS = """
import gc, sys
import {package}.photos
print(gc.get_threshold()[0], "httpx._main" in sys.modules)
"""


@pytest.mark.parametrize(("package", "own"), [("services", True), ("sandbox.services", False)])
def test_only_a_program_of_the_company_has_its_ways(package: str, own: bool) -> None:
    """The trainer reads how many customers there are from the same files."""
    where = os.pathsep.join([str(PACKAGE_ROOT), str(PACKAGE_ROOT.parent)])
    done = subprocess.run(
        [sys.executable, "-c", _SAYS.format(package=package)],
        env={**os.environ, "PYTHONPATH": where}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    threshold, without = done.stdout.split()
    assert (int(threshold) == 50_000, without == "True") == (own, own)
