"""What every effect has in common: it can be made, seen, and taken back, by anybody who knows its fields.

An effect is plain data. It is written down before it is made, so that whoever comes after a crash can take
it back without knowing anything else.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, Protocol

from sandbox.errors import SandboxError
from sandbox.runtime.base import Runtime

_LOOK_EVERY_S = 0.1


class Effect(Protocol):
    """One thing that was done to a sandbox. Implementations are frozen dataclasses of plain values."""

    kind: ClassVar[str]
    lasting: ClassVar[bool]
    """Whether it can be seen for as long as nobody takes it back; what can't is verified as it is made."""

    @property
    def says(self) -> str:
        """What it is, in a few words."""
        ...

    def apply(self, runtime: Runtime) -> None:
        """Make it so.

        Raises:
            SandboxError: it could not be made, or it is no lasting one and did not happen.
        """
        ...

    def undo(self, runtime: Runtime) -> None:
        """Take it back; harmless if it is gone, or was never there."""
        ...

    def present(self, runtime: Runtime) -> bool:
        """Whether it can be seen in the sandbox right now."""
        ...


class Failed(SandboxError):
    """What was done had no effect, or would not go."""


def until(condition: Callable[[], bool], within_s: float) -> bool:
    """Look again and again; whether it came true within the time."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_EVERY_S)
    return True


def run(runtime: Runtime, service: str, argv: list[str], *, replica: int = 1, timeout_s: float = 20.0) -> str:
    """A command's standard output.

    Raises:
        Failed: it ended with another exit code than 0.
    """
    done = runtime.exec(service, argv, replica=replica, timeout_s=timeout_s)
    if done.exit_code:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Failed(f"{service}: {argv[0]} ended with {done.exit_code}: {said[-1] if said else 'no word'}")
    return done.stdout
