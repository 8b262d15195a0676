"""Lines on the bastion, one after the other, run by a real bash."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from gameday.drill.bastion import BastionShell
from sandbox.runtime.base import ExecResult
from sandbox.runtime.fake import FakeRuntime


class HereRuntime(FakeRuntime):
    """Runs what is asked of the bastion in a folder of this machine."""

    def __init__(self, home: Path) -> None:
        super().__init__("lumen-here")
        self._home = home

    def exec(
        self,
        service: str,
        argv: Sequence[str],
        *,
        replica: int = 1,
        stdin: bytes | None = None,
        timeout_s: float = 30.0,
    ) -> ExecResult:
        done = subprocess.run(list(argv), cwd=self._home, capture_output=True, text=True, check=False)
        return ExecResult(tuple(argv), done.returncode, done.stdout, done.stderr, 0.0)


def test_the_next_line_starts_where_the_last_one_ended(tmp_path: Path) -> None:
    """Also where the line ended the shell itself; what it printed has nothing of it."""
    (tmp_path / "lumen" / "config dir").mkdir(parents=True)
    shell = BastionShell(HereRuntime(tmp_path))
    assert shell.run("cd lumen/'config dir'").stderr == ""
    assert shell.run("pwd").stdout == f"{tmp_path}/lumen/config dir\n"
    assert shell.run("cd ..; exit 3").exit_code == 3
    assert shell.run("pwd").stdout == f"{tmp_path}/lumen\n"


@pytest.mark.parametrize(
    ("line", "exit_code"), [("true", 0), ("false", 1), ("( exit 7 )", 7), ("nosuchthing", 127), ("if", 1)]
)
def test_the_exit_code_is_the_lines_own(tmp_path: Path, line: str, exit_code: int) -> None:
    """A line that bash can't read fails too, and the shell lives on."""
    shell = BastionShell(HereRuntime(tmp_path))
    assert bool(shell.run(line).exit_code) == bool(exit_code)
    assert shell.run("echo 'it'\"s\" $((1 + 1))").stdout == "its 2\n"


def test_what_a_line_says_on_both_streams_is_kept(tmp_path: Path) -> None:
    """A replaced shell tells no folder, and loses no words."""
    shell = BastionShell(HereRuntime(tmp_path))
    done = shell.run("echo out; echo err >&2")
    assert (done.stdout, done.stderr) == ("out\n", "err\n")
    assert shell.run("exec sh -c 'echo gone >&2'").stderr == "gone\n"
