"""When the company is broken, and when the conductor waits instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gameday.drill.injection import AGAIN_AFTER_S, STEADY_WITHIN_S, TRIES, Fault, Injection
from gameday.journal import ManualClock
from sandbox.errors import SandboxError
from sandbox.faults.client import Unsteady
from tests.builders import START


class Experiment:
    """Takes effect, or says why not."""

    def __init__(self, outcome: float | SandboxError) -> None:
        self.outcome = outcome
        self.released = False
        self.killed = False
        self.holds = True

    async def onset(self) -> float:
        if isinstance(self.outcome, SandboxError):
            raise self.outcome
        return self.outcome

    async def release(self) -> list[str]:
        self.released = True
        return []

    def kill(self) -> None:
        self.killed = True


class Drill:
    """Customers who are served or not, second by second, and experiments in the order in which they start."""

    def __init__(self, *experiments: Experiment, steady: Callable[[float], bool] = lambda _: True) -> None:
        self.clock = ManualClock(START)
        self.waiting = list(experiments)
        self.started_at: list[float] = []
        self.ends_at = float("inf")
        self.injection = Injection(
            self._start, lambda: steady(self.clock.wall() - START), self._done_within, self.clock
        )

    async def _start(self) -> Fault:
        self.started_at.append(self.clock.wall() - START)
        return self.waiting.pop(0)

    async def _done_within(self, seconds: float) -> bool:
        self.clock.advance(seconds)
        return self.clock.wall() - START >= self.ends_at


def unsteady() -> Experiment:
    return Experiment(Unsteady("not served"))


async def test_a_bad_moment_is_waited_out() -> None:
    """What was tried is taken back, and tried again once customers are served."""
    bad, good = unsteady(), Experiment(START + 9)
    moments = iter([True, False, False, True])
    drill = Drill(bad, good, steady=lambda _: next(moments))
    assert await drill.injection.onset() == START + 9
    assert (bad.released, good.released) == (True, False)
    assert drill.started_at == [0.0, AGAIN_AFTER_S + 0.5]
    assert await drill.injection.release() == []
    assert good.released


async def test_it_gives_up_after_some_tries() -> None:
    """The last one's reason is the drill's end, and nothing stays in force."""
    tried = [unsteady() for _ in range(TRIES + 1)]
    drill = Drill(*tried)
    with pytest.raises(Unsteady):
        await drill.injection.onset()
    assert [each.released for each in tried] == [True] * TRIES + [False]


async def test_customers_who_are_never_served_end_it() -> None:
    """Nothing is broken on top of what is bad already."""
    drill = Drill(unsteady(), steady=lambda at: at == 0)
    with pytest.raises(SandboxError, match="not served within the SLO for 90 s"):
        await drill.injection.onset()
    assert drill.started_at == [0.0]
    assert drill.clock.wall() - START == pytest.approx(AGAIN_AFTER_S + STEADY_WITHIN_S, abs=1.0)


async def test_a_fault_that_fails_is_not_tried_again() -> None:
    """Only a bad moment passes."""
    broken = Experiment(SandboxError("could not be injected"))
    drill = Drill(broken, Experiment(START))
    with pytest.raises(SandboxError, match="could not be injected"):
        await drill.injection.onset()
    assert drill.started_at == [0.0]
    drill.injection.kill()
    assert broken.killed


async def test_a_drill_that_ends_meanwhile_breaks_nothing() -> None:
    """Somebody left while it waited."""
    drill = Drill(unsteady(), Experiment(START), steady=lambda at: at == 0)
    drill.ends_at = 8.0
    assert await drill.injection.onset() is None
    assert drill.started_at == [0.0]
    assert await drill.injection.release() is None


async def test_a_fault_whose_worker_is_gone_ends_the_drill() -> None:
    """Nobody knows what the company still suffers from, so nothing is scored."""
    fault = Experiment(START)
    drill = Drill(fault)
    drill.injection.assert_held()
    await drill.injection.onset()
    drill.injection.assert_held()
    fault.holds = False
    with pytest.raises(SandboxError, match="ended before the drill did"):
        drill.injection.assert_held()
    await drill.injection.release()
    drill.injection.assert_held()
