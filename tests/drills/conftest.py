"""Fixtures of the tests that play whole drills."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills.playing import Gameday, docker_answers


@pytest.fixture
def gameday(tmp_path: Path) -> Iterator[Gameday]:
    """The program, in folders of the test's own; what a test that failed left behind is removed."""
    program = Gameday(tmp_path)
    yield program
    program.remove_own()


@pytest.fixture(
    params=[
        pytest.param("process", marks=pytest.mark.process),
        pytest.param("docker", marks=pytest.mark.docker),
    ]
)
def runtime(request: pytest.FixtureRequest) -> str:
    """Each real runtime in turn."""
    name = str(request.param)
    if name == "docker" and not docker_answers():
        pytest.skip("no Docker daemon answers here")
    return name
