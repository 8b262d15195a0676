"""Who comes up now: no more sandboxes at once than this machine starts well.

Coming up is all processor, running is little. Four sandboxes that share two cores while they start all come
late, and what their first customers try again then keeps the cores full; one after the other they are up in
the same time, and their customers are served.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from typing import TextIO

from sandbox.errors import SandboxError
from sandbox.runtime.base import Progress, Report
from sandbox.runtime.registry import state_home

_ASK_AGAIN_S = 0.1
_CORES_FOR_ONE = 2


@contextlib.contextmanager
def turn(report: Report, at_once: int = max(1, (os.cpu_count() or 1) // _CORES_FOR_ONE)) -> Iterator[None]:
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
            state_home().mkdir(parents=True, exist_ok=True)
            places = [stack.enter_context(open(_place(number), "w")) for number in range(at_once)]
        except OSError as error:
            raise SandboxError(
                f"cannot write to {state_home()}: {error.strerror}; "
                "set GAMEDAY_STATE to a folder that is writable"
            ) from error
        waited = False
        while not any(_taken(place) for place in places):
            waited = True
            report(Progress("turn", "wait", time.monotonic() - begun, "for another sandbox"))
            time.sleep(_ASK_AGAIN_S)
        if waited:
            report(Progress("turn", "ready", time.monotonic() - begun))
        yield


def _place(number: int) -> str:
    return str(state_home() / f"coming-up.{number}")


def _taken(place: TextIO) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
