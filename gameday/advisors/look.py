"""Takes a snapshot of a running company by the means that everybody on call has, and nothing else.

Only `sandbox.observe`, the company's log of changes and the list of what runs are asked: no pack, no fault,
no truth, and nothing that writes.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gameday.advisors.signals import SIGNALS
from gameday.advisors.snapshot import Changed, Firing, LogGroup, Snapshot, TimeSpent
from gameday.text import one_line
from sandbox.observe import traces
from sandbox.observe.logs import LogRecord, Query, search
from sandbox.observe.metrics import Metrics
from sandbox.observe.traces import Trace
from sandbox.runtime.base import Runtime
from sandbox.world import repo

WINDOW_S = 30.0
_LINES = 4_000
_GROUPS = 12
_CHANGES = 12
_SLOWEST = 20
_VARIES = re.compile(r"\b[0-9a-f]{8,}\b|\d+(?:\.\d+)*|'[^']*'|\"[^\"]*\"")
_PATTERN_KEPT = 160


@dataclass(frozen=True)
class Reader:
    """The read tier of one sandbox, as an advisor has it. Blocks; safe to use from a thread."""

    runtime: Runtime
    metrics: Metrics
    now: Callable[[], float] = time.time

    def look(self) -> Snapshot:
        """Read everything once.

        Raises:
            SandboxError: something of it does not answer.
        """
        now = self.now()
        since = now - WINDOW_S
        seen = traces.collect(self.runtime, since)
        return Snapshot(
            at=now,
            values={signal.name: self._values(signal.promql, signal.by) for signal in SIGNALS},
            logs=grouped(search(self.runtime, Query(since=since, level="warn"), _LINES), WINDOW_S),
            changes=self._changes(),
            slow=time_spent(traces.slowest(seen, _SLOWEST)),
            alerts=tuple(
                Firing(name=each.name, severity=each.severity, service=each.service, summary=each.summary)
                for each in self.metrics.alerts()
                if each.state == "firing"
            ),
            started={
                each.name: each.started_at
                for each in self.runtime.status()
                if each.started_at is not None and each.state != "exited"
            },
            calls=calls(seen),
        )

    def _values(self, promql: str, by: str) -> dict[str, float]:
        samples = self.metrics.query(promql)
        return {
            sample.labels.get(by, ""): round(sample.value, 6)
            for sample in samples
            if sample.value == sample.value and abs(sample.value) != float("inf")
        }

    def _changes(self) -> tuple[Changed, ...]:
        words = [
            "log",
            f"--max-count={_CHANGES}",
            "--format=%x1e%H%x1f%an%x1f%ct%x1f%s",
            "--name-only",
            "main",
        ]
        entries = repo.git(self.runtime, words).stdout.split("\x1e")[1:]
        return tuple(change for change in map(_change, entries) if change is not None)


def _change(entry: str) -> Changed | None:
    """A commit as git printed it; None for one whose texts imitate git's own separators."""
    head, *paths = entry.split("\n")
    try:
        change = repo.parse_change(head)
    except ValueError:
        return None
    return Changed(
        revision=change.revision[:7],
        author=one_line(change.author),
        at=change.at,
        subject=one_line(change.subject),
        paths=tuple(path for path in paths if path),
    )


def grouped(records: Sequence[LogRecord], window_s: float) -> tuple[LogGroup, ...]:
    """Lines that differ only in what varies, the most frequent group first."""
    counts: Counter[tuple[str, str, str]] = Counter()
    samples: dict[tuple[str, str, str], str] = {}
    for record in records:
        key = record.service, record.level, _pattern(record)
        counts[key] += 1
        samples.setdefault(key, record.raw)
    return tuple(
        LogGroup(
            service=key[0], level=key[1], pattern=key[2], sample=samples[key][:400], per_s=count / window_s
        )
        for key, count in counts.most_common(_GROUPS)
    )


def _pattern(record: LogRecord) -> str:
    """What a record says, without what varies; a line about a request keeps its status."""
    said = (record.fields.get(key) for key in ("method", "route", "path", "error"))
    words = _VARIES.sub("…", " ".join(str(word) for word in (record.message, *said) if word))
    status = record.fields.get("status")
    return f"{words[:_PATTERN_KEPT]} {status}" if status else words[:_PATTERN_KEPT]


def time_spent(slowest: Iterable[Trace]) -> tuple[TimeSpent, ...]:
    """Each service's own share of the time of some traces, the largest first."""
    own: Counter[str] = Counter()
    example: dict[str, tuple[float, str]] = {}
    for trace in slowest:
        below: Counter[str] = Counter()
        for span in trace.spans:
            if span.parent_id:
                below[span.parent_id] += round(span.ms)
        for span in trace.spans:
            spent = max(0, round(span.ms) - below[span.span_id])
            own[span.service] += spent
            example[span.service] = max(example.get(span.service, (-1.0, "")), (spent, trace.trace_id))
    total = sum(own.values())
    return tuple(
        TimeSpent(service=service, share=round(spent / total, 3), example=example[service][1])
        for service, spent in own.most_common()
        if total
    )


def calls(seen: Iterable[Trace]) -> dict[str, tuple[str, ...]]:
    """Who asks whom, as the traces show it."""
    found: dict[str, set[str]] = {}
    for trace in seen:
        service = {span.span_id: span.service for span in trace.spans}
        for span in trace.spans:
            above = service.get(span.parent_id or "")
            if above is not None and above != span.service:
                found.setdefault(above, set()).add(span.service)
    return {name: tuple(sorted(asked)) for name, asked in sorted(found.items())}
