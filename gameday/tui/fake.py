"""A `Session` without a sandbox and a `House` without a machine, for tests and for work on looks.

It remembers the commands that it was sent, and whoever holds it makes events, logs and signals
happen at times of their choosing. It never answers a command with an event by itself, so a test
says exactly what the room hears.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from gameday.drill.commands import Command
from gameday.drill.session import CommandRefused, Listener, Session, Signal, SignalSample, Verb, Vocabulary
from gameday.drill.views import Changed, Plotted
from gameday.journal.events import Actor, Entry, Event
from gameday.journal.reader import parse
from gameday.journal.writer import line_of
from gameday.tui.house import Choice, Ground, Past, Shelved, Standing
from gameday.tui.leads import Leads
from sandbox.errors import BadStack, SandboxError
from sandbox.observe.topology import Topology
from sandbox.observe.traces import Trace
from sandbox.runtime.base import LogLine

START = 1_750_000_000.0
"""Wall time at which a fake drill starts, UNIX seconds."""

LUMEN = Vocabulary(
    verbs=(
        Verb("status", "read", "What runs, in which version, and how it says it feels."),
        Verb("top SERVICE", "read", "Golden signals of one service, now."),
        Verb("logs SERVICE [TEXT]", "read", "The newest log lines of one service."),
        Verb("metrics PROMQL", "read", "Ask the metrics store."),
        Verb("changes", "read", "Who changed what lately."),
        Verb("restart SERVICE", "write", "Stop and start every replica."),
        Verb("scale SERVICE N", "write", "Set the number of replicas."),
        Verb("rollback SERVICE", "write", "Go back to the version before."),
        Verb("config set SERVICE KEY VALUE", "write", "Commit a change to a service's config."),
        Verb("config show SERVICE", "read", "The config that a service runs with."),
        Verb("limit ROUTE RATE", "write", "Let so many requests a second through the edge."),
    ),
    components={
        "edge": "The front door: routes, timeouts, retries, limits.",
        "storefront": "Pages and API for browser and app.",
        "vision": "The image model: a fixed number of compute slots a replica.",
        "cache": "Redis with a memory limit; holds computed captions.",
        "db": "The shop's PostgreSQL.",
        "bank": "Somebody else's; authorises payments.",
    },
    mechanisms={
        "capacity-shortfall": "More legitimate work arrives than can be done.",
        "cache-eviction": "A cache no longer holds what is asked for.",
        "retry-amplification": "Failed calls are tried again and add to the load.",
        "lock-contention": "Work waits for a lock that is held too long.",
        "abusive-traffic": "Somebody sends requests that no customer would.",
    },
    triggers={
        "configuration-push": "A config change went out.",
        "deploy": "New code went out.",
        "traffic-surge": "More customers came.",
        "third-party-outage": "Somebody we depend on failed.",
    },
    contributing={
        "missing-alert": "Nothing warned of the cause.",
        "no-rate-limit": "Nothing bounds what one caller can ask for.",
        "untested-default": "A default nobody ever tried.",
    },
    people={
        "ines": "Inês Duarte: vision and its cache; trained the captioning model",
        "marta": "Marta Kowalska: platform: database, metrics, bastion, the deployer",
    },
)
"""A small vocabulary of the company, enough for pickers and completion."""


class FakeViews:
    """Answers looks with what it was given. `asked` holds them in order; `failure` fails them all."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.plots: dict[str, Plotted] = {}
        """By expression; any other is not valid."""
        self.names: tuple[str, ...] = ()
        self.seen_traces: tuple[Trace, ...] = ()
        self.map = Topology((), ())
        self.commits: tuple[Changed, ...] = ()
        self.diffs: dict[str, str] = {}
        self.failure: SandboxError | None = None
        self.held: asyncio.Event | None = None
        """While it is there and not set, nothing is answered."""

    async def metrics(self, promql: str, span_s: float) -> Plotted:
        await self._look("metrics", promql, span_s)
        if promql not in self.plots:
            raise BadStack(f"PromQL: parse error: {promql}")
        return self.plots[promql]

    async def metric_names(self) -> tuple[str, ...]:
        await self._look("names")
        return self.names

    async def traces(self, since_s: float) -> tuple[Trace, ...]:
        await self._look("traces", since_s)
        return self.seen_traces

    async def topology(self) -> Topology:
        await self._look("topology")
        return self.map

    async def changes(self, most: int) -> tuple[Changed, ...]:
        await self._look("changes", most)
        return self.commits[:most]

    async def diff(self, revision: str) -> str:
        await self._look("diff", revision)
        return self.diffs.get(revision, "")

    async def _look(self, *asked: object) -> None:
        self.asked.append(asked)
        if self.held is not None:
            await self.held.wait()
        if self.failure is not None:
            raise self.failure


class FakeSession:
    """Implements `gameday.drill.session.Session`; its public attributes are the test's handles.

    `sent` holds the commands in order. `refusals` maps a command's class to the sentence it is
    refused with. `radii` maps a write line to its blast radius, and `misunderstood` a line to the
    sentence that `blast_radius` refuses it with. `run` lasts until `finish`, `fail` or a cancel;
    after `hold_cleanup`, a cancelled run ends only at `release_cleanup`.
    """

    def __init__(
        self,
        *,
        vocabulary: Vocabulary = LUMEN,
        run_folder: str = "",
        radii: Mapping[str, str] | None = None,
        start: float = START,
    ) -> None:
        self.views = FakeViews()
        self.sent: list[Command] = []
        self.refusals: dict[type[Command], str] = {}
        self.radii = dict(radii or {})
        self.misunderstood: dict[str, str] = {}
        self.cancelled = False
        self.cleaned_up = False
        self.wall = start
        self._start = start
        self._vocabulary = vocabulary
        self._run_folder = run_folder
        self._heard: list[bytes] = []
        self._listeners: list[Listener] = []
        self._failure: Exception | None = None
        self._ended = asyncio.Event()
        self._may_clean_up = asyncio.Event()
        self._may_clean_up.set()

    @property
    def vocabulary(self) -> Vocabulary:
        return self._vocabulary

    @property
    def run_folder(self) -> str:
        return self._run_folder

    def listen(self, listener: Listener) -> Callable[[], None]:
        for number, line in enumerate(self._heard):
            item = parse(line, f"event {number}")
            listener.on_event(item.entry, item.event)
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def send(self, command: Command) -> None:
        self.sent.append(command)
        refusal = self.refusals.get(type(command))
        if refusal is not None:
            raise CommandRefused(refusal)

    def blast_radius(self, line: str) -> str | None:
        if line in self.misunderstood:
            raise CommandRefused(self.misunderstood[line])
        return self.radii.get(line)

    async def run(self) -> None:
        try:
            await self._ended.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            await self._may_clean_up.wait()
            self.cleaned_up = True
            raise
        if self._failure is not None:
            raise self._failure

    def now(self) -> float:
        """The fake clock, to be injected into the app: `wall`, which stands until it is set."""
        return self.wall

    def emit(self, *events: Event, at: float | None = None, actor: Actor = "conductor") -> None:
        """Let events happen, `at` so many seconds after the start of the drill, or now."""
        if at is not None:
            self.wall = self._start + at
        for event in events:
            entry = Entry(
                schema=1,
                run="fake",
                seq=len(self._heard),
                mono_ns=int((self.wall - self._start) * 1e9),
                wall=self.wall,
                actor=actor,
                kind=event.kind,
                data=event.model_dump(mode="json"),
            )
            self._heard.append(line_of(entry))
            for listener in tuple(self._listeners):
                listener.on_event(entry, event)

    def emit_logs(self, *lines: LogLine) -> None:
        for listener in tuple(self._listeners):
            listener.on_logs(lines)

    def emit_signals(self, signals: Sequence[Signal], at: float | None = None) -> None:
        """One second of signals; `at` is in seconds after the start of the drill."""
        if at is not None:
            self.wall = self._start + at
        sample = SignalSample(self.wall, tuple(signals))
        for listener in tuple(self._listeners):
            listener.on_signals(sample)

    def finish(self) -> None:
        """Let `run` return."""
        self._ended.set()

    def fail(self, error: Exception) -> None:
        """Let `run` raise."""
        self._failure = error
        self._ended.set()

    def hold_cleanup(self) -> None:
        self._may_clean_up.clear()

    def release_cleanup(self) -> None:
        self._may_clean_up.set()


class FakeHouse:
    """Implements `gameday.tui.house.House` with what it was given.

    `opened` and `kept` tell what was asked of it; `open` gives `session`, or raises `refusal`.
    """

    def __init__(
        self,
        session: Session | None = None,
        *,
        past: Past | None = None,
        standing: Standing | None = None,
        ground: Ground | None = None,
        library: Sequence[Shelved] = (),
        leads: Leads | None = None,
        leads_in_codenames: Leads | None = None,
    ) -> None:
        self.session = session
        self.refusal: Exception | None = None
        self.troubles: tuple[str, ...] = ()
        self.opened: list[Choice] = []
        self.kept: list[Path] = []
        self._past = past or Past()
        self._standing = standing or Standing()
        self._ground = ground or Ground("process", "it was asked for", frozenset({"exec", "copy_in"}))
        self._library = tuple(library)
        self._leads = leads or Leads(trouble="there are no records here")
        self._leads_in_codenames = leads_in_codenames or self._leads

    def past(self) -> Past:
        return self._past

    def standing(self) -> Standing:
        return self._standing

    def ground(self) -> Ground:
        return self._ground

    def library(self) -> tuple[Shelved, ...]:
        return self._library

    def leads(self, *, pseudonyms: bool) -> Leads:
        return self._leads_in_codenames if pseudonyms else self._leads

    def open(self, choice: Choice) -> Session:
        self.opened.append(choice)
        if self.refusal is not None:
            raise self.refusal
        assert self.session is not None
        return self.session

    def keep(self, run_folder: Path) -> Iterable[str]:
        self.kept.append(run_folder)
        return self.troubles
