"""The company of one drill: brought up, looked after and removed, or taken over from a killed trainer."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading

from gameday.drill.desk import Desk
from gameday.drill.facts import Say
from gameday.drill.rules import Rules
from gameday.drill.tasks import in_loop, to_its_end
from gameday.journal import events as ev
from gameday.journal.clock import Clock
from sandbox.runtime import registry
from sandbox.runtime.base import Progress, Runtime
from sandbox.stack.model import Stack
from sandbox.world import setting
from sandbox.world.deployer import Deployer
from sandbox.world.keeper import Keeper, Reply, ShellLine

_ANSWERED_WITHIN_S = 120.0


class _Stopped(Exception):
    """Raised into the thread that starts the sandbox, when the drill is aborted meanwhile."""


class Premises:
    """One sandbox, with what a drill needs of it from outside."""

    def __init__(
        self, runtime: Runtime, stack: Stack, rules: Rules, desk: Desk, say: Say, clock: Clock
    ) -> None:
        self._runtime = runtime
        self._stack = stack
        self._rules = rules
        self._desk = desk
        self._say = say
        self._clock = clock
        self._interrupted = threading.Event()
        self._keeper: Keeper | None = None
        self._last_progress: tuple[str, str, str] | None = None

    async def bring_up(self) -> None:
        """Start the company in a thread; a cancellation stops that thread and waits for it."""
        starting = asyncio.create_task(asyncio.to_thread(self._runtime.up, self._on_progress))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._interrupted.set()
            await to_its_end(_settled(starting))
            raise
        await to_its_end(asyncio.to_thread(setting.apply, self._runtime, self._stack, self._rules.setting))

    async def hand_over_the_repository(self) -> None:
        """Build it. From now on pushes are deployed, and `ops` on the bastion is answered."""
        keeper = self._make_keeper()
        building = asyncio.to_thread(
            keeper.start, self._rules.pack.runbooks(), self._clock.wall(), self._rules.proposals
        )
        await to_its_end(building)
        self._desk.open(keeper.deployer)

    async def take_up(self, heard_until: float) -> None:
        """Look after a company that another trainer brought up.

        What was asked on the bastion meanwhile stays unanswered; what was done there is written down, and
        what was pushed is deployed.

        Args:
            heard_until: UNIX seconds of the last that was written down.

        Raises:
            SandboxError: somebody else has it, or its repository is gone.
        """
        await asyncio.to_thread(registry.take_over, self._runtime.sandbox_id)
        keeper = self._make_keeper()
        await to_its_end(asyncio.to_thread(keeper.resume, self._clock.wall(), heard_until))
        self._desk.open(keeper.deployer)

    @property
    def deployer(self) -> Deployer | None:
        """Who follows the company's repository; None until it is looked after."""
        return None if self._keeper is None else self._keeper.deployer

    async def remove(self) -> None:
        """End what looks after the company, and remove it."""
        if self._keeper is not None:
            await asyncio.to_thread(self._keeper.stop)
        try:
            await asyncio.to_thread(self._runtime.down)
        finally:
            self._desk.close()

    def _make_keeper(self) -> Keeper:
        loop = asyncio.get_running_loop()

        def operate(line: str, sure: bool) -> Reply:
            asked = asyncio.run_coroutine_threadsafe(self._desk.answer(line, sure=sure), loop)
            try:
                return asked.result(_ANSWERED_WITHIN_S)
            except (TimeoutError, concurrent.futures.CancelledError):
                return Reply(1, "this took too long; look whether it was done")

        def heard(ran: ShellLine) -> None:
            in_loop(loop, self._desk.heard, ran)

        self._keeper = Keeper(self._runtime, self._stack, operate, heard, self._desk.more)
        return self._keeper

    def _on_progress(self, progress: Progress) -> None:
        if self._interrupted.is_set():
            raise _Stopped
        seen = (progress.service, progress.step, progress.detail)
        if seen != self._last_progress:
            self._last_progress = seen
            said = ev.SandboxProgressed(
                service=progress.service,
                step=progress.step,
                elapsed_s=round(progress.elapsed_s, 3),
                detail=progress.detail,
            )
            self._say(said, "sandbox")


async def _settled(task: asyncio.Task[None]) -> None:
    """Wait for a task without caring how it ended."""
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
