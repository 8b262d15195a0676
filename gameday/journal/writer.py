"""Writes the journal: one event, one line, on disk before anybody hears of it.

A crash therefore loses at most the line that was being written, and no listener ever acts on an
event that a replay would not show. Whoever writes holds the file's lock, which goes with the process, so
that it can be told whether a drill is still being played.
"""

from __future__ import annotations

import fcntl
import json
from collections import deque
from collections.abc import Callable
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import BinaryIO

from gameday.errors import BadJournal
from gameday.journal.clock import Clock
from gameday.journal.events import Actor, Entry, Event

EVENTS_FILE = "events.jsonl"
"""Name of the journal within a run folder."""

Listener = Callable[[Entry, Event], None]


def lock(file: BinaryIO) -> bool:
    """Take the lock of a journal that is open for writing; False if somebody else writes it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # A file system without locks: nobody can tell.
    return True


def line_of(entry: Entry) -> bytes:
    """An entry as it stands in the journal, without the end of its line.

    Raises:
        ValueError: it holds a number that JSON has no word for.
    """
    return json.dumps(entry.model_dump(by_alias=True), separators=(",", ":"), allow_nan=False).encode("ascii")


class Journal:
    """The journal of one drill, open for appending.

    Any thread may append. Listeners hear every event after its line is on disk, in the order of
    `seq`, one at a time; a listener may itself append. With several writers, an event may be
    delivered on the thread of another writer, so `append` can return before the listeners heard.
    An exception from a listener leaves through the `append` that was delivering.
    """

    def __init__(
        self, run_folder: Path, run_id: str, clock: Clock, *, continued: tuple[BinaryIO, int] | None = None
    ) -> None:
        """A new journal, or one that is `continued`: its locked file, at its end, and the next number.

        Raises:
            BadJournal: the run folder already has a journal, or it cannot be written.
        """
        self.path = run_folder / EVENTS_FILE
        self._run = run_id
        self._clock = clock
        self._lock = RLock()
        self._seq = 0
        self._listeners: tuple[Listener, ...] = ()
        self._undelivered: deque[tuple[Entry, Event]] = deque()
        self._delivering = False
        if continued is not None:
            self._file, self._seq = continued
            return
        try:
            run_folder.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("xb")
            lock(self._file)
        except FileExistsError as error:
            raise BadJournal(f"{self.path} exists already; a drill needs a run folder of its own") from error
        except OSError as error:
            raise BadJournal(f"{self.path} cannot be written: {error.strerror}") from error

    def append(self, event: Event, actor: Actor) -> Entry:
        """Write `event` as the next line, flush it, and tell the listeners.

        Raises:
            ValueError: the event holds a number that JSON has no word for, or the journal is
                closed; nothing was written.
        """
        with self._lock:
            entry = self._write(event, actor)
            self._undelivered.append((entry, event))
            if self._delivering:
                return entry
            self._delivering = True
        self._deliver()
        return entry

    def subscribe(self, callback: Listener) -> None:
        """Call `callback` with every event that is appended from now on."""
        with self._lock:
            self._listeners = (*self._listeners, callback)

    def close(self) -> None:
        """Close the file; closing twice is allowed."""
        with self._lock:
            self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, event: Event, actor: Actor) -> Entry:
        entry = Entry(
            schema=1,
            run=self._run,
            seq=self._seq,
            mono_ns=self._clock.mono_ns(),
            wall=self._clock.wall(),
            actor=actor,
            kind=event.kind,
            data=event.model_dump(mode="json"),
        )
        self._file.write(line_of(entry) + b"\n")
        self._file.flush()
        self._seq += 1
        return entry

    def _deliver(self) -> None:
        try:
            while True:
                with self._lock:
                    if not self._undelivered:
                        self._delivering = False
                        return
                    entry, event = self._undelivered.popleft()
                    listeners = self._listeners
                for listener in listeners:
                    listener(entry, event)
        except BaseException:
            with self._lock:
                self._delivering = False
            raise
