"""A terminal that goes away ends the app, whether or not anybody says so."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.drills.test_interrupts import read_until
from tests.waiting import wait_until


@contextmanager
def home_on_a_terminal(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The program at home, drawn, and the other end of its terminal."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "gameday"],
        env={
            **os.environ,
            "GAMEDAY_STATE": str(folder / "state"),
            "GAMEDAY_DATA": str(folder / "data"),
            "TERM": "xterm-256color",
            "COLUMNS": "120",
            "LINES": "36",
        },
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    ) as program:
        os.close(follower)
        try:
            read_until(leader, b"Practise", within_s=60)
            yield program, leader
        finally:
            if program.poll() is None:
                program.kill()


@pytest.mark.parametrize("told", [True, False], ids=["told", "not told"])
def test_a_closed_terminal_ends_the_app(tmp_path: Path, told: bool) -> None:
    """Whatever is still drawn has nowhere to go: it is dropped, and nobody waits for it."""
    with home_on_a_terminal(tmp_path) as (program, leader):
        os.close(leader)
        if told:
            program.send_signal(signal.SIGHUP)

        def ended() -> bool:
            if program.poll() is None:
                program.send_signal(signal.SIGWINCH)
            return program.poll() is not None

        wait_until(ended, 30)
