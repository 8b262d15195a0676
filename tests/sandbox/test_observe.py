"""Reading logs and traces: what is made of the lines that services write."""

from __future__ import annotations

import json

import pytest

from sandbox.observe.logs import Query, parse
from sandbox.observe.traces import Trace, assemble, by_id, failed, slowest, spans, waterfall
from sandbox.runtime.base import LogLine


def line(text: str, service: str = "vision") -> LogLine:
    return LogLine(service, 1, 100.0, text)


def logged(**fields: object) -> LogLine:
    return line(json.dumps(fields))


def span(trace: str, number: int, parent: int | None, start: float, ms: float, *, ok: bool = True) -> str:
    body: dict[str, object] = {
        "trace_id": trace * 32,
        "span_id": f"{number:016x}",
        "parent_id": None if parent is None else f"{parent:016x}",
        "name": "GET /",
        "kind": "server",
        "start": start,
        "ms": ms,
        "ok": ok,
        "attributes": {},
    }
    return json.dumps({"span": body, "ts": start, "service": f"s{number}", "trace_id": trace * 32})


def test_a_json_line_is_taken_apart() -> None:
    """Level, message, trace and further fields are told apart."""
    record = parse(logged(ts=1.0, level="warn", service="vision", msg="slow", trace_id="ab", ms=12))
    assert (record.level, record.message, record.trace_id, record.fields) == (
        "warn",
        "slow",
        "ab",
        {"ms": 12},
    )


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("2026 postgres FATAL: too many connections", "error"),
        ("# WARNING overcommit", "warn"),
        ("ready", "info"),
        ("{torn", "info"),
        ("[1, 2]", "info"),
        ('{"status": 503, "path": "/upload"}', "error"),
        ('{"status": 200}', "info"),
        ('{"level": "loud"}', "info"),
    ],
)
def test_any_line_has_a_level(text: str, level: str) -> None:
    """What is not JSON, or is torn, is a record all the same."""
    assert parse(line(text)).level == level


def test_a_query_narrows() -> None:
    """By level, replica and text, whatever the case."""
    record = parse(logged(level="error", msg="Queue is FULL"))
    assert Query(level="warn", text="queue is full").matches(record)
    assert not Query(replica=2).matches(record)
    assert not Query(text="empty").matches(record)
    assert not Query(level="error").matches(parse(logged(level="info", msg="fine")))


def test_what_is_not_the_engineers_to_read_is_not_found() -> None:
    """The load generator and the bank keep their logs to themselves, and spans are not log lines."""
    assert not Query().matches(parse(line("hello", service="customers")))
    assert not Query().matches(parse(line("hello", service="bank")))
    assert not Query().matches(parse(line(span("a", 1, None, 0.0, 1.0))))


@pytest.fixture
def traces() -> list[Trace]:
    lines = [
        span("b", 1, None, 20.0, 50.0),
        span("a", 2, 1, 10.1, 700.0, ok=False),
        "noise",
        '{"span": {"torn": true}}',
        span("a", 1, None, 10.0, 1000.0),
        span("a", 3, 2, 10.2, 400.0),
    ]
    return assemble(spans(lines))


def test_spans_come_together_by_trace(traces: list[Trace]) -> None:
    """Whatever order services wrote them in; what isn't a span is passed over."""
    assert [trace.trace_id[0] for trace in traces] == ["a", "b"]
    first = traces[0]
    assert first.services == ("s1", "s2", "s3")
    assert [first.depth(each) for each in first.spans] == [0, 1, 2]
    assert first.ms == pytest.approx(1000.0)
    assert not first.ok


def test_the_slow_and_the_failed_are_found(traces: list[Trace]) -> None:
    """And one trace by the beginning of its id."""
    assert [trace.trace_id[0] for trace in slowest(traces, 1)] == ["a"]
    assert [trace.trace_id[0] for trace in failed(traces)] == ["a"]
    found = by_id(traces, "bbbb")
    assert found is not None
    assert found.start == 20.0
    assert by_id(traces, "c") is None


def test_a_waterfall_shows_who_waited_for_whom(traces: list[Trace]) -> None:
    """A line a span, deeper spans further in, failures marked with a sign and not by colour alone."""
    drawn = waterfall(traces[0]).splitlines()
    assert drawn[0].endswith("1000 ms  FAILED")
    assert drawn[1].startswith("s1 GET /")
    assert drawn[2].startswith("  s2 GET /")
    assert drawn[2].endswith("✗")
    assert drawn[3].startswith("    s3 GET /")
    assert drawn[1].count("━") == 40


def test_spans_that_name_each_other_as_parents_do_not_hang() -> None:
    """A hostile log can claim anything."""
    (trace,) = assemble(spans([span("a", 1, 2, 0.0, 1.0), span("a", 2, 1, 0.0, 1.0)]))
    assert [trace.depth(each) for each in trace.spans] == [1, 1]
