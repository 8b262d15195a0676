"""The traces that the services leave in their logs: by id, the slowest, the failed, as a waterfall."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.runtime.base import Runtime

SPAN = '{"span"'
"""How a line of a log begins that is a part of a trace, and not a message."""
_BAR = 40


@dataclass(frozen=True)
class Span:
    """One step of a request in one service."""

    trace_id: str
    span_id: str
    parent_id: str | None
    service: str
    name: str
    start: float
    """UNIX seconds."""
    ms: float
    ok: bool


@dataclass(frozen=True)
class Trace:
    """One request's way through the company, as far as its spans were kept."""

    trace_id: str
    spans: tuple[Span, ...]
    """In order of their start."""

    @property
    def start(self) -> float:
        return self.spans[0].start

    @property
    def ms(self) -> float:
        """From the first start to the last end."""
        return max((span.start - self.start) * 1e3 + span.ms for span in self.spans)

    @property
    def ok(self) -> bool:
        return all(span.ok for span in self.spans)

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(span.service for span in self.spans))

    def depth(self, span: Span) -> int:
        """How many of the trace's spans are above this one."""
        above = {each.span_id: each for each in self.spans}
        depth, seen = 0, {span.span_id}
        while span.parent_id in above and span.parent_id not in seen:
            span = above[span.parent_id]
            seen.add(span.span_id)
            depth += 1
        return depth


def spans(lines: Iterable[str]) -> Iterator[Span]:
    """The spans among the lines of a log; anything else, and what is torn, is passed over."""
    for text in lines:
        if not text.startswith(SPAN):
            continue
        try:
            document = json.loads(text)
            span = document["span"]
            yield Span(
                trace_id=str(span["trace_id"]),
                span_id=str(span["span_id"]),
                parent_id=span["parent_id"] and str(span["parent_id"]),
                service=str(document["service"]),
                name=str(span["name"]),
                start=float(span["start"]),
                ms=float(span["ms"]),
                ok=bool(span["ok"]),
            )
        except (ValueError, KeyError, TypeError):
            continue


def assemble(found: Iterable[Span]) -> list[Trace]:
    """Spans put together by trace, the newest trace last."""
    grouped: dict[str, list[Span]] = {}
    for span in found:
        grouped.setdefault(span.trace_id, []).append(span)
    traces = [
        Trace(trace_id, tuple(sorted(members, key=lambda span: span.start)))
        for trace_id, members in grouped.items()
    ]
    return sorted(traces, key=lambda trace: trace.start)


def collect(runtime: Runtime, since: float = 0.0) -> list[Trace]:
    """Every trace whose spans were written since then (UNIX seconds)."""
    return assemble(spans(line.text for line in runtime.logs(since=since)))


def slowest(traces: Iterable[Trace], most: int = 10) -> list[Trace]:
    return sorted(traces, key=lambda trace: trace.ms, reverse=True)[:most]


def failed(traces: Iterable[Trace], most: int = 10) -> list[Trace]:
    """The newest traces in which something went wrong."""
    return [trace for trace in traces if not trace.ok][-most:]


def by_id(traces: Iterable[Trace], beginning: str) -> Trace | None:
    """The trace whose id begins so."""
    return next((trace for trace in traces if trace.trace_id.startswith(beginning)), None)


def waterfall(trace: Trace) -> str:
    """The trace drawn as text: a line a span, indented, with its share of the time as a bar."""
    lines = [f"trace {trace.trace_id}  {trace.ms:.0f} ms  {'ok' if trace.ok else 'FAILED'}"]
    whole = max(trace.ms, 0.001)
    for span in trace.spans:
        offset = round((span.start - trace.start) * 1e3 / whole * _BAR)
        length = max(1, round(span.ms / whole * _BAR))
        bar = " " * min(offset, _BAR - 1) + "━" * min(length, _BAR - min(offset, _BAR - 1))
        name = f"{'  ' * trace.depth(span)}{span.service} {span.name}"
        lines.append(f"{name:<38.38} {bar:<{_BAR}} {span.ms:8.1f} ms{'' if span.ok else '  ✗'}")
    return "\n".join(lines)
