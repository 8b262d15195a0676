"""One line after the other on the bastion, as a shell that stays where it was.

A runtime's `exec` starts anew each time, so the folder that a line ends in is told and taken to the next.
"""

from __future__ import annotations

from dataclasses import replace

from sandbox.runtime.base import ExecResult, Runtime

_SCRIPT = r"""cd -- "$2" 2>/dev/null; trap 'printf "\036%s" "$PWD" >&2' EXIT; eval "$1" """
_SEPARATOR = "\x1e"
_WITHIN_S = 60.0


class BastionShell:
    """Blocks while a line runs; variables and functions don't last, the folder does."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._folder = "."

    def run(self, line: str) -> ExecResult:
        words = ["bash", "-c", _SCRIPT, "bash", line, self._folder]
        done = self._runtime.exec("bastion", words, timeout_s=_WITHIN_S)
        errors, told, folder = done.stderr.rpartition(_SEPARATOR)
        if not told:
            return done
        self._folder = folder
        return replace(done, stderr=errors)
