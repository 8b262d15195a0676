"""Breaks the company at a moment in which its customers are served, and tries again if one was badly chosen.

An experiment checks its steady state before it does anything. On a busy machine a rare journey may fall below
the target for a second just then; that is no reason to end a drill.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from gameday.journal.clock import Clock
from sandbox.errors import SandboxError
from sandbox.faults.client import Unsteady

TRIES = 4
AGAIN_AFTER_S = 5.0
STEADY_WITHIN_S = 90.0
_TICK_S = 0.25


class Fault(Protocol):
    """One experiment under way; see `sandbox.faults.client.FaultRun`."""

    @property
    def holds(self) -> bool: ...

    async def onset(self) -> float: ...

    async def release(self) -> list[str]: ...

    def kill(self) -> None: ...


Start = Callable[[], Awaitable[Fault]]
DoneWithin = Callable[[float], Awaitable[bool]]
"""Waits so many seconds, or until the drill is over; whether it is."""


class Injection:
    """One drill's fault, from the first attempt to its release."""

    def __init__(self, start: Start, steady: Callable[[], bool], done: DoneWithin, clock: Clock) -> None:
        self._start = start
        self._steady = steady
        self._done = done
        self._clock = clock
        self._fault: Fault | None = None

    def adopt(self, fault: Fault) -> None:
        """One that another trainer started."""
        self._fault = fault

    async def wait_until_steady(self) -> bool:
        """Wait until customers are served within the SLO; False if the drill ended first.

        Raises:
            SandboxError: they were not, within the time.
        """
        deadline = self._clock.mono_ns() + int(STEADY_WITHIN_S * 1e9)
        while not self._steady():
            if await self._done(_TICK_S):
                return False
            if self._clock.mono_ns() > deadline:
                raise SandboxError(
                    f"customers were not served within the SLO for {STEADY_WITHIN_S:g} s although nothing is"
                    " broken; is this machine busy with something else?"
                )
        return True

    async def onset(self) -> float | None:
        """Break the company; UNIX seconds, or None if the drill ended before there was a moment for it.

        Raises:
            Unsteady: every attempt met a bad moment.
            SandboxError: customers are not served, or the fault could not be injected.
        """
        for left in reversed(range(TRIES)):
            if not await self.wait_until_steady():
                return None
            self._fault = await self._start()
            try:
                return await self._fault.onset()
            except Unsteady:
                await self.release()
                if not left:
                    raise
                if await self._done(AGAIN_AFTER_S):
                    return None
        raise AssertionError("the last attempt returns or raises")

    def assert_held(self) -> None:
        """See that the company is broken by the fault and not by what is left of it.

        Raises:
            SandboxError: the worker is gone, so nobody knows what the company still suffers from.
        """
        if self._fault is not None and not self._fault.holds:
            raise SandboxError(
                "the process that kept the company broken ended before the drill did, so the drill can't be"
                " scored and doesn't count"
            )

    async def release(self) -> list[str] | None:
        """Take the fault back; what is left of it, or None if there was none."""
        if self._fault is None:
            return None
        left = await self._fault.release()
        self._fault = None
        return left

    def kill(self) -> None:
        """End it at once; what it did goes with the sandbox."""
        if self._fault is not None:
            self._fault.kill()
