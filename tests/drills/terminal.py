"""A real terminal of the test's own: tmux on a socket that nobody else uses, keys in and screen out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.waiting import wait_until

SHELL = "and the shell again"
"""Printed once the program has ended, so that one sees the terminal restored."""


class Terminal:
    """One window of 120 by 36 characters. `close` ends what runs in it, and only that."""

    def __init__(self, folder: Path, *, width: int = 120, height: int = 36) -> None:
        self._socket = folder / "tmux"
        self._size = (width, height)

    @staticmethod
    def here() -> bool:
        return shutil.which("tmux") is not None

    def run(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a program in it; afterwards the screen stays."""
        width, height = self._size
        kept = {name: value for name, value in environment.items() if os.environ.get(name) != value}
        given = [piece for name, value in kept.items() for piece in ("-e", f"{name}={value}")]
        # A size in the environment would be believed over the terminal's own.
        script = f'unset COLUMNS LINES; "$@"; echo "{SHELL}, code $?"; exec cat'
        self._tmux(
            "-f", "/dev/null", "new-session", "-d", "-s", "test", "-x", str(width), "-y", str(height),
            *given, "sh", "-c", script, "sh", *words,
        )  # fmt: skip

    def press(self, *keys: str) -> None:
        """Keys by tmux's names: `Enter`, `Escape`, `C-q`, or a character."""
        self._tmux("send-keys", "-t", "test", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-t", "test", "-l", text)

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p", "-t", "test")

    def until(self, words: str, within_s: float = 90.0) -> str:
        """Wait until the screen shows these words, a regular expression; the screen."""
        seen = ""

        def shown() -> bool:
            nonlocal seen
            seen = self.screen()
            return re.search(words, seen) is not None

        try:
            wait_until(shown, within_s, every_s=0.2)
        except AssertionError as error:
            raise AssertionError(
                f"{words!r} did not show within {within_s:g} s; the screen:\n{seen}"
            ) from error
        return seen

    @property
    def restored(self) -> bool:
        """Whether the program has left the alternate screen and the mouse as they were."""
        state = self._tmux("display-message", "-p", "-t", "test", "#{alternate_on} #{mouse_any_flag}")
        return state.split() == ["0", "0"]

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-t", "test", "-x", str(width), "-y", str(height))

    def close(self) -> None:
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], capture_output=True, check=False)

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self._socket), *words], capture_output=True, text=True, timeout=20, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
