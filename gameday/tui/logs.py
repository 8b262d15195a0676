"""The live log, held in a ring and filtered as it comes in, so that drawing costs only what is seen."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from gameday.text import one_line
from sandbox.runtime.base import LogLine

CAPACITY = 20_000
"""Lines that are kept: ten seconds of a very bad day."""
LONGEST = 4_000
"""Characters of a line that are kept; a broken service may write megabytes without a newline."""
LEVELS = ("debug", "info", "warn", "error")

_LEVEL = re.compile(r'"level"\s*:\s*"(\w+)"|\b(DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b')
_NAMES = {"warning": "warn", "critical": "error", "fatal": "error", "err": "error", "trace": "debug"}
_AGE = re.compile(r"(\d+(?:\.\d+)?)([smh])")
_CLOCK = re.compile(r"(\d\d?):([0-5]\d)(?::([0-5]\d))?")
_SAID_ELSEWHERE = frozenset({"ts", "time", "level", "service", "msg", "trace_id"})
_TRACE_SHOWN = 8
"""Characters of a trace id that tell it apart on a screen; the filter finds it whole."""

Row = tuple[str, int, float, str, str]
"""A `Record` as plain values. There are many thousands, and the garbage collector passes these over."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line as it came, untrusted, with the level that it seems to have."""

    service: str
    replica: int
    wall: float
    text: str
    level: str

    def message(self) -> str:
        """What the line says, safe to print; a JSON line as message and `key=value`."""
        fields = _fields(self.text)
        if fields is None:
            return one_line(self.text)
        rest = [f"{key}={value}" for key, value in fields.items() if key not in _SAID_ELSEWHERE]
        if trace := fields.get("trace_id"):
            rest.append(f"trace={str(trace)[:_TRACE_SHOWN]}")
        return one_line(" ".join((str(fields.get("msg", "")), *rest)))


def _fields(text: str) -> dict[str, object] | None:
    if not text.startswith("{"):
        return None
    try:
        fields = json.loads(text)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def record(line: LogLine) -> Row:
    """What `Record` takes."""
    text = line.text[:LONGEST]
    found = _LEVEL.search(text)
    level = (found[1] or found[2]).lower() if found else ""
    return line.service, line.replica, line.wall, text, _NAMES.get(level, level)


@dataclass(frozen=True)
class LogFilter:
    """What is looked for: services, a least level, and words that must all be there."""

    services: frozenset[str] = frozenset()
    level: str = ""
    words: tuple[str, ...] = ()
    since: float = 0.0
    """UNIX seconds; earlier lines are left out."""
    until: float = math.inf

    @classmethod
    def parse(cls, text: str, now: float = 0.0) -> LogFilter:
        """`service:vision level:warn since:5m timed out`, where a service or word may be repeated.

        Args:
            now: UNIX seconds that an age counts from.

        Raises:
            ValueError: a time that is none, with a sentence.
        """
        services, level, words, times = set(), "", [], {"since": 0.0, "until": math.inf}
        for token in text.split():
            key, _, value = token.partition(":")
            if key == "service" and value:
                services.add(value)
            elif key == "level" and value:
                level = _NAMES.get(value.lower(), value.lower())
            elif key in times and value:
                times[key] = moment(value, now)
            else:
                words.append(token.lower())
        return cls(frozenset(services), level, tuple(words), times["since"], times["until"])

    def __bool__(self) -> bool:
        return self != LogFilter()

    def matches(self, item: Row) -> bool:
        service, _, wall, text, level = item
        if self.services and service not in self.services:
            return False
        if self.level and _rank(level) < _rank(self.level):
            return False
        if not self.since <= wall <= self.until:
            return False
        if not self.words:
            return True
        text = text.lower()
        return all(word in text for word in self.words)


def moment(text: str, now: float) -> float:
    """UNIX seconds of an age (`90s`, `5m`) or of a time of today (`14:05`, `14:05:30`, UTC).

    Raises:
        ValueError: it is neither.
    """
    age = _AGE.fullmatch(text)
    if age:
        return now - float(age[1]) * {"s": 1, "m": 60, "h": 3600}[age[2]]
    clock = _CLOCK.fullmatch(text)
    if clock and int(clock[1]) < 24:
        return now - now % 86_400 + int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
    raise ValueError(f"{text!r} is no time: write an age such as 90s or 5m, or 14:05 (UTC)")


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else LEVELS.index("info")


class LogBuffer:
    """The newest lines of every service. Not a widget: it fills whether it is looked at or not."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._rows: list[Row] = []
        self.received = 0
        """Lines that ever came in."""

    def extend(self, lines: Sequence[LogLine]) -> None:
        self._rows.extend(map(record, lines))
        self.received += len(lines)
        trim(self._rows, self._capacity)

    def since(self, received: int) -> Sequence[Row]:
        """What came in after the first `received` lines, as far as it is still held."""
        new = min(self.received - received, len(self._rows))
        return self._rows[len(self._rows) - new :]


def trim(rows: list[Row], capacity: int) -> None:
    """Drop the oldest, in large steps, because a short list is moved for each."""
    if len(rows) > capacity + capacity // 4:
        del rows[: len(rows) - capacity]
