"""What can be done to the cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sandbox.faults.effects.base import Failed, run
from sandbox.runtime.base import Runtime
from sandbox.world.albums import missing_share

_UNITS = {"kb": 1024, "mb": 1024**2, "gb": 1024**3, "": 1}

_UNLINK = 'redis-cli -h cache --scan --pattern "$1" | xargs -r -n 500 redis-cli -h cache UNLINK'
_COLD = 0.5
"""Share of the albums that the cache lacks from which on it counts as cold."""


def in_bytes(size: str) -> int:
    """`2mb`, as Redis writes it, in bytes.

    Raises:
        Failed: it is not a size.
    """
    number = size.lower().rstrip("kmgb")
    unit = size.lower()[len(number) :]
    if not number.isdigit() or unit not in _UNITS:
        raise Failed(f"{size!r} is not a size; write it as 2mb")
    return int(number) * _UNITS[unit]


def redis(runtime: Runtime, *words: str) -> str:
    """What the cache answers to a command.

    Raises:
        Failed: it refuses.
    """
    said = run(runtime, "bastion", ["redis-cli", "-h", "cache", *words]).strip()
    if said.startswith(("ERR", "(error)", "WRONGTYPE")):
        raise Failed(f"the cache refused {' '.join(words)}: {said}")
    return said


def forget(runtime: Runtime, keys: str) -> bool:
    """Delete the keys that are like a glob; whether there were any."""
    return bool(run(runtime, "bastion", ["sh", "-c", _UNLINK, "unlink", keys]).strip("0\n "))


def max_memory(runtime: Runtime) -> int:
    """The cache's memory limit, bytes."""
    return int(redis(runtime, "CONFIG", "GET", "maxmemory").splitlines()[-1])


@dataclass(frozen=True)
class CacheMemory:
    """The cache has another memory limit, as after a right-sizing job. Sizes are in bytes."""

    kind: ClassVar[str] = "cache-memory"
    lasting: ClassVar[bool] = True
    wanted: int
    before: int

    @property
    def says(self) -> str:
        return f"the cache's maxmemory is {self.wanted}"

    def apply(self, runtime: Runtime) -> None:
        redis(runtime, "CONFIG", "SET", "maxmemory", str(self.wanted))

    def undo(self, runtime: Runtime) -> None:
        redis(runtime, "CONFIG", "SET", "maxmemory", str(self.before))

    def present(self, runtime: Runtime) -> bool:
        return self.wanted != self.before and max_memory(runtime) == self.wanted


def _uptime_s(runtime: Runtime) -> int:
    rows = redis(runtime, "INFO", "server").splitlines()
    return next(int(row.partition(":")[2]) for row in rows if row.startswith("uptime_in_seconds:"))


@dataclass(frozen=True)
class ColdCache:
    """The cache lost what it held: flushed, or started again with nothing."""

    kind: ClassVar[str] = "cold-cache"
    lasting: ClassVar[bool] = False
    how: str
    """`restart`, or a glob of the keys to delete, `*` for all."""
    filled: bool
    """Whether it was warm before."""

    @property
    def says(self) -> str:
        return "the cache is cold"

    def apply(self, runtime: Runtime) -> None:
        if self.how == "restart":
            before = _uptime_s(runtime)
            runtime.restart("cache")
            if not before or _uptime_s(runtime) < before:
                return
            raise Failed("the cache was not started again")
        if self.how == "*":
            redis(runtime, "FLUSHALL")
        elif not forget(runtime, self.how):
            raise Failed(f"the cache has no keys like {self.how}")

    def undo(self, runtime: Runtime) -> None:
        if self.filled:
            missing_share(runtime, "fill")

    def present(self, runtime: Runtime) -> bool:
        return self.filled and missing_share(runtime) >= _COLD
