"""A terminal that goes away doesn't hold up the app, which still has a company to take down.

Textual writes in a thread of its own. Once the terminal is closed each write fails, which ends that thread,
and the app waits forever for somebody to take what it draws.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import IO, Any

from textual.driver import Driver


class LastingOutput:
    """A stream that takes what is written after its terminal has gone, and drops it."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._gone = False

    def write(self, text: str) -> int:
        if not self._gone:
            try:
                return self._stream.write(text)
            except OSError:
                self._hang_up()
        return len(text)

    def flush(self) -> None:
        if not self._gone:
            try:
                self._stream.flush()
            except OSError:
                self._hang_up()

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def _hang_up(self) -> None:
        """The system says so to whoever leads the terminal's session; we may not."""
        self._gone = True
        os.kill(os.getpid(), signal.SIGHUP)


def lasting(driver: type[Driver]) -> type[Driver]:
    """The driver with such an output, where it is the one for terminals of POSIX."""
    if sys.platform == "win32":
        return driver
    from textual.drivers.linux_driver import LinuxDriver

    if driver is not LinuxDriver:
        return driver

    class LastingDriver(LinuxDriver):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            assert self._file is not None
            self._file = LastingOutput(self._file)  # type: ignore[assignment]

    return LastingDriver
