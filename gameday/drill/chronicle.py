"""Tells what happens: first to the journal, then to everybody who listens, and to those who come late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

from gameday.drill.session import Listener, SignalSample
from gameday.drill.tasks import in_loop
from gameday.errors import BadJournal, GamedayError
from gameday.journal import events as ev
from gameday.journal.reader import Recorded, parse
from gameday.journal.writer import Journal, line_of
from sandbox.runtime.base import LogLine

OnEvent = Callable[[ev.Entry, ev.Event], None]
OnFailure = Callable[[GamedayError], None]


class Chronicle:
    """One drill's events so far, and its listeners. Lives in one event loop; `say` may be called anywhere."""

    def __init__(self, journal: Journal, first: OnEvent) -> None:
        """`first` hears of each event before any listener does."""
        self._journal = journal
        self._first = first
        self._listeners: list[Listener] = []
        self._history: list[bytes] = []
        """Lines of a journal: as objects, an hour of events takes ten times as much memory."""
        self._on_failure: OnFailure = lambda _: None

    def remember(self, recorded: Iterable[Recorded], hear: OnEvent) -> None:
        """What another trainer wrote down; `hear` takes it in, and listeners get it with the rest."""
        for item in recorded:
            self._history.append(line_of(item.entry))
            hear(item.entry, item.event)

    def open(self, loop: asyncio.AbstractEventLoop, on_failure: OnFailure) -> None:
        """From now on what is said is heard, in this loop; a journal that can't be written is a failure."""

        def failed(failure: GamedayError) -> None:
            loop.call_soon_threadsafe(on_failure, failure)

        self._on_failure = failed
        self._journal.subscribe(lambda entry, event: in_loop(loop, self._spread, entry, event))

    def listen(self, listener: Listener) -> Callable[[], None]:
        for number, line in enumerate(self._history):
            item = parse(line, f"event {number}")
            listener.on_event(item.entry, item.event)
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def say(self, event: ev.Event, actor: ev.Actor = "conductor") -> None:
        """Write it down; it is spread once it is on disk."""
        try:
            self._journal.append(event, actor)
        except OSError as error:
            # A drill without a record is none: it ends with this sentence, whoever was speaking.
            self._on_failure(
                BadJournal(f"the journal {self._journal.path} cannot be written: {error.strerror}")
            )

    def on_lines(self, lines: Sequence[LogLine]) -> None:
        for listener in tuple(self._listeners):
            listener.on_logs(lines)

    def on_signals(self, sample: SignalSample) -> None:
        for listener in tuple(self._listeners):
            listener.on_signals(sample)

    def close(self) -> None:
        self._journal.close()

    def _spread(self, entry: ev.Entry, event: ev.Event) -> None:
        self._history.append(line_of(entry))
        self._first(entry, event)
        for listener in tuple(self._listeners):
            listener.on_event(entry, event)
