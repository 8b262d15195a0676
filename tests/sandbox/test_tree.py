"""The files that the parts of a process sandbox start from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.runtime import ground, tools
from sandbox.runtime.process_files import put
from sandbox.stack.model import load_stack

PROGRAM = "services/captions.py"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sandbox") / "root"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tools, "require", lambda tool: f"/opt/{tool}")
        ground.lay_tree(root, load_stack().services)
    return root


def said(root: Path, service: str, words: str) -> str:
    """What the service's own code says, in a Python that tells where code came from."""
    done = subprocess.run(
        [sys.executable, "-v", "-c", f"from services import captions; print('said', {words})"],
        env={**os.environ, "PYTHONPATH": str(ground.code_of(root, service)), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    cached = any("matches" in line and "captions" in line for line in done.stderr.splitlines())
    return done.stdout.removeprefix("said ").strip() + (" from a cache" if cached else "")


def test_only_the_customers_have_the_load(root: Path) -> None:
    with_load = [path.parent.name for path in (root / "code").glob("*/load")]
    assert with_load == ["customers"]


def test_programs_start_from_caches_of_their_own_code(root: Path) -> None:
    assert said(root, "vision", "captions.__file__").endswith("vision/services/captions.py from a cache")


def test_a_new_version_is_one_services_own_and_is_what_runs(root: Path) -> None:
    """Also one of the same size within the same second, where a clock would tell nothing."""
    ours = ground.code_of(root, "vision") / PROGRAM
    was = ours.stat()
    before = ours.read_bytes()
    put(ours, before.replace(b'"harbour"', b'"hangars"'))
    os.utime(ours, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert ours.stat().st_size == was.st_size
    assert said(root, "vision", "captions._NOUNS[0]") == "hangars"
    assert said(root, "bank", "captions._NOUNS[0]") == "harbour from a cache"
    put(ours, before)
    assert said(root, "vision", "captions._NOUNS[0]") == "harbour from a cache"
