"""How a drill ends: what is open is closed, it is asked how it felt, the truth told, the fault taken back."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from gameday.drill.checkpoints import Checkpoints
from gameday.drill.commands import Reflect
from gameday.drill.curves import Curves
from gameday.drill.desk import Desk
from gameday.drill.facts import Facts, Say
from gameday.drill.injection import Injection
from gameday.drill.reflection import Reflection
from gameday.drill.reveal import reveal
from gameday.drill.rules import Rules
from gameday.drill.tasks import to_its_end
from gameday.errors import BadJournal
from gameday.journal import events as ev
from gameday.journal.clock import Clock
from gameday.journal.series import write_series
from sandbox.errors import SandboxError
from sandbox.observe.metrics import Metrics
from sandbox.stack.model import Stack


class Ending:
    """One drill's end, which comes once."""

    def __init__(
        self,
        rules: Rules,
        facts: Facts,
        say: Say,
        clock: Clock,
        stack: Stack,
        *,
        desk: Desk,
        checkpoints: Checkpoints,
        injection: Injection,
        reflect_within_s: float,
        runtime: str,
        curves: Curves,
        folder: Path,
    ) -> None:
        self._rules = rules
        self._facts = facts
        self._say = say
        self._clock = clock
        self._stack = stack
        self._desk = desk
        self._checkpoints = checkpoints
        self._injection = injection
        self._runtime = runtime
        self._curves = curves
        self._folder = folder
        self._reflection = Reflection(say, reflect_within_s, ai=rules.mode != "manual")

    def take(self, answer: Reflect) -> None:
        """What the engineer felt.

        Raises:
            CommandRefused: it is not asked now, or makes no sense.
        """
        self._reflection.take(answer)

    def say(self, reason: ev.EndReason) -> None:
        """It is over, for this reason, unless it was before."""
        if not self._facts.ended:
            self._desk.say_what_was_left_out()
            self._checkpoints.close()
            self._facts.ended = True
            self._say(ev.DrillEnded(reason=reason), "conductor")

    async def come_to(self, reason: ev.EndReason, metrics: Metrics) -> None:
        """The end that was meant: hints without an answer, the question, the truth, the fault taken back."""
        for number in self._facts.open_hints:
            self._say(ev.HintDisposed(hint=number, fate="ignored"), "conductor")
        self.say(reason)
        if self._facts.onset is None:
            return
        try:
            await self._reflection.ask()
        finally:
            # Whoever leaves the question has played the drill, and it counts.
            await self.tell_the_truth(metrics)

    async def tell_the_truth(self, metrics: Metrics | None) -> None:
        """What it was; and take the fault back, unless there are no metrics: then the company is gone."""
        await to_its_end(self._tell(metrics))

    async def _tell(self, metrics: Metrics | None) -> None:
        told = asyncio.to_thread(
            reveal, self._rules, self._facts, metrics, self._clock, self._stack, self._runtime
        )
        self._say(await told, "conductor")
        if metrics is None:
            return
        await asyncio.to_thread(self._keep_curves, metrics)
        try:
            failed = await self._injection.release()
            detail = f"not taken back: {', '.join(failed)}" if failed else ""
            self._say(ev.FaultRolledBack(clean=not failed, detail=detail), "fault")
        except SandboxError as error:
            self._say(ev.FaultRolledBack(clean=False, detail=str(error)), "fault")

    def _keep_curves(self, metrics: Metrics) -> None:
        """For debrief and replay; the journal stands without them."""
        assert self._facts.onset is not None
        told_apart = [each.promql for each in self._rules.case.truth.discriminators]
        series = self._curves.series(metrics, told_apart, self._facts.onset, self._clock.wall())
        with contextlib.suppress(BadJournal):
            write_series(self._folder, series)
