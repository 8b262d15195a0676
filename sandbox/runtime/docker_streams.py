"""Reads what a container engine streams: a command's two outputs, and the logs of many containers as one.

Functions over bytes and over sources that somebody else opens; no engine is spoken to here.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sandbox.runtime.base import LogLine
from sandbox.runtime.logtail import Source
from sandbox.runtime.outputs import Kept

_STDERR = 2
_LOOK_AROUND_S = 1.0
"""How often a follower looks for replicas that have come."""
_SETTLE_S = 0.15
"""A line waits this long, so that one that was written before it elsewhere can overtake it."""
_POLL_S = 0.05
_END_WITHIN_S = 2.0
_MOST_WAITING = 20_000
"""Lines that a slow reader may leave waiting; then the engine waits too, and memory stays bounded."""


class Readable(Protocol):
    def read(self, amount: int, /) -> bytes: ...


def split_outputs(stream: Readable) -> tuple[bytes, bytes]:
    """Standard output and standard error from an engine's multiplexed stream.

    Each frame is a header of eight bytes (which stream, three zeros, the length as four bytes, big-endian)
    and its content. Of a very long output the beginning is kept.
    """
    outputs = Kept(), Kept()
    while len(header := stream.read(8)) == 8:
        content = stream.read(int.from_bytes(header[4:], "big"))
        outputs[header[0] == _STDERR].add(content)
    return bytes(outputs[0]), bytes(outputs[1])


class EntryStream(Protocol):
    """A container's log as the engine sends it: entries that begin with a time stamp."""

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


Opener = Callable[[float, bool], EntryStream]
"""Opens a container's log from a time on (UNIX seconds), and follows it if told to."""

Look = Callable[[], Mapping[Source, Opener]]
"""Which containers there are now; asked again and again, because replicas come and go."""


@dataclass(frozen=True, order=True)
class Entry:
    """A log line with the engine's own stamp, which is exact enough to tell what was read before."""

    stamp: str
    line: LogLine


def entries(source: Source, chunks: EntryStream) -> Iterator[Entry]:
    """A container's log as lines; the engine cuts long lines in pieces, which are put together again."""
    stamp, text = "", b""
    for chunk in chunks:
        given, _, rest = chunk.partition(b" ")
        stamp, text = stamp or given.decode("ascii", "replace"), text + rest
        if not rest.endswith(b"\n") and len(rest) > 1:
            continue
        with contextlib.suppress(ValueError):
            wall = datetime.fromisoformat(stamp).timestamp()
            yield Entry(stamp, LogLine(*source, wall, text.decode("utf-8", "replace").rstrip("\r\n")))
        stamp, text = "", b""


class Merger:
    """Many containers' logs in order of time: first what is there, then, if wanted, what comes."""

    def __init__(self, look: Look, since: float, stop: threading.Event) -> None:
        self._look = look
        self._since = since
        self._stop = stop
        self._read_until: dict[Source, str] = {}

    def lines(self, *, follow: bool) -> Iterator[LogLine]:
        yield from self._history()
        if follow:
            yield from self._news()

    def _history(self) -> Iterator[LogLine]:
        with contextlib.ExitStack() as opened:
            streams = []
            for source, opener in self._look().items():
                stream = opened.enter_context(contextlib.closing(opener(self._since, False)))
                streams.append(sorted(entries(source, stream), key=lambda entry: entry.stamp))
            for entry in heapq.merge(*streams, key=lambda entry: entry.stamp):
                if self._stop.is_set():
                    return
                self._read_until[entry.line.service, entry.line.replica] = entry.stamp
                yield entry.line

    def _news(self) -> Iterator[LogLine]:
        came: queue.Queue[Entry] = queue.Queue(_MOST_WAITING)
        followers: dict[Source, _Follower] = {}
        waiting: list[tuple[str, int, float, LogLine]] = []
        order = itertools.count()
        look_again = 0.0
        try:
            while not self._stop.is_set():
                now = time.monotonic()
                if now >= look_again:
                    look_again = now + _LOOK_AROUND_S
                    found = self._look()
                    if not found:
                        yield from (heapq.heappop(waiting)[3] for _ in range(len(waiting)))
                        return
                    self._attend(found, followers, came)
                with contextlib.suppress(queue.Empty):
                    entry = came.get(timeout=_POLL_S)
                    while True:
                        heapq.heappush(waiting, (entry.stamp, next(order), now, entry.line))
                        entry = came.get_nowait()
                while waiting and waiting[0][2] + _SETTLE_S <= time.monotonic():
                    yield heapq.heappop(waiting)[3]
        finally:
            for follower in followers.values():
                follower.close()

    def _attend(
        self, found: Mapping[Source, Opener], followers: dict[Source, _Follower], came: queue.Queue[Entry]
    ) -> None:
        """One follower for each container; a new one where a container was started again."""
        for source in [source for source, follower in followers.items() if follower.ended]:
            followers.pop(source).close()
        for source, opener in found.items():
            if source not in followers:
                followers[source] = _Follower(source, opener, self._since, self._read_until, came)


class _Follower:
    """A thread that reads one container's log as it grows."""

    def __init__(
        self,
        source: Source,
        opener: Opener,
        since: float,
        read_until: dict[Source, str],
        came: queue.Queue[Entry],
    ) -> None:
        self._source = source
        self._read_until = read_until
        self._came = came
        self._closing = threading.Event()
        last = read_until.get(source)
        self._stream = opener(datetime.fromisoformat(last).timestamp() - 0.001 if last else since, True)
        self._thread = threading.Thread(target=self._read, name=f"log {source[0]}-{source[1]}", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        return not self._thread.is_alive()

    def _read(self) -> None:
        last = self._read_until.get(self._source, "")
        for entry in entries(self._source, self._stream):
            if entry.stamp <= last:
                continue
            last = self._read_until[self._source] = entry.stamp
            while not self._closing.is_set():
                with contextlib.suppress(queue.Full):
                    self._came.put(entry, timeout=_POLL_S)
                    break
            else:
                return

    def close(self) -> None:
        self._closing.set()
        self._stream.close()
        self._thread.join(_END_WITHIN_S)
