"""What a front end may see of a drill, and how it speaks to it.

A front end (the TUI, the headless player, one day a terminal on another machine) holds a `Session`: it
hears events, log lines and signals, and sends commands. It never reaches past it to the sandbox.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gameday.drill.commands import Command
from gameday.drill.views import Views
from gameday.errors import GamedayError
from gameday.journal.events import Entry, Event
from sandbox.runtime.base import LogLine


class CommandRefused(GamedayError):
    """A command that makes no sense now, or that cannot be understood; the text says why."""


@dataclass(frozen=True)
class Signal:
    """One golden signal of one service, now."""

    service: str
    name: str
    """`rate`, `errors`, `p95` or `saturation`."""
    unit: str
    """`/s`, `%` or `ms`."""
    value: float | None
    """None where there is nothing to show, as with a rate of errors without requests."""


@dataclass(frozen=True)
class SignalSample:
    """All golden signals of one second."""

    wall: float
    signals: tuple[Signal, ...]


@dataclass(frozen=True)
class Verb:
    """One word of the `ops` vocabulary."""

    usage: str
    """As typed: `scale SERVICE N`."""
    tier: str
    """`read` or `write`."""
    help: str


@dataclass(frozen=True)
class Vocabulary:
    """What pickers and completion offer. Terms map to one explaining sentence."""

    verbs: tuple[Verb, ...]
    components: Mapping[str, str]
    mechanisms: Mapping[str, str]
    triggers: Mapping[str, str]
    contributing: Mapping[str, str]
    people: Mapping[str, str] = field(default_factory=dict)
    """Whom one can page: key, and name with what they do."""


class Listener(Protocol):
    """Called in the event loop that runs the session; must return at once."""

    def on_event(self, entry: Entry, event: Event) -> None: ...

    def on_logs(self, lines: Sequence[LogLine]) -> None:
        """A batch of untrusted lines, at most a few times a second."""
        ...

    def on_signals(self, sample: SignalSample) -> None: ...


class Session(Protocol):
    """One drill, as a front end sees it."""

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def run_folder(self) -> str:
        """Where the journal lies."""
        ...

    @property
    def views(self) -> Views:
        """The read tier, for whoever draws."""
        ...

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Hear everything from now on, after the events so far; the result ends it."""
        ...

    async def send(self, command: Command) -> None:
        """Carry out a command; its effects come back as events.

        Raises:
            CommandRefused: with one sentence for the person who asked.
        """
        ...

    def blast_radius(self, line: str) -> str | None:
        """What a write line would touch, in one sentence; None for a read, which needs no asking.

        Raises:
            CommandRefused: the line cannot be understood.
        """
        ...

    async def run(self) -> None:
        """Play the drill to its end; cancelling it aborts the drill and cleans up."""
        ...
