"""What a command printed, however much it prints."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from sandbox.runtime.docker_streams import split_outputs
from sandbox.runtime.outputs import KEPT, Kept, captured

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


def run(*argv: str, stdin: bytes | None = None, timeout_s: float = 30.0) -> tuple[int, bytes, bytes]:
    return captured(argv, cwd=Path("/"), env=ENVIRONMENT, stdin=stdin, timeout_s=timeout_s, most=1_000)


def test_the_beginning_of_a_long_output_is_kept() -> None:
    """The command is read to its end all the same, and its exit code is its own."""
    code, out, err = run("sh", "-c", "head -c 10000000 /dev/zero; echo done >&2; exit 3")
    assert (code, out, err) == (3, bytes(1_000), b"done\n")


def test_what_never_stops_printing_is_ended() -> None:
    """After its time, with what it said first."""
    code, out, _ = run("yes", timeout_s=0.5)
    assert (code, out) == (124, b"y\n" * 500)


def test_a_command_gets_what_it_is_given() -> None:
    """Or nothing: it never waits for somebody to type."""
    assert run("cat", stdin=b"x" * 900) == (0, b"x" * 900, b"")
    assert run("cat") == (0, b"", b"")
    assert run("true", stdin=b"x" * 1_000_000)[0] == 0


def test_what_it_leaves_running_is_not_waited_for() -> None:
    """A program in the background may hold the output open."""
    code, out, _ = run("sh", "-c", "sleep 10 & echo begun", timeout_s=15.0)
    assert (code, out) == (0, b"begun\n")


def test_a_program_that_is_not_there() -> None:
    """The caller says so in its own words."""
    with pytest.raises(FileNotFoundError):
        run("no-such-program")


def test_an_engines_stream_is_kept_as_far_as_it_fits() -> None:
    """Frames after that are read and left out."""
    frame = bytes([1, 0, 0, 0]) + (KEPT // 2).to_bytes(4, "big") + b"a" * (KEPT // 2)
    out, err = split_outputs(io.BytesIO(frame * 3 + bytes([2, 0, 0, 0]) + (1).to_bytes(4, "big") + b"e"))
    assert (len(out), err) == (KEPT, b"e")
    kept = Kept(3)
    kept.add(b"ab")
    kept.add(b"cd")
    assert bytes(kept) == b"abc"
