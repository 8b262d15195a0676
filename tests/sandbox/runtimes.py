"""Which runtimes can be tested on this machine."""

from __future__ import annotations

from typing import Literal

import pytest

from sandbox.errors import SandboxError
from sandbox.runtime import tools
from sandbox.runtime.docker import Engine, ensure_image

Kind = Literal["fake", "process", "docker"]

REAL = (
    pytest.param("process", marks=pytest.mark.process),
    pytest.param("docker", marks=pytest.mark.docker),
)
"""Those that start something."""
EVERY = (*REAL, pytest.param("fake"))
"""The real ones come first, so that a test for those alone shares a sandbox with one for all."""


def require(kind: Kind) -> None:
    """Skip the test where this runtime can't start; make its image where it can."""
    if kind == "fake":
        return
    if kind == "process":
        if tools.missing():
            pytest.skip(f"the process runtime lacks {', '.join(tools.missing())}")
        return
    try:
        with Engine(timeout_s=2):
            pass
    except SandboxError as error:
        pytest.skip(str(error))
    ensure_image(lambda _: None)
