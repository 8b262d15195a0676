"""The read tier carried out: what is running, written, measured and traced, as text.

What was found is kept as data by `sandbox.observe`; here it is only put into lines.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sandbox.observe import services, topology, traces
from sandbox.observe.logs import Level, LogRecord, Query, search
from sandbox.observe.logs import follow as records
from sandbox.observe.metrics import Metrics, Series
from sandbox.observe.replicas import addresses, usage
from sandbox.operate.grammar import moment
from sandbox.operate.outcome import Outcome
from sandbox.runtime.base import Runtime
from sandbox.stack.model import Stack

_LINES = 40
_SERIES = 20
_AT_ONCE = 500
"""Lines that one look at what came since gives at most, the newest ones."""
_WAIT_S = 2.0
_LOOK_AGAIN_S = 0.4
_BLOCKS = "▁▂▃▄▅▆▇█"
_HIDDEN = ("seed", "customers", "bank")
_NAME_WIDTH = 60


class Lookout:
    """One sandbox, as it can be looked at."""

    def __init__(
        self,
        runtime: Runtime,
        stack: Stack,
        metrics: Metrics,
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._runtime = runtime
        self._stack = stack
        self._metrics = metrics
        self._clock = clock
        self._pause = pause

    def status(self) -> Outcome:
        now = self._clock()
        lines = [
            f"{each.name:<14} {each.state:<8} {each.address:<16}"
            + (f" up {now - each.started_at:.0f} s" if each.started_at and each.state != "exited" else "")
            for each in self._runtime.status()
            if each.service not in _HIDDEN
        ]
        return Outcome(0, "\n".join(lines))

    def alerts(self) -> Outcome:
        alerts = self._metrics.alerts()
        lines = [f"{each.state:<8} {each.severity:<7} {each.name}: {each.summary}" for each in alerts]
        return Outcome(0, "\n".join(lines) or "nothing fires")

    def top(self) -> Outcome:
        """Services, those with most errors first; below them what each replica takes."""
        rows = [["service", "up", "req/s", "errors", "p95 ms"]]
        for doing in services.top(self._metrics):
            figures = (_number(doing.rate), _share(doing.errors), _number(doing.p95_ms, 0))
            rows.append([doing.service, str(doing.replicas_up), *figures])
        replicas = self._runtime.status()
        below = [["replica", "cores", "MiB", "threads", "db conns", "in flight"]]
        for each in usage(self._metrics, addresses(self._runtime, replicas)):
            if each.cores is not None or each.memory_bytes is not None:
                memory = None if each.memory_bytes is None else each.memory_bytes / 2**20
                plain = (each.threads, each.connections, each.in_flight)
                below.append(
                    [
                        each.replica,
                        _number(each.cores, 2),
                        _number(memory, 0),
                        *(_number(n, 0) for n in plain),
                    ]
                )
        return Outcome(0, f"{_table(rows)}\n\n{_table(below)}")

    # --- logs ------------------------------------------------------------------------------------

    def logs(self, words: Sequence[str]) -> Outcome:
        found = search(self._runtime, _query(words, self._clock()), _LINES)
        return Outcome(0, "\n".join(line(each) for each in found) or "no such lines")

    def since(self, words: Sequence[str], after: float) -> tuple[list[str], float]:
        """Lines written after a time, and the time of the last; waits a little for the first."""
        query = replace(_query(words, self._clock()), since=after)
        deadline = time.monotonic() + _WAIT_S
        while True:
            found = [each for each in search(self._runtime, query, _AT_ONCE) if each.wall > after]
            if found:
                return [line(each) for each in found], found[-1].wall
            if time.monotonic() > deadline:
                return [], after
            self._pause(_LOOK_AGAIN_S)

    # --- metrics ---------------------------------------------------------------------------------

    def metrics(self, words: Sequence[str]) -> Outcome:
        promql, span, step = words
        if span:
            now = self._clock()
            return Outcome(0, _drawn(self._metrics.range(promql, now - float(span), now, float(step))))
        samples = self._metrics.query(promql)
        lines = [f"{sample.value:<12.6g} {_labels(sample.labels)}" for sample in samples[:_LINES]]
        return Outcome(0, "\n".join(lines) or "no series")

    def topology(self) -> Outcome:
        """Every part with whom it asks, and how that goes."""
        found = topology.live(self._metrics, self._stack, self._runtime.status())
        rows = [["from", "to", "req/s", "errors", "p95 ms", "up"]]
        up = {node.name: f"{node.healthy}/{node.replicas}" if node.owner else "" for node in found.nodes}
        for edge in found.edges:
            figures = (_number(edge.rate), _share(edge.errors), _number(edge.p95_ms, 0))
            rows.append([edge.source, edge.target, *figures, up[edge.target]])
        return Outcome(0, _table(rows, names=2))

    def traces(self, words: Sequence[str]) -> Outcome:
        which, since = words
        found = traces.collect(self._runtime, moment(since, self._clock()))
        if which in ("slowest", "failed"):
            chosen = traces.slowest(found) if which == "slowest" else traces.failed(found)
            lines = [
                f"{each.trace_id}  {each.ms:8.0f} ms  {'ok    ' if each.ok else 'FAILED'}"
                f"  {each.spans[0].name}  {' → '.join(each.services)}"
                for each in chosen
            ]
            return Outcome(0, "\n".join(lines) or "no such traces")
        trace = traces.by_id(found, which)
        if trace is None:
            return Outcome(
                1, f"no trace of the last {since} begins with {which}; `--since` looks further back"
            )
        return Outcome(0, traces.waterfall(trace))


def follow(runtime: Runtime, words: Sequence[str], stop: threading.Event) -> Iterator[str]:
    """A `logs` operation's lines as they are written, after the newest, until `stop` is set."""
    for record in records(runtime, _query(words, time.time()), _LINES, stop):
        yield line(record)


# --- lines ---------------------------------------------------------------------------------------


def line(record: LogRecord) -> str:
    """A record as a line: whose it is, and what was written."""
    return f"{record.service}-{record.replica} {record.raw}"


def _query(words: Sequence[str], now: float) -> Query:
    """What a `logs` operation looks for."""
    service, number, text, level, since, until = words
    return Query(
        service=service or None,
        replica=int(number) if number else None,
        since=moment(since, now) if since else 0.0,
        until=moment(until, now) if until else float("inf"),
        level=_level(level),
        text=text,
    )


def _level(text: str) -> Level:
    levels: dict[str, Level] = {"debug": "debug", "info": "info", "warn": "warn", "error": "error"}
    return levels[text]


def _number(value: float | None, digits: int = 1) -> str:
    return "–" if value is None or value != value else f"{value:.{digits}f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _labels(labels: object) -> str:
    pairs = dict(labels) if isinstance(labels, dict) else {}
    return "{" + ", ".join(f"{k}={v}" for k, v in sorted(pairs.items()) if k != "__name__") + "}"


def _table(rows: Sequence[Sequence[str]], names: int = 1) -> str:
    """Columns, the first ones to the left and figures to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < names else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def sparkline(values: Sequence[float | None]) -> str:
    """One character a point, a blank where there was none; the lowest is ▁ and the highest █."""
    known = [value for value in values if value is not None]
    if not known:
        return " " * len(values)
    low, span = min(known), max(known) - min(known)
    return "".join(
        " " if value is None else _BLOCKS[int((value - low) / span * (len(_BLOCKS) - 1)) if span else 0]
        for value in values
    )


def _drawn(found: Sequence[Series]) -> str:
    """A line a series: lowest, highest, last, its course, its labels."""
    if not found:
        return "no series"
    rows = [["min", "max", "last", "", ""]]
    for series in found[:_SERIES]:
        known = [value for value in series.values if value is not None]
        if known:
            figures = [f"{value:.5g}" for value in (min(known), max(known), known[-1])]
            rows.append([*figures, sparkline(series.values), _labels(series.labels)[:_NAME_WIDTH]])
    more = f"\n… {len(found) - _SERIES} more series" if len(found) > _SERIES else ""
    return _table(rows, names=0) + more
