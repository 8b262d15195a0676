"""The real company as the ground of a rehearsal."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from sandbox.errors import SandboxError
from sandbox.faults.client import FaultRun, Unsteady
from sandbox.faults.effects import cache, database, repository
from sandbox.observe import customers
from sandbox.observe.logs import Query, search
from sandbox.observe.metrics import Metrics
from sandbox.operate.answer import Answerer
from sandbox.runtime import registry
from sandbox.runtime.base import Runtime
from sandbox.runtime.choose import all_sandboxes, open_runtime
from sandbox.stack.model import Stack, load_stack
from sandbox.world import setting
from sandbox.world.albums import missing_share
from sandbox.world.keeper import Keeper, Reply
from scenarios.history import commits
from scenarios.model import Case, Pack
from scenarios.parts import Fraud
from scenarios.rehearsal.ground import Cheat, Done
from scenarios.rehearsal.traces import leaks, words_of
from scoring.sli import Requests, SecondSli

_ALERTS_EVERY_S = 1.0
_HOLD_S = 7200.0
_GONE_WITHIN_S = 5.0
_TRIES = 4
_AGAIN_AFTER_S = 5.0
_FREEZE_AGAIN_AFTER_S = 1.0
_FRONT = "storefront"
_CUSTOMERS = "customers"


class Company:
    """One sandbox at a time, with one variant's fault. See `scenarios.rehearsal.ground.Ground`."""

    def __init__(self, kind: registry.Kind, pack: Pack, case: Case) -> None:
        self._kind = kind
        self._pack = pack
        self._case = case
        self._stack = load_stack()
        self._words = words_of(pack.scenario.id, [each.id for each in pack.scenario.variants])
        self._loop = asyncio.new_event_loop()
        self._folder = tempfile.TemporaryDirectory(prefix="lumen-")
        self._runtime: Runtime | None = None
        self._fault: FaultRun | None = None
        self._keeper: Keeper | None = None
        self._answerer: Answerer | None = None
        self._metrics: Metrics | None = None
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._fed: list[customers.SliSecond] = []
        self._pages: list[float] = []
        self._rang: list[tuple[float, frozenset[str]]] = []
        self._head = ""
        self._head_broken = ""

    @property
    def runtime(self) -> str:
        return self._kind

    @property
    def _company(self) -> Runtime:
        if self._runtime is None:
            raise SandboxError("the company is not up")
        return self._runtime

    def now(self) -> float:
        return time.time()

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    # --- up and down -----------------------------------------------------------------------------

    def up(self) -> None:
        self._stop = threading.Event()
        self._fed, self._pages, self._rang = [], [], []
        runtime = self._runtime = open_runtime(self._kind, registry.new_id())
        runtime.up(lambda _: None)
        setting.apply(runtime, self._stack, _setting(self._case))
        answerers: list[Answerer] = []

        def operate(line: str, sure: bool) -> Reply:
            return answerers[0].answer(line, sure=sure)

        keeper = self._keeper = Keeper(runtime, self._stack, operate)
        self._answerer = Answerer(runtime, self._stack, keeper.deployer)
        answerers.append(self._answerer)
        keeper.start(self._pack.runbooks(), time.time(), commits(self._pack, self._case.variant.id))
        self._metrics = Metrics(runtime)
        self._head = self._head_broken = repository.head(runtime)
        self._start(self._follow_customers)
        self._start(self._follow_alerts)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _follow_customers(self) -> None:
        fed, runtime = self._fed, self._company
        with contextlib.suppress(SandboxError):
            for second in customers.feed(runtime, follow=True, stop=self._stop):
                fed.append(second)

    def _follow_alerts(self) -> None:
        metrics, pages, rang, firing = self._metrics, self._pages, self._rang, frozenset[str]()
        assert metrics is not None
        while not self._stop.wait(_ALERTS_EVERY_S):
            # The metrics may be silenced on purpose.
            with contextlib.suppress(SandboxError):
                ringing = [each for each in metrics.alerts() if each.state == "firing"]
                names = frozenset(each.name for each in ringing if each.severity == "page")
                now = time.time()
                pages += [now] * len(names - firing)
                rang.append((now, names))
                firing = names

    def down(self) -> Sequence[str]:
        if self._fault is not None:
            self._fault.kill()
            self._loop.run_until_complete(self._fault.ended())
            self._fault = None
        self._stop.set()
        if self._keeper is not None:
            self._keeper.stop()
        if self._runtime is None:
            return []
        runtime = self._runtime
        left = []
        try:
            runtime.down()
        except SandboxError as error:
            left.append(str(error))
        for thread in self._threads:
            thread.join(_GONE_WITHIN_S)
        self._threads = []
        for client in (self._answerer, self._metrics):
            if client is not None:
                client.close()
        return [*left, *self._leftovers(runtime)]

    def _leftovers(self, runtime: Runtime) -> list[str]:
        """What `down` may have missed: asks the machine, not the runtime's books."""
        name, folder = runtime.sandbox_id, registry.folder_of(runtime.sandbox_id)
        left = [f"{path} is there" for path in (folder, registry.record_of(name)) if path.exists()]
        left += [f"{each.kind} still has {name}" for each in all_sandboxes() if each.sandbox_id == name]
        standing: list[psutil.Process] = []
        deadline = time.monotonic() + _GONE_WITHIN_S
        while True:
            standing = [each for each in psutil.process_iter() if _stands_in(each, folder)]
            if not standing or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        return left + [f"the process {each.pid} stands in its folder" for each in standing]

    def close(self) -> None:
        """Give back what belongs to the rehearsal itself."""
        self._loop.close()
        self._folder.cleanup()

    # --- breaking it and making it whole ---------------------------------------------------------

    def inject(self) -> float:
        for _ in range(_TRIES - 1):
            try:
                return self._inject()
            except Unsteady:
                # A short moment of a rare journey may fall below the target by chance.
                self.take_back()
                self.wait(_AGAIN_AFTER_S)
        return self._inject()

    def _inject(self) -> float:
        name = self._case.variant.id
        configuration = {**self._case.variant.configuration, "hold_s": _HOLD_S}
        journal = Path(self._folder.name) / "journal.json"
        starting = FaultRun.start(
            self._company.sandbox_id, self._pack.experiment(name), configuration, journal
        )
        self._fault = self._loop.run_until_complete(starting)
        onset = self._loop.run_until_complete(self._fault.onset())
        self._head_broken = repository.head(self._company)
        return onset

    def take_back(self) -> Sequence[str]:
        if self._fault is None:
            return []
        left = self._loop.run_until_complete(self._fault.release())
        self._fault = None
        return left

    def restore(self) -> None:
        make_whole(self._company, self._stack, self._head)

    def undo_fix(self) -> None:
        repository.restore(self._company, self._head_broken)

    # --- acting and looking ----------------------------------------------------------------------

    def operate(self, line: str) -> Done:
        if line.startswith("!"):
            ran = self._company.exec("bastion", ["bash", "-c", line[1:].strip()], timeout_s=120.0)
            return Done(ran.exit_code, ran.stdout + ran.stderr)
        assert self._answerer is not None
        reply = self._answerer.answer(line, sure=True)
        return Done(reply.exit_code, reply.text)

    def seconds(self) -> Sequence[SecondSli]:
        return [_plain(each, self._case.fraud) for each in tuple(self._fed)]

    def pages(self) -> Sequence[float]:
        return tuple(self._pages)

    def ringing(self, since: float) -> Sequence[str]:
        seen = (name for at, names in tuple(self._rang) if at >= since for name in sorted(names))
        return tuple(dict.fromkeys(seen))

    def errors_logged(self, since: float) -> Sequence[str]:
        parts = [name for name in self._case.truth.components if name in self._stack.services]
        return [
            f"{each.service}: {each.raw}"
            for part in parts
            for each in search(self._company, Query(service=part, since=since, level="error"))
        ]

    def metric(self, promql: str, at: float) -> float | None:
        assert self._metrics is not None
        return self._metrics.value(promql, at)

    def leaks(self) -> Sequence[str]:
        return leaks(self._company, self._words)

    # --- cheating --------------------------------------------------------------------------------

    def cheat(self, how: Cheat, *, on: bool) -> str:
        match how:
            case "stop-everything":
                refusal = self.operate(f"scale {_FRONT} 0") if on else Done(0, "")
                self._freeze(_FRONT, on=on)
                if on and not refusal.exit_code:
                    return "ops agreed to scale to nothing"
                return f"ops: {refusal.text}" if on else ""
            case "block-everybody":
                return self._block(on=on)
            case "silence-the-alert":
                self._freeze("metrics", on=on)
            case "stop-the-customers":
                self._freeze(_CUSTOMERS, on=on)
        return ""

    def _freeze(self, service: str, *, on: bool) -> None:
        """Stop a part in its tracks; a busy container may need more than one attempt to freeze."""
        for _ in range(_TRIES - 1):
            try:
                self._company.pause(service, paused=on)
                return
            except SandboxError:
                self.wait(_FREEZE_AGAIN_AFTER_S)
        self._company.pause(service, paused=on)

    def _block(self, *, on: bool) -> str:
        """Let one request a second through on each of the edge's routes, as `limit` does it, or all again."""
        if not on:
            self.undo_fix()
            return ""
        said = [self.operate(f"limit {route} 1") for route in ("/", "/orders", "/upload")]
        return "; ".join(each.text for each in said if each.exit_code)


def make_whole(runtime: Runtime, stack: Stack, head: str) -> None:
    """Undo what an engineer, or an incident, may have done to a company: it is as on the day it opened.

    Args:
        head: the commit whose files `main` then has, rolled out.

    Raises:
        SandboxError: something would not go back.
    """
    for each in runtime.status():
        if each.state == "paused":
            runtime.pause(each.service, paused=False, replica=each.number)
    repository.restore(runtime, head)
    for each in runtime.status():
        if each.state == "exited" and not stack.services[each.service].one_shot:
            runtime.restart(each.service, each.number)
    plain = stack.services["cache"].command
    cache.redis(runtime, "CONFIG", "SET", "maxmemory", plain[plain.index("--maxmemory") + 1])
    database.sql(runtime, "UPDATE accounts SET blocked = false WHERE blocked")
    # What was computed meanwhile, of bots' photos or under another model's name, would keep the fault from
    # biting again. The albums are put there first: a cache that is cold for a moment is an incident itself.
    missing_share(runtime, "only")


def _setting(case: Case) -> setting.Setting:
    load, seen = case.load, case.observability
    return setting.Setting(
        load.profile,
        load.customers,
        load.arrivals_per_s,
        load.new_photo_share,
        seen.log_sampling,
        seen.trace_sampling,
        load.album,
    )


def _plain(second: customers.SliSecond, fraud: Fraud | None) -> SecondSli:
    journeys = {name: Requests(each.count, each.good) for name, each in second.customers.items()}
    stolen = fraud.stolen(second.bot_successes) if fraud else 0.0
    return SecondSli(second.second, journeys, second.money_lost, stolen)


def _stands_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()).is_relative_to(folder)
    except (psutil.Error, OSError):
        return False
