"""The company's logs as records: searched by service, time, level and text."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from sandbox.runtime.base import LogLine, Runtime

Level = Literal["debug", "info", "warn", "error"]
LEVELS: tuple[Level, ...] = ("debug", "info", "warn", "error")

UNSEEN = frozenset({"customers", "seed", "bastion", "bank"})
"""Parts whose logs are not the engineer's to read."""


@dataclass(frozen=True)
class LogRecord:
    """One line; every text in it is untrusted."""

    service: str
    replica: int
    wall: float
    """UNIX seconds."""
    level: Level
    message: str
    trace_id: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    """What else a JSON line held."""
    raw: str = ""


_OWN = frozenset({"ts", "level", "service", "msg", "trace_id"})


def parse(line: LogLine) -> LogRecord:
    """A line as a record; one that is not JSON has its text as message, and level info."""
    document: Any = None
    if line.text.startswith("{"):
        try:
            document = json.loads(line.text)
        except ValueError:
            document = None
    if not isinstance(document, dict):
        return LogRecord(line.service, line.replica, line.wall, _guess(line.text), line.text, raw=line.text)
    level = str(document.get("level", _by_status(document)))
    return LogRecord(
        service=line.service,
        replica=line.replica,
        wall=line.wall,
        level=level if level in LEVELS else "info",
        message=str(document.get("msg", "")),
        trace_id=str(document.get("trace_id", "")),
        fields={key: value for key, value in document.items() if key not in _OWN},
        raw=line.text,
    )


def _by_status(document: dict[str, Any]) -> Level:
    """An access log has no level of its own; a server's error is one."""
    status = document.get("status")
    return "error" if isinstance(status, int) and status >= 500 else "info"


def _guess(text: str) -> Level:
    for word, level in (("FATAL", "error"), ("PANIC", "error"), ("ERROR", "error"), ("WARNING", "warn")):
        if word in text:
            return cast(Level, level)
    return "info"


@dataclass(frozen=True)
class Query:
    """What is looked for; every part narrows it."""

    service: str | None = None
    replica: int | None = None
    since: float = 0.0
    """UNIX seconds."""
    until: float = float("inf")
    """UNIX seconds."""
    level: Level = "debug"
    """The least level."""
    text: str = ""
    """Must be in the line as it was written, whatever the case."""

    def matches(self, record: LogRecord) -> bool:
        if record.service in UNSEEN or "span" in record.fields:
            return False
        if record.wall > self.until:
            return False
        if self.replica is not None and record.replica != self.replica:
            return False
        if LEVELS.index(record.level) < LEVELS.index(self.level):
            return False
        return self.text.lower() in record.raw.lower()


def search(runtime: Runtime, query: Query, newest: int = 40) -> list[LogRecord]:
    """The newest records that match, oldest first."""
    return list(deque(_matching(runtime, query), maxlen=newest))


def follow(runtime: Runtime, query: Query, newest: int, stop: threading.Event) -> Iterator[LogRecord]:
    """The newest records that match, and then those to come, until `stop` is set or the sandbox is gone."""
    before = search(runtime, query, newest)
    yield from before
    last = before[-1].wall if before else query.since or time.time()
    told = {(each.service, each.replica, each.raw) for each in before if each.wall == last}
    for record in _matching(runtime, replace(query, since=last), stop):
        if record.wall > last or (record.service, record.replica, record.raw) not in told:
            yield record


def _matching(runtime: Runtime, query: Query, stop: threading.Event | None = None) -> Iterator[LogRecord]:
    """Those that are there; with `stop`, also those to come."""
    for line in runtime.logs(query.service, since=query.since, follow=stop is not None, stop=stop):
        record = parse(line)
        if query.matches(record):
            yield record
