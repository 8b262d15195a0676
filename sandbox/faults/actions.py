"""Chaos Toolkit actions: how the company gets broken. An ordinary driver, usable by the stock `chaos`.

The sandbox is named by the environment variable `GAMEDAY_SANDBOX`. Each action verifies that it took
effect, and raises `ActivityFailed` if it did not.
"""

from __future__ import annotations

import os
import threading

from chaoslib.exceptions import ActivityFailed

from sandbox.errors import SandboxError
from sandbox.runtime.base import Runtime
from sandbox.runtime.choose import attach

released = threading.Event()
"""Set by the worker when the drill is over; `hold` ends then."""


def the_sandbox() -> Runtime:
    """The sandbox that `GAMEDAY_SANDBOX` names."""
    try:
        return attach(os.environ["GAMEDAY_SANDBOX"])
    except KeyError:
        raise ActivityFailed(
            "set GAMEDAY_SANDBOX to the sandbox's name, as `gameday sandbox list` shows it"
        ) from None
    except SandboxError as error:
        raise ActivityFailed(str(error)) from error


def _in_bytes(size: str) -> int:
    units = {"kb": 1024, "mb": 1024**2, "gb": 1024**3}
    number = size.lower().rstrip("kmgb")
    return int(number) * units.get(size.lower()[len(number) :], 1)


def set_cache_memory(maxmemory: str) -> str:
    """Set the cache's memory limit, as the platform's right-sizing job does; the limit before.

    Args:
        maxmemory: as Redis writes it, `2mb`.
    """
    runtime = the_sandbox()

    def redis(*words: str) -> str:
        done = runtime.exec("bastion", ["redis-cli", "-h", "cache", *words])
        if done.exit_code:
            raise ActivityFailed(f"the cache refused {' '.join(words)}: {done.stderr or done.stdout}")
        return done.stdout.strip()

    before = redis("CONFIG", "GET", "maxmemory").splitlines()[-1]
    redis("CONFIG", "SET", "maxmemory", maxmemory)
    after = redis("CONFIG", "GET", "maxmemory").splitlines()[-1]
    if int(after) != _in_bytes(maxmemory):
        raise ActivityFailed(f"the cache's maxmemory is {after}, not {maxmemory}")
    return before


def hold(hold_s: float = 60.0) -> bool:
    """Leave the world as it is until released, at most `hold_s` seconds; True if it was released."""
    return released.wait(float(hold_s))
