"""The conductor of one drill: phases, commands in, events out, and a clean world at the end.

It knows the hidden truth and hands none of it out before the debrief. Whatever ends the drill (its
end, an error, a Ctrl-C), the sandbox is removed and the journal closed before `run` returns.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from gameday.advisors.scripted import ScriptedAdvisor, chosen_lines
from gameday.drill import commands as do
from gameday.drill.rules import Rules
from gameday.drill.session import CommandRefused, Listener, SignalSample, Vocabulary
from gameday.drill.terms import vocabulary
from gameday.drill.watch import Watch
from gameday.errors import BadJournal, DrillAborted, GamedayError
from gameday.journal import events as ev
from gameday.journal.clock import Clock
from gameday.journal.writer import Journal
from sandbox.errors import BadStack, SandboxError
from sandbox.faults.client import FaultRun
from sandbox.observe.customers import SliSecond, served_well
from sandbox.observe.metrics import Alert
from sandbox.operate.execute import RUNBOOKS, Operator
from sandbox.operate.lines import parse
from sandbox.runtime.base import LogLine, Progress, Runtime
from sandbox.stack.model import load_stack
from scoring.sli import Requests, SecondSli, baseline_demand
from scoring.slo import Oracle, Slo

T = TypeVar("T")

_BASELINE_S = 8
"""So many seconds in a row must be within the SLO before anything is broken."""
_BASELINE_WITHIN_S = 90.0
_BASELINE_REQUESTS = 60
_TICK_S = 0.25
_OUTPUT_KEPT = 8_000
"""Characters of a command's output that the journal keeps."""


class _Stopped(Exception):
    """Raised into the thread that starts the sandbox, when the drill is aborted meanwhile."""


class Conductor:
    """One drill. Implements `gameday.drill.session.Session`."""

    def __init__(self, rules: Rules, codename: str, runtime: Runtime, journal: Journal, clock: Clock) -> None:
        self._rules = rules
        self._codename = codename
        self._runtime = runtime
        self._journal = journal
        self._clock = clock
        self._stack = load_stack()
        self._listeners: list[Listener] = []
        self._history: list[tuple[ev.Entry, ev.Event]] = []
        self._interrupted = threading.Event()
        self._begun = asyncio.Event()
        self._done: asyncio.Future[ev.EndReason] | None = None
        self._operator: Operator | None = None
        self._watch: Watch | None = None
        self._fault: FaultRun | None = None
        self._oracle: Oracle | None = None
        self._seconds: list[SliSecond] = []
        self._firing: dict[str, Alert] = {}
        self._onset: float | None = None
        self._paged_at: float | None = None
        self._acknowledged = False
        self._diagnosed = False
        self._ended = False
        self._hints: dict[int, ev.HintShown] = {}
        self._disposed: set[int] = set()
        self._last_progress: tuple[str, str, str] | None = None

    # --- Session ---------------------------------------------------------------------------------

    @property
    def vocabulary(self) -> Vocabulary:
        return vocabulary(self._stack)

    @property
    def run_folder(self) -> str:
        return str(self._journal.path.parent)

    def listen(self, listener: Listener) -> Callable[[], None]:
        for entry, event in self._history:
            listener.on_event(entry, event)
        self._listeners.append(listener)

        def leave() -> None:
            self._listeners.remove(listener)

        return leave

    def blast_radius(self, line: str) -> str | None:
        try:
            operation = parse(self._stack, line)
        except BadStack as error:
            raise CommandRefused(str(error)) from error
        return operation.blast_radius if operation.tier == "write" else None

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        self._done = loop.create_future()
        self._journal.subscribe(lambda entry, event: _in_loop(loop, self._spread, entry, event))
        self._say_start()
        try:
            await self._bring_up()
            await self._play()
        except asyncio.CancelledError:
            self._end("aborted")
            raise
        except DrillAborted:
            self._end("aborted")
            raise
        except BaseException:
            self._end("void")
            raise
        finally:
            await _to_its_end(self._clean_up())

    # --- phases ----------------------------------------------------------------------------------

    def _say_start(self) -> None:
        rules = self._rules
        self._say(
            ev.DrillStarted(
                codename=self._codename, mode=rules.mode, runtime=self._runtime.kind,
                sandbox_id=self._runtime.sandbox_id, engineer=rules.engineer, seed=rules.seed,
                limit_s=rules.drill_s, hold_s=rules.hold_s, spoiled=rules.spoiled,
            )
        )  # fmt: skip
        self._say(ev.PhaseChanged(phase="starting"))

    async def _bring_up(self) -> None:
        starting = asyncio.create_task(asyncio.to_thread(self._runtime.up, self._on_progress))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._interrupted.set()
            await asyncio.wait({starting})
            if not starting.cancelled():
                starting.exception()
            raise
        for path in sorted((self._rules.pack.folder / "runbooks").glob("*.md")):
            await asyncio.to_thread(
                self._runtime.copy_in, "bastion", f"{RUNBOOKS}/{path.name}", path.read_bytes()
            )
        self._operator = Operator(self._runtime)

    def _on_progress(self, progress: Progress) -> None:
        if self._interrupted.is_set():
            raise _Stopped
        seen = (progress.service, progress.step, progress.detail)
        if seen != self._last_progress:
            self._last_progress = seen
            self._say(
                ev.SandboxProgressed(
                    service=progress.service, step=progress.step,
                    elapsed_s=round(progress.elapsed_s, 3), detail=progress.detail,
                ),
                "sandbox",
            )  # fmt: skip

    async def _play(self) -> None:
        watch = self._watch = Watch(self._runtime, asyncio.get_running_loop())
        try:
            async with asyncio.TaskGroup() as group:
                watchers = [
                    group.create_task(watch.follow_logs(self._on_second, self._on_lines)),
                    group.create_task(watch.follow_alerts(self._on_alerts)),
                    group.create_task(watch.follow_signals(self._on_signals)),
                ]
                await self._phases()
                watch.stop()
                for watcher in watchers:
                    watcher.cancel()
        except BaseExceptionGroup as group_error:
            raise _first_of(group_error) from group_error

    async def _phases(self) -> None:
        self._say(ev.PhaseChanged(phase="briefing"))
        self._say(ev.BriefingGiven(text=self._rules.pack.scenario.briefing))
        await self._until(self._begun)
        self._say(ev.PhaseChanged(phase="baseline"))
        await self._prove_baseline()
        self._say(ev.PhaseChanged(phase="armed"))
        if not await self._done_within(self._rules.delay_s()):
            await self._break_it()
            self._say(ev.PhaseChanged(phase="incident"))
            await self._incident()
        assert self._done is not None
        await self._close(self._done.result())

    async def _until(self, event: asyncio.Event) -> None:
        """Wait for an event, but no longer than until the drill is over."""
        while not event.is_set():
            if await self._done_within(_TICK_S):
                return

    async def _done_within(self, seconds: float) -> bool:
        """Wait, but no longer than until the drill is over; whether it is."""
        assert self._done is not None
        await asyncio.wait({self._done}, timeout=seconds)
        return self._done.done()

    async def _prove_baseline(self) -> None:
        """Wait until customers are served within the SLO.

        Raises:
            SandboxError: they were not, within the time.
        """
        deadline = self._clock.mono_ns() + int(_BASELINE_WITHIN_S * 1e9)
        while self._clock.mono_ns() < deadline:
            recent = self._seconds[-_BASELINE_S:]
            requests = sum(each.count for second in recent for each in second.customers.values())
            if len(recent) == _BASELINE_S and requests >= _BASELINE_REQUESTS and served_well(recent):
                return
            if await self._done_within(_TICK_S):
                return
        raise SandboxError(
            f"customers were not served within the SLO for {_BASELINE_S} s although nothing is broken;"
            " is this machine busy with something else?"
        )

    async def _break_it(self) -> None:
        rules = self._rules
        configuration = {**rules.variant.configuration, "hold_s": rules.drill_s + 600}
        journal = Path(self.run_folder) / "chaos-journal.json"
        self._fault = await FaultRun.start(
            self._runtime.sandbox_id, rules.pack.experiment, configuration, journal
        )
        onset = self._onset = await self._fault.onset()
        series = [_plain_second(second) for second in self._seconds]
        slo = Slo()
        self._oracle = Oracle(onset, slo, baseline_demand(series, onset), rules.hold_s)
        self._say(ev.FaultInjected(onset=onset), "fault")

    async def _incident(self) -> None:
        assert self._onset is not None
        assert self._oracle is not None
        advisor = None
        if self._rules.mode != "manual":
            advisor = ScriptedAdvisor(chosen_lines(self._rules.pack.scenario.advice, self._rules.policy))
        while not await self._done_within(_TICK_S):
            now = self._clock.wall()
            if advisor is not None and self._paged_at is not None:
                for hint in advisor.due(now - self._paged_at):
                    self._hints[hint.hint] = hint
                    self._say(hint, "advisor")
            if self._diagnosed and self._oracle.mitigated_at is not None:
                self._finish("resolved")
            elif now - self._onset >= self._rules.drill_s:
                self._finish("time_limit")

    def _finish(self, reason: ev.EndReason) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_result(reason)

    async def _close(self, reason: ev.EndReason) -> None:
        """The end that was meant: hints that nobody answered, the truth, the fault taken back."""
        for number in sorted(set(self._hints) - self._disposed):
            self._say(ev.HintDisposed(hint=number, fate="ignored"))
        self._end(reason)
        if self._fault is not None:
            await self._reveal()
            try:
                failed = await self._fault.release()
                detail = f"not taken back: {', '.join(failed)}" if failed else ""
                self._say(ev.FaultRolledBack(clean=not failed, detail=detail), "fault")
            except SandboxError as error:
                self._say(ev.FaultRolledBack(clean=False, detail=str(error)), "fault")
            self._fault = None

    def _end(self, reason: ev.EndReason) -> None:
        if not self._ended:
            self._ended = True
            self._say(ev.DrillEnded(reason=reason))

    async def _reveal(self) -> None:
        scenario, truth = self._rules.pack.scenario, self._rules.pack.scenario.truth
        self._say(
            ev.TruthRevealed(
                pack=scenario.id, variant=self._rules.variant.id, title=scenario.title,
                components=truth.components, mechanisms=truth.mechanisms, trigger=truth.trigger,
                contributing=truth.contributing, chain=truth.chain,
                discriminators=await asyncio.to_thread(self._discriminators),
                harmful=tuple(step for fix in scenario.fixes.harmful for step in fix.steps),
                par_s=scenario.par.mitigate_s,
                references=tuple(f"{each.title}: {each.url}" for each in scenario.references),
            )
        )  # fmt: skip

    def _discriminators(self) -> tuple[ev.Discriminator, ...]:
        """The telling signals with their values in this drill: just before the onset, and at the page."""
        assert self._onset is not None
        assert self._watch is not None
        during = self._paged_at if self._paged_at is not None else self._onset + 20.0
        return tuple(
            ev.Discriminator(
                say=each.say, promql=each.promql, before=each.before, after=each.after,
                observed_before=self._value_at(each.promql, self._onset - 1.0),
                observed_after=self._value_at(each.promql, min(during + 5.0, self._clock.wall())),
            )
            for each in self._rules.pack.scenario.truth.discriminators
        )  # fmt: skip

    def _value_at(self, promql: str, at: float) -> float | None:
        assert self._watch is not None
        try:
            return self._watch.metrics.value(promql, at)
        except SandboxError:
            return None  # Prometheus may be what the engineer broke; the report says "not measured".

    async def _clean_up(self) -> None:
        if self._watch is not None:
            self._watch.stop()
        if self._fault is not None:
            self._fault.kill()
        if self._operator is not None:
            self._operator.close()
        try:
            await asyncio.to_thread(self._runtime.down)
        finally:
            if self._watch is not None:
                self._watch.metrics.close()
            self._say(ev.PhaseChanged(phase="debrief"))
            await asyncio.sleep(0)
            self._journal.close()

    # --- what is seen ----------------------------------------------------------------------------

    def _on_second(self, second: SliSecond) -> None:
        self._seconds.append(second)
        journeys = {
            name: ev.JourneySli(
                count=s.count, good=s.good, p50_ms=s.percentile_ms(0.5), p95_ms=s.percentile_ms(0.95)
            )
            for name, s in second.customers.items()
        }
        measured = ev.SliMeasured(
            second=second.second, journeys=journeys, money_lost=round(second.money_lost, 2)
        )
        if self._ended:
            return
        self._say(measured, "sandbox")
        if self._oracle is None:
            return
        for change in self._oracle.feed(_plain_second(second)):
            match change.kind:
                case "violated":
                    self._say(ev.SloViolated(since=change.since), "oracle")
                case "mitigated":
                    self._say(ev.Mitigated(since=change.since), "oracle")
                    self._say(ev.PhaseChanged(phase="mitigated"))
                case "relapsed":
                    self._say(ev.Relapsed(since=change.since), "oracle")
                    self._say(ev.PhaseChanged(phase="incident"))

    def _on_lines(self, lines: Sequence[LogLine]) -> None:
        for listener in tuple(self._listeners):
            listener.on_logs(lines)

    def _on_signals(self, sample: SignalSample) -> None:
        for listener in tuple(self._listeners):
            listener.on_signals(sample)

    def _on_alerts(self, firing: Iterable[Alert]) -> None:
        now = {alert.name: alert for alert in firing}
        for name, alert in now.items():
            if name not in self._firing:
                fired = ev.AlertFired(
                    name=name, severity=alert.severity, summary=alert.summary, service=alert.service
                )
                self._say(fired, "monitoring")
                if alert.severity == "page" and self._paged_at is None:
                    self._paged_at = self._clock.wall()
                    self._say(ev.Paged(alert=name, summary=alert.summary), "monitoring")
        for name in self._firing.keys() - now.keys():
            self._say(ev.AlertResolved(name=name), "monitoring")
        self._firing = now

    # --- what is done ----------------------------------------------------------------------------

    async def send(self, command: do.Command) -> None:
        if self._ended:
            raise CommandRefused("the drill is over")
        match command:
            case do.Begin():
                self._begun.set()
            case do.Acknowledge():
                self._acknowledge()
            case do.Note(text):
                self._say(ev.Noted(text=text), "engineer")
            case do.Operate(line):
                await self._operate(line)
            case do.Shell(line):
                await self._shell(line)
            case do.Believe():
                self._believe(command)
            case do.DisposeHint(hint, fate, reason):
                self._dispose(hint, fate, reason)
            case do.SubmitDiagnosis():
                self._diagnose(command)
            case do.StandDown(reason):
                self._say(ev.StoodDown(reason=reason), "engineer")
                self._finish("stood_down")
            case do.Abort():
                self._finish("aborted")

    def _acknowledge(self) -> None:
        if self._paged_at is None:
            raise CommandRefused("the pager has not rung")
        if self._acknowledged:
            raise CommandRefused("the page is acknowledged already")
        self._acknowledged = True
        self._say(ev.Acknowledged(), "engineer")

    async def _operate(self, line: str) -> None:
        if self._operator is None:
            raise CommandRefused("the company is still starting")
        try:
            operation = parse(self._stack, line)
        except BadStack as error:
            raise CommandRefused(str(error)) from error
        begun = self._clock.mono_ns()
        outcome = await asyncio.to_thread(self._operator.carry_out, operation)
        self._say(
            ev.Operated(
                line=line, tier=operation.tier, exit_code=outcome.exit_code,
                duration_s=round((self._clock.mono_ns() - begun) / 1e9, 3),
                output=outcome.text[:_OUTPUT_KEPT], changed=outcome.changed,
            ),
            "engineer",
        )  # fmt: skip

    async def _shell(self, line: str) -> None:
        if self._operator is None:
            raise CommandRefused("the company is still starting")
        done = await asyncio.to_thread(self._runtime.exec, "bastion", ["bash", "-c", line])
        output = (done.stdout + done.stderr)[:_OUTPUT_KEPT]
        self._say(
            ev.Operated(
                line=line, tier="shell", exit_code=done.exit_code,
                duration_s=round(done.duration_s, 3), output=output,
            ),
            "engineer",
        )  # fmt: skip

    def _believe(self, belief: do.Believe) -> None:
        self._check_claim(belief.components, belief.mechanisms)
        said = ev.Believed(
            components=belief.components, mechanisms=belief.mechanisms,
            confidence=_share(belief.confidence), text=belief.text,
        )  # fmt: skip
        self._say(said, "engineer")

    def _dispose(self, hint: int, fate: ev.Fate, reason: str) -> None:
        if hint not in self._hints:
            raise CommandRefused(f"there is no hint {hint}")
        self._disposed.add(hint)
        self._say(ev.HintDisposed(hint=hint, fate=fate, reason=reason), "engineer")

    def _diagnose(self, answer: do.SubmitDiagnosis) -> None:
        if self._onset is None:
            raise CommandRefused("nothing has happened yet that could be diagnosed")
        self._check_claim(answer.components, answer.mechanisms)
        if not (answer.components and answer.mechanisms):
            raise CommandRefused("a diagnosis names a component and a mechanism")
        known = self.vocabulary
        _check(known.triggers, (answer.trigger,), "trigger")
        _check(known.contributing, answer.contributing, "contributing factor")
        self._diagnosed = True
        said = ev.DiagnosisSubmitted(
            components=answer.components, mechanisms=answer.mechanisms, trigger=answer.trigger,
            contributing=answer.contributing, confidence=_share(answer.confidence), text=answer.text,
        )  # fmt: skip
        self._say(said, "engineer")

    def _check_claim(self, components: Sequence[str], mechanisms: Sequence[str]) -> None:
        known = self.vocabulary
        _check(known.components, components, "component", most=2)
        _check(known.mechanisms, mechanisms, "mechanism", most=2)

    # --- telling ---------------------------------------------------------------------------------

    def _say(self, event: ev.Event, actor: ev.Actor = "conductor") -> None:
        try:
            self._journal.append(event, actor)
        except OSError as error:
            # A drill without a record is none: it ends with this sentence, wherever it was said.
            failure = BadJournal(f"the journal {self._journal.path} cannot be written: {error.strerror}")
            if self._done is not None and not self._done.done():
                self._done.get_loop().call_soon_threadsafe(self._fail, failure)

    def _fail(self, failure: GamedayError) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(failure)

    def _spread(self, entry: ev.Entry, event: ev.Event) -> None:
        self._history.append((entry, event))
        for listener in tuple(self._listeners):
            listener.on_event(entry, event)


def _check(terms: Mapping[str, str], names: Sequence[str], word: str, most: int | None = None) -> None:
    if most is not None and len(names) > most:
        raise CommandRefused(f"at most {most} {word}s may be named")
    for name in names:
        if name not in terms:
            raise CommandRefused(f"{name!r} is no {word}; there are: {', '.join(terms)}")


def _share(confidence: float) -> float:
    if not 0.0 <= confidence <= 1.0:
        raise CommandRefused(f"a confidence is between 0 and 1, not {confidence:g}")
    return confidence


def _plain_second(second: SliSecond) -> SecondSli:
    journeys = {name: Requests(each.count, each.good) for name, each in second.customers.items()}
    return SecondSli(second.second, journeys, second.money_lost)


def _in_loop(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *arguments: Any) -> None:
    """Call in the loop's own thread: at once if this is it, else as soon as it can."""
    try:
        here = asyncio.get_running_loop()
    except RuntimeError:
        here = None
    if here is loop:
        call(*arguments)
    else:
        loop.call_soon_threadsafe(call, *arguments)


def _first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The exception that a person should hear of: the first that is not a group."""
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Await something that must not be left half done, however often the task is cancelled."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled and not task.cancelled() and task.exception() is None:
        raise asyncio.CancelledError
    return task.result()
