"""Reads many growing log files as one stream."""

from __future__ import annotations

import heapq
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sandbox.runtime.base import LogLine

_POLL_S = 0.1
_LONGEST = 65_536
"""A line longer than this (bytes) is cut in pieces, so that a broken writer can't fill the memory."""

Source = tuple[str, int]


def stamp_of(text: str, otherwise: float) -> float:
    """The `ts` of a JSON log line (UNIX seconds), or what the caller knows."""
    if not text.startswith("{"):
        return otherwise
    try:
        given = json.loads(text).get("ts")
    except ValueError:
        return otherwise
    try:
        return float(given)
    except (TypeError, ValueError):
        return otherwise


class _File:
    """One file, read as it grows, whole lines only."""

    def __init__(self, source: Source, path: Path) -> None:
        self.source = source
        self.path = path
        self.offset = 0
        self.rest = b""
        self.last = 0.0

    def more(self, now: float) -> list[LogLine]:
        try:
            with self.path.open("rb") as handle:
                handle.seek(self.offset)
                data = handle.read()
        except FileNotFoundError:
            return []
        self.offset += len(data)
        *whole, self.rest = (self.rest + data).split(b"\n")
        if len(self.rest) > _LONGEST:
            whole, self.rest = [*whole, self.rest], b""
        lines = []
        for raw in whole:
            text = raw.decode("utf-8", "replace").rstrip("\r")
            self.last = stamp_of(text, max(self.last, now))
            lines.append(LogLine(*self.source, wall=self.last, text=text))
        return lines


def tail(
    sources: Callable[[], Mapping[Source, Path]],
    *,
    since: float,
    follow: bool,
    stop: threading.Event | None,
) -> Iterator[LogLine]:
    """Lines of all sources in order of time, as far as they are there; then, with `follow`, as they come.

    Args:
        sources: looked at again and again, because replicas come and go.
        since: UNIX seconds; older lines are left out.
        stop: set it to end a follower.
    """
    stop = stop or threading.Event()
    files: dict[Path, _File] = {}
    first = True
    while True:
        found = sources()
        for source, path in found.items():
            files.setdefault(path, _File(source, path))
        now = 0.0 if first else time.time()
        batches = [each.more(now) for each in files.values()]
        for line in heapq.merge(*batches, key=lambda line: line.wall):
            if line.wall >= since:
                yield line
        first = False
        if not follow or (not found and files):
            return
        if stop.wait(_POLL_S):
            return
