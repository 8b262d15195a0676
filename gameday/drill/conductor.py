"""The conductor of one drill: phases, commands in, events out, and a clean world at the end.

It knows the hidden truth and hands none of it out before the debrief. Whatever ends the drill (its
end, an error, a Ctrl-C), the sandbox is removed and the journal closed before `run` returns.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from gameday.advisors.look import Reader
from gameday.drill import assistants
from gameday.drill import commands as do
from gameday.drill.aide import Aide
from gameday.drill.checkpoints import Checkpoints
from gameday.drill.desk import Desk
from gameday.drill.facts import Facts
from gameday.drill.injection import Injection
from gameday.drill.lookout import Lookout
from gameday.drill.people import People
from gameday.drill.reflection import Reflection
from gameday.drill.reveal import reveal
from gameday.drill.rules import Rules
from gameday.drill.session import CommandRefused, Listener, SignalSample, Vocabulary
from gameday.drill.tasks import first_of, in_loop, to_its_end
from gameday.drill.watch import Watch
from gameday.errors import BadJournal, GamedayError
from gameday.journal import events as ev
from gameday.journal.clock import Clock
from gameday.journal.pauses import DrillClock
from gameday.journal.writer import Journal
from sandbox.errors import SandboxError
from sandbox.faults.client import FaultRun
from sandbox.runtime.base import LogLine, Progress, Runtime
from sandbox.services.photos import CUSTOMERS
from sandbox.stack.model import load_stack
from sandbox.world import setting
from sandbox.world.keeper import Keeper, Reply, ShellLine

_TICK_S = 0.25
_ANSWERED_WITHIN_S = 120.0
_BEYOND_LIMIT_S = 600.0
"""The fault outlasts the drill by so much, unless it is released before."""


class _Stopped(Exception):
    """Raised into the thread that starts the sandbox, when the drill is aborted meanwhile."""


class Conductor:
    """One drill. Implements `gameday.drill.session.Session`."""

    def __init__(
        self,
        rules: Rules,
        codename: str,
        runtime: Runtime,
        journal: Journal,
        clock: Clock,
        *,
        reflect_within_s: float = 0.0,
    ) -> None:
        self._rules = rules
        self._codename = codename
        self._runtime = runtime
        self._journal = journal
        self._clock = clock
        self._facts = Facts()
        self._stack = load_stack()
        self._drill_clock = DrillClock(clock, self._facts.pauses)
        self._people = People(rules.case.cast, self._facts, self._say, self._drill_clock)
        self._reflection = Reflection(self._say, reflect_within_s, ai=rules.mode != "manual")
        self._checkpoints = Checkpoints(self._facts, self._say, self._drill_clock, rules.drill_s)
        self._desk = Desk(self._facts, self._say, self._stack, runtime, clock, self._people)
        self._lookout = Lookout(self._facts, self._say, clock, rules.case.fraud)
        self._listeners: list[Listener] = []
        self._history: list[tuple[ev.Entry, ev.Event]] = []
        self._interrupted = threading.Event()
        self._begun = asyncio.Event()
        self._done: asyncio.Future[ev.EndReason] | None = None
        self._watch: Watch | None = None
        self._aide: Aide | None = None
        self._injection = Injection(self._start_fault, lambda: self._lookout.steady, self._done_within, clock)
        self._keeper: Keeper | None = None
        self._last_progress: tuple[str, str, str] | None = None

    # --- Session ---------------------------------------------------------------------------------

    @property
    def vocabulary(self) -> Vocabulary:
        return self._desk.vocabulary

    @property
    def run_folder(self) -> str:
        return str(self._journal.path.parent)

    def listen(self, listener: Listener) -> Callable[[], None]:
        for entry, event in self._history:
            listener.on_event(entry, event)
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def blast_radius(self, line: str) -> str | None:
        return self._desk.blast_radius(line)

    async def send(self, command: do.Command) -> None:
        if isinstance(command, do.Reflect):
            self._reflection.take(command)
            return
        if self._facts.ended:
            raise CommandRefused("the drill is over")
        match command:
            case do.Begin():
                self._begun.set()
            case do.Pause(reason):
                self._pause(reason)
            case do.Resume():
                self._resume()
            case do.Abort():
                self._finish("aborted")
            case do.StandDown():
                await self._desk.carry_out(command)
                self._finish("stood_down")
            case _:
                await self._desk.carry_out(command)

    def _pause(self, reason: str) -> None:
        facts = self._facts
        if facts.paged_at is None or facts.onset is None:
            raise CommandRefused("a drill can be paused once the pager has rung")
        if facts.pauses.paused:
            raise CommandRefused("the drill is paused already")
        self._say(ev.DrillPaused(reason=reason), "facilitator")

    def _resume(self) -> None:
        if not self._facts.pauses.paused:
            raise CommandRefused("the drill is not paused")
        self._say(ev.DrillResumed(), "facilitator")

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        self._done = loop.create_future()
        self._journal.subscribe(lambda entry, event: in_loop(loop, self._spread, entry, event))
        self._say_start()
        try:
            await self._look_for_assistants()
            await self._bring_up()
            await self._play()
        except asyncio.CancelledError:
            self._end("aborted")
            raise
        except BaseException:
            self._end("void")
            raise
        finally:
            await to_its_end(self._clean_up())

    async def _look_for_assistants(self) -> None:
        """A drill without an AI says, once, if one is at hand anyway."""
        if self._rules.mode == "manual":
            seen = await asyncio.to_thread(assistants.running)
            if seen:
                self._say(ev.AssistantsSeen(names=seen))

    # --- coming up -------------------------------------------------------------------------------

    def _say_start(self) -> None:
        rules = self._rules
        started = ev.DrillStarted(
            codename=self._codename,
            mode=rules.mode,
            runtime=self._runtime.kind,
            sandbox_id=self._runtime.sandbox_id,
            engineer=rules.engineer,
            seed=rules.seed,
            limit_s=rules.drill_s,
            hold_s=rules.hold_s,
            customers=CUSTOMERS,
            spoiled=rules.spoiled,
        )
        self._say(started)
        self._say(ev.PhaseChanged(phase="starting"))

    async def _bring_up(self) -> None:
        """Start the company in a thread; a cancellation stops that thread and waits for it."""
        starting = asyncio.create_task(asyncio.to_thread(self._runtime.up, self._on_progress))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._interrupted.set()
            await to_its_end(_settled(starting))
            raise
        await to_its_end(asyncio.to_thread(setting.apply, self._runtime, self._stack, self._rules.setting))
        await self._hand_over_the_repository()

    async def _hand_over_the_repository(self) -> None:
        """From now on pushes are deployed, and `ops` on the bastion is answered."""
        loop = asyncio.get_running_loop()

        def operate(line: str, sure: bool) -> Reply:
            asked = asyncio.run_coroutine_threadsafe(self._desk.answer(line, sure=sure), loop)
            try:
                return asked.result(_ANSWERED_WITHIN_S)
            except (TimeoutError, concurrent.futures.CancelledError):
                return Reply(1, "this took too long; look whether it was done")

        def heard(ran: ShellLine) -> None:
            in_loop(loop, self._desk.heard, ran)

        keeper = self._keeper = Keeper(self._runtime, self._stack, operate, heard, self._desk.more)
        building = asyncio.to_thread(
            keeper.start, self._rules.pack.runbooks(), self._clock.wall(), self._rules.proposals
        )
        await to_its_end(building)
        self._desk.open(keeper.deployer)

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

    # --- phases ----------------------------------------------------------------------------------

    async def _play(self) -> None:
        watch = self._watch = Watch(self._runtime, asyncio.get_running_loop())
        reader = Reader(self._runtime, watch.metrics, self._clock.wall)
        self._aide = Aide(self._rules, self._facts, self._say, reader.look, self._drill_clock)
        try:
            async with asyncio.TaskGroup() as group:
                watchers = [
                    group.create_task(watch.follow_logs(self._lookout.on_second, self._on_lines)),
                    group.create_task(watch.follow_alerts(self._lookout.on_alerts)),
                    group.create_task(watch.follow_signals(self._on_signals)),
                ]
                await self._phases(watch)
                watch.stop()
                for watcher in watchers:
                    watcher.cancel()
        except BaseExceptionGroup as group_error:
            raise first_of(group_error) from group_error

    async def _phases(self, watch: Watch) -> None:
        assert self._done is not None
        self._say(ev.PhaseChanged(phase="briefing"))
        pack = self._rules.pack
        self._say(ev.BriefingGiven(text=pack.scenario.briefing, runbooks=pack.runbooks()))
        while not self._begun.is_set() and not await self._done_within(_TICK_S):
            pass
        if not self._done.done():
            self._say(ev.PhaseChanged(phase="baseline"))
            await self._injection.wait_until_steady()
        if not self._done.done():
            self._say(ev.PhaseChanged(phase="armed"))
            if self._aide is not None:
                self._aide.look_before()
            await self._done_within(self._rules.delay_s())
        if not self._done.done() and await self._break_it():
            self._say(ev.PhaseChanged(phase="incident"))
            await self._incident()
        await self._close(self._done.result(), watch)

    async def _done_within(self, seconds: float) -> bool:
        """Wait, but no longer than until the drill is over; whether it is."""
        assert self._done is not None
        await asyncio.wait({self._done}, timeout=seconds)
        return self._done.done()

    async def _start_fault(self) -> FaultRun:
        rules = self._rules
        configuration = {**rules.variant.configuration, "hold_s": rules.drill_s + _BEYOND_LIMIT_S}
        journal = Path(self.run_folder) / "chaos-journal.json"
        return await FaultRun.start(
            self._runtime.sandbox_id, rules.pack.experiment(rules.variant.id), configuration, journal
        )

    async def _break_it(self) -> bool:
        """Whether the fault came; it does not if the drill ends first."""
        onset = await self._injection.onset()
        if onset is None:
            return False
        self._say(ev.FaultInjected(onset=onset), "fault")
        self._lookout.expect_trouble(onset, self._rules.hold_s)
        return True

    async def _incident(self) -> None:
        facts = self._facts
        assert facts.onset is not None
        while not await self._done_within(_TICK_S):
            if facts.pauses.paused:
                continue
            now = self._drill_clock.wall()
            if self._aide is not None:
                self._aide.speak()
            self._people.speak()
            self._checkpoints.tick()
            if facts.diagnosed and self._lookout.mitigated:
                self._finish("resolved")
            elif now - facts.onset >= self._rules.drill_s:
                self._finish("time_limit")

    def _finish(self, reason: ev.EndReason) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_result(reason)

    async def _close(self, reason: ev.EndReason, watch: Watch) -> None:
        """The end that was meant: hints that nobody answered, the truth, the fault taken back."""
        for number in self._facts.open_hints:
            self._say(ev.HintDisposed(hint=number, fate="ignored"))
        self._end(reason)
        if self._facts.onset is None:
            return
        try:
            await self._reflection.ask()
        finally:
            # Whoever leaves the question has played the drill, and it counts.
            await to_its_end(self._tell_the_truth(watch))

    async def _tell_the_truth(self, watch: Watch) -> None:
        revealing = asyncio.to_thread(
            reveal, self._rules, self._facts, watch.metrics, self._clock, self._stack
        )
        self._say(await revealing)
        try:
            failed = await self._injection.release()
            detail = f"not taken back: {', '.join(failed)}" if failed else ""
            self._say(ev.FaultRolledBack(clean=not failed, detail=detail), "fault")
        except SandboxError as error:
            self._say(ev.FaultRolledBack(clean=False, detail=str(error)), "fault")

    def _end(self, reason: ev.EndReason) -> None:
        if not self._facts.ended:
            self._desk.say_what_was_left_out()
            self._checkpoints.close()
            self._facts.ended = True
            self._say(ev.DrillEnded(reason=reason))

    async def _clean_up(self) -> None:
        if self._watch is not None:
            self._watch.stop()
        if self._aide is not None:
            await self._aide.close()
        self._injection.kill()
        if self._keeper is not None:
            await asyncio.to_thread(self._keeper.stop)
        try:
            await asyncio.to_thread(self._runtime.down)
        finally:
            self._desk.close()
            if self._watch is not None:
                self._watch.metrics.close()
            self._say(ev.PhaseChanged(phase="debrief"))
            await asyncio.sleep(0)
            self._journal.close()

    # --- telling ---------------------------------------------------------------------------------

    def _on_lines(self, lines: Sequence[LogLine]) -> None:
        for listener in tuple(self._listeners):
            listener.on_logs(lines)

    def _on_signals(self, sample: SignalSample) -> None:
        for listener in tuple(self._listeners):
            listener.on_signals(sample)

    def _say(self, event: ev.Event, actor: ev.Actor = "conductor") -> None:
        try:
            self._journal.append(event, actor)
        except OSError as error:
            # A drill without a record is none: it ends with this sentence, whoever was speaking.
            failure = BadJournal(f"the journal {self._journal.path} cannot be written: {error.strerror}")
            if self._done is not None:
                self._done.get_loop().call_soon_threadsafe(self._fail, failure)

    def _fail(self, failure: GamedayError) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(failure)

    def _spread(self, entry: ev.Entry, event: ev.Event) -> None:
        self._history.append((entry, event))
        if isinstance(event, ev.DrillPaused):
            self._facts.pauses.begin(entry.wall)
        elif isinstance(event, ev.DrillResumed):
            self._facts.pauses.end(entry.wall)
        self._people.on_event(event)
        for listener in tuple(self._listeners):
            listener.on_event(entry, event)


async def _settled(task: asyncio.Task[None]) -> None:
    """Wait for a task without caring how it ended."""
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
