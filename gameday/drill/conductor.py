"""The conductor of one drill: phases, commands in, events out, and a clean world at the end.

It knows the hidden truth and hands none of it out before the debrief. Whatever ends the drill (its
end, an error, a Ctrl-C), the sandbox is removed and the journal closed before `run` returns. Only a trainer
that is killed leaves both as they are, and another conductor can go on from there.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from gameday.advisors.look import Reader
from gameday.drill import assistants, machine
from gameday.drill import commands as do
from gameday.drill.aide import Aide
from gameday.drill.checkpoints import Checkpoints
from gameday.drill.chronicle import Chronicle
from gameday.drill.curves import Curves
from gameday.drill.desk import Desk
from gameday.drill.ending import Ending
from gameday.drill.facts import Facts
from gameday.drill.injection import Fault, Injection
from gameday.drill.lookout import Lookout
from gameday.drill.past import Past, learn, phases
from gameday.drill.people import People
from gameday.drill.premises import Premises
from gameday.drill.rules import Rules
from gameday.drill.session import CommandRefused, Listener, SignalSample, Vocabulary
from gameday.drill.tasks import first_of, to_its_end
from gameday.drill.views import LiveViews, NoViews, Views
from gameday.drill.watch import Watch
from gameday.errors import BadJournal, GamedayError
from gameday.journal import events as ev
from gameday.journal.clock import Clock
from gameday.journal.manifest import unveil_manifest
from gameday.journal.pauses import DrillClock
from gameday.journal.writer import Journal
from sandbox.errors import SandboxError
from sandbox.faults.client import AdoptedRun, FaultRun
from sandbox.runtime.base import Runtime
from sandbox.services.photos import CUSTOMERS
from sandbox.stack.model import load_stack
from sandbox.world.tree import own_runbooks
from scoring.sli import FEED_LAG_S

ADVISOR_FILE = "advisor.json"
GRACE_S = 900.0
"""So long the fault stays when the trainer is killed, for somebody to take the drill up again."""

_TICK_S = 0.25
_CAUGHT_UP_WITHIN_S = 20.0
_FAULT_HOLDS_S = 24 * 3600.0
"""The fault lasts until it is released, at most so long: a drill can be paused, and the fault's worker
notices by itself when its trainer has gone."""


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
        past: Past | None = None,
    ) -> None:
        """`past` is what another trainer wrote into this journal before it was killed."""
        self._rules = rules
        self._codename = codename
        self._runtime = runtime
        self._folder = journal.path.parent
        self._clock = clock
        self._facts = facts = Facts()
        self._stack = load_stack()
        self._chronicle = Chronicle(journal, self._hear)
        self._say = self._chronicle.say
        self._drill_clock = DrillClock(clock, facts.pauses)
        self._people = People(rules.case.cast, facts, self._say, self._drill_clock)
        self._checkpoints = Checkpoints(facts, self._say, self._drill_clock, rules.drill_s)
        self._desk = Desk(facts, self._say, self._stack, runtime, clock, self._people)
        self._lookout = Lookout(facts, self._say, clock, rules.case.fraud)
        self._premises = Premises(runtime, self._stack, rules, self._desk, self._say, clock)
        self._curves = Curves()
        self._begun = asyncio.Event()
        self._entered: dict[ev.PhaseName, float] = {}
        """The phases that there were, with the beginning of each, UNIX seconds."""
        self._in_hand = asyncio.Event()
        """Not set while a company is being taken over: until then its commands wait."""
        self._played = False
        """It came to its end: what happens now takes nothing from its score."""
        self._done: asyncio.Future[ev.EndReason] | None = None
        self._watch: Watch | None = None
        self._aide: Aide | None = None
        self._injection = Injection(self._start_fault, lambda: self._lookout.steady, self._done_within, clock)
        self._views: Views = NoViews()
        self._ending = Ending(
            rules, facts, self._say, clock, self._stack, desk=self._desk, checkpoints=self._checkpoints,
            injection=self._injection, reflect_within_s=reflect_within_s, runtime=runtime.kind,
            curves=self._curves, folder=self._folder,
        )  # fmt: skip
        self._past = past
        if past is None:
            self._in_hand.set()
        else:
            self._remember(past)

    # --- Session ---------------------------------------------------------------------------------

    @property
    def vocabulary(self) -> Vocabulary:
        return self._desk.vocabulary

    @property
    def run_folder(self) -> str:
        return str(self._folder)

    @property
    def engineer(self) -> str:
        """Who plays it."""
        return self._rules.engineer

    @property
    def views(self) -> Views:
        return self._views

    def listen(self, listener: Listener) -> Callable[[], None]:
        return self._chronicle.listen(listener)

    def blast_radius(self, line: str) -> str | None:
        return self._desk.blast_radius(line)

    async def send(self, command: do.Command) -> None:
        await self._in_hand.wait()
        if isinstance(command, do.Reflect):
            self._ending.take(command)
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
        self._chronicle.open(loop, self._fail)
        try:
            if self._past is None:
                self._say_start()
                await self._look_for_assistants()
                await self._premises.bring_up()
                await self._hand_over_the_repository()
                await self._play()
            else:
                await self._take_up(self._past)
            self._played = True
        except asyncio.CancelledError:
            self._ending.say("aborted")
            raise
        except BaseException:
            self._ending.say("void")
            raise
        finally:
            self._in_hand.set()
            await to_its_end(self._clean_up())

    async def _look_for_assistants(self) -> None:
        """A drill without an AI says, once, if one is at hand anyway."""
        if self._rules.mode == "manual":
            seen = await asyncio.to_thread(assistants.running)
            if seen:
                self._say(ev.AssistantsSeen(names=seen))

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
        self._enter("starting")

    async def _hand_over_the_repository(self) -> None:
        await self._premises.hand_over_the_repository()

    # --- taking up -------------------------------------------------------------------------------

    def _remember(self, past: Past) -> None:
        """Know what the trainer before us knew, from its journal."""

        def hear(entry: ev.Entry, event: ev.Event) -> None:
            learn(self._facts, entry, event)
            self._keep_pauses(entry, event)
            self._people.remember(event, self._facts.pauses.drill_time(entry.wall))
            if isinstance(event, ev.CheckpointAsked):
                self._checkpoints.remember(event.moment)

        self._chronicle.remember(past.recorded, hear)
        self._lookout.take_up(past.recorded, self._rules.hold_s)
        self._entered = phases(past.recorded)
        if "baseline" in self._entered:
            self._begun.set()

    async def _take_up(self, past: Past) -> None:
        """Go on in a company that is still there; in one that is gone, tell the truth of what had ended."""
        fault = AdoptedRun(self._runtime.sandbox_id)
        if past.onset is not None:
            self._injection.adopt(fault)
        if past.ended:
            await self._tell_what_ended(past)
            return
        await self._premises.take_up(past.last_wall)
        if past.onset is not None and not fault.holds:
            raise SandboxError(
                f"nobody took the drill up within {GRACE_S / 60:g} minutes, and so its fault was taken back"
            )
        if past.onset is None:
            # It may have been under way: nobody wrote down when it took effect, so it begins anew.
            left = await fault.release()
            if left:
                raise SandboxError(f"what had been begun would not go: {'; '.join(left)}")
        gap_s = max(0.0, self._clock.wall() - past.last_wall)
        self._say(ev.Resumed(gap_s=round(gap_s, 3)))
        await self._look_for_assistants()
        if past.stood_down:
            self._finish("stood_down")
        await self._play()

    async def _tell_what_ended(self, past: Past) -> None:
        if past.onset is None or past.revealed:
            return
        with contextlib.suppress(SandboxError):  # The company may be gone, and its metrics with it.
            self._watch = Watch(self._runtime, asyncio.get_running_loop())
        await self._ending.tell_the_truth(self._watch.metrics if self._watch else None)

    # --- phases ----------------------------------------------------------------------------------

    def _enter(self, phase: ev.PhaseName) -> bool:
        """Begin a phase, unless the drill has been in it."""
        if phase in self._entered:
            return False
        self._entered[phase] = self._clock.wall()
        self._say(ev.PhaseChanged(phase=phase))
        return True

    async def _play(self) -> None:
        watch = self._watch = Watch(self._runtime, asyncio.get_running_loop())
        reader = Reader(self._runtime, watch.metrics, self._clock.wall)
        memory = self._folder / ADVISOR_FILE
        self._aide = Aide(self._rules, self._facts, self._say, reader.look, self._drill_clock, memory)
        deployer = self._premises.deployer
        if deployer is not None:
            self._views = LiveViews(self._runtime, self._stack, watch.metrics, deployer, self._clock.wall)
        try:
            async with asyncio.TaskGroup() as group:
                watchers = [
                    group.create_task(watch.follow_logs(self._lookout.on_second, self._chronicle.on_lines)),
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
        if not self._in_hand.is_set():
            await self._catch_up()
            self._in_hand.set()
        self._enter("briefing")
        if self._past is None or not self._past.briefed:
            pack = self._rules.pack
            runbooks = own_runbooks() | pack.runbooks()
            self._say(ev.BriefingGiven(text=pack.scenario.briefing, runbooks=runbooks))
        while not self._begun.is_set() and not await self._done_within(_TICK_S):
            pass
        if self._facts.onset is not None or await self._break_it_in_time():
            self._enter("incident")
            processors = machine.Processors()
            processors.begin()
            await self._incident()
            if (busy := processors.busy) is not None:
                self._say(ev.MachineMeasured(busy=busy, processors=machine.count()))
        await self._ending.come_to(self._done.result(), watch.metrics)

    async def _catch_up(self) -> None:
        """Until what customers got while nobody watched is written down: it belongs before what comes now."""
        deadline = self._clock.wall() + _CAUGHT_UP_WITHIN_S
        while self._lookout.seen_until < self._clock.wall() - FEED_LAG_S and self._clock.wall() < deadline:
            if await self._done_within(_TICK_S):
                return

    async def _break_it_in_time(self) -> bool:
        """Baseline, then the hidden delay, then the fault; False if the drill ends first."""
        assert self._done is not None
        if self._done.done():
            return False
        self._enter("baseline")
        if not await self._injection.wait_until_steady():
            return False
        self._enter("armed")
        if self._aide is not None:
            self._aide.look_before()
        due = self._entered["armed"] + self._rules.delay_s()
        if await self._done_within(max(0.0, due - self._clock.wall())):
            return False
        return await self._break_it()

    async def _done_within(self, seconds: float) -> bool:
        """Wait, but no longer than until the drill is over; whether it is."""
        assert self._done is not None
        await asyncio.wait({self._done}, timeout=seconds)
        return self._done.done()

    async def _start_fault(self) -> Fault:
        rules = self._rules
        configuration = {**rules.variant.configuration, "hold_s": _FAULT_HOLDS_S}
        journal = self._folder / "chaos-journal.json"
        return await FaultRun.start(
            self._runtime.sandbox_id, rules.pack.experiment(rules.variant.id), configuration, journal,
            grace_s=GRACE_S,
        )  # fmt: skip

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
            self._injection.assert_held()
            if facts.pauses.paused:
                continue
            now = self._drill_clock.wall()
            if self._aide is not None:
                self._aide.speak()
            self._people.speak()
            self._checkpoints.tick()
            if facts.diagnosed and self._lookout.mitigated and not self._rules.case.truth.is_nothing:
                self._finish("resolved")
            elif now - facts.onset >= self._rules.drill_s:
                self._finish("time_limit")

    def _finish(self, reason: ev.EndReason) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_result(reason)

    async def _clean_up(self) -> None:
        self._views = NoViews()
        if self._watch is not None:
            self._watch.stop()
        if self._aide is not None:
            await self._aide.close()
        self._injection.kill()
        try:
            await self._premises.remove()
        except SandboxError as error:
            self._say(ev.SandboxLeft(detail=str(error)), "sandbox")
            if not self._played:
                raise
        finally:
            if self._watch is not None:
                self._watch.metrics.close()
            self._say(ev.PhaseChanged(phase="debrief"))
            await asyncio.sleep(0)
            self._chronicle.close()
            with contextlib.suppress(BadJournal):  # Veiled, it is read all the same.
                unveil_manifest(self._folder)

    # --- hearing ---------------------------------------------------------------------------------

    def _hear(self, entry: ev.Entry, event: ev.Event) -> None:
        self._keep_pauses(entry, event)
        self._people.on_event(event)

    def _on_signals(self, sample: SignalSample) -> None:
        self._curves.on_signals(sample)
        self._chronicle.on_signals(sample)

    def _keep_pauses(self, entry: ev.Entry, event: ev.Event) -> None:
        if isinstance(event, ev.DrillPaused):
            self._facts.pauses.begin(entry.wall)
        elif isinstance(event, ev.DrillResumed):
            self._facts.pauses.end(entry.wall)

    def _fail(self, failure: GamedayError) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(failure)
