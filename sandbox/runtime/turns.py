"""Who comes up now: no more sandboxes at once than this machine starts well.

Coming up is all processor, running is little. Four sandboxes that share two cores while they start all come
late, and what their first customers try again then keeps the cores full; one after the other they are up in
the same time, and their customers are served.

Whoever takes a sandbox away from an engine that can lose count waits for its turn, too, but not for ever.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TextIO

from sandbox.errors import SandboxError
from sandbox.runtime.base import Progress, Report
from sandbox.runtime.registry import state_home

_ASK_AGAIN_S = 0.1
_CORES_FOR_ONE = 2


_AT_ONCE = max(1, (os.cpu_count() or 1) // _CORES_FOR_ONE)


@contextlib.contextmanager
def turn(report: Report, at_once: int = _AT_ONCE) -> Iterator[None]:
    """While it is this sandbox's turn to come up. Whoever dies in it gives it back.

    Args:
        report: hears several times a second that this one waits; raising from it stops that.
        at_once: how many may come up side by side.

    Raises:
        SandboxError: the state folder can't be written.
    """
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        try:
            places = _places(stack, at_once)
        except OSError as error:
            raise SandboxError(
                f"cannot write to {state_home()}: {error.strerror}; "
                "set GAMEDAY_STATE to a folder that is writable"
            ) from error
        if not _takes_one(places):
            waiting = Progress("turn", "wait", 0.0, "for another sandbox")
            while not _takes_one(places):
                report(replace(waiting, elapsed_s=time.monotonic() - begun))
                time.sleep(_ASK_AGAIN_S)
            report(Progress("turn", "ready", time.monotonic() - begun))
        yield


@contextlib.contextmanager
def turn_to_go(patience_s: float, at_once: int = _AT_ONCE) -> Iterator[None]:
    """While no more sandboxes come or go than may at once; what is to go may go in any case after a while.

    Args:
        patience_s: so long it waits for its turn. Where the state folder can't be written it doesn't wait.
    """
    deadline = time.monotonic() + patience_s
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            places = _places(stack, at_once)
            while not _takes_one(places) and time.monotonic() < deadline:
                time.sleep(_ASK_AGAIN_S)
        yield


def _places(stack: contextlib.ExitStack, at_once: int) -> list[TextIO]:
    state_home().mkdir(parents=True, exist_ok=True)
    return [
        stack.enter_context(open(state_home() / f"coming-up.{number}", "w", encoding="utf-8"))
        for number in range(at_once)
    ]


def _takes_one(places: Sequence[TextIO]) -> bool:
    return any(map(_taken, places))


def _taken(place: TextIO) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
