"""The room's parts that need no terminal: logs, signals, completion, words."""

from __future__ import annotations

import pytest

from gameday.drill.session import Signal, SignalSample
from gameday.tui.completion import History, complete, verb_of
from gameday.tui.fake import LUMEN
from gameday.tui.history import WINDOW_S, SignalHistory, column_at
from gameday.tui.logs import LONGEST, LogBuffer, LogFilter, Record, record
from gameday.tui.words import amount, bars, fit, percent, tall_bars
from sandbox.runtime.base import LogLine
from tests.tui.scenes import HOSTILE, HOSTILE_SAID


def line(text: str, service: str = "vision") -> LogLine:
    return LogLine(service, 1, 0.0, text)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ('{"level": "warning", "msg": "slow"}', "warn"),
        ("2025 ERROR it broke", "error"),
        ("FATAL: role does not exist", "error"),
        ("an erroneous word", ""),
    ],
)
def test_a_level_is_found_where_a_line_has_one(text: str, level: str) -> None:
    assert Record(*record(line(text))).level == level


def test_a_json_line_reads_as_message_and_fields() -> None:
    text = '{"ts": 1, "level": "info", "service": "vision", "msg": "request", "status": 503}'
    assert Record(*record(line(text))).message() == "request status=503"


@pytest.mark.parametrize("text", ["{broken", "[1, 2]", "{}x"])
def test_what_only_looks_like_json_is_shown_as_it_is(text: str) -> None:
    assert Record(*record(line(text))).message() == text


def test_a_hostile_line_is_shown_without_its_tricks() -> None:
    assert Record(*record(line(HOSTILE))).message() == HOSTILE_SAID


def test_an_endless_line_is_cut() -> None:
    assert len(Record(*record(line("x" * 100_000))).text) == LONGEST


def test_the_buffer_keeps_the_newest_lines() -> None:
    buffer = LogBuffer(capacity=100)
    for start in range(0, 1000, 50):
        buffer.extend([line(str(number)) for number in range(start, start + 50)])
    kept = [Record(*item).text for item in buffer.since(0)]
    assert buffer.received == 1000
    assert 100 <= len(kept) <= 125
    assert kept[-1] == "999"


def test_only_what_is_new_is_handed_out() -> None:
    buffer = LogBuffer()
    buffer.extend([line("a"), line("b")])
    assert [Record(*item).text for item in buffer.since(1)] == ["b"]
    assert not buffer.since(2)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", ["a timeout", "b fine", "c odd"]),
        ("timeout", ["a timeout"]),
        ("TIMEOUT", ["a timeout"]),
        ("service:edge", ["c odd"]),
        ("service:edge service:vision", ["a timeout", "b fine", "c odd"]),
        ("level:warn", ["a timeout"]),
        ("level:error", []),
        ("service:vision fine", ["b fine"]),
    ],
)
def test_filters(wanted: str, found: list[str]) -> None:
    """Services, a least level and words; all that is given must hold."""
    lines = [line("WARN a timeout"), line("INFO b fine"), line("INFO c odd", "edge")]
    looked_for = LogFilter.parse(wanted)
    matching = [item for item in map(record, lines) if looked_for.matches(item)]
    assert [Record(*item).text.split(" ", 1)[1] for item in matching] == found


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("sca", "scale"),
        ("ops sca", "ops scale"),
        ("scale vi", "scale vision"),
        ("config s", "config set"),
        ("config set st", "config set storefront"),
        ("scale vision", None),
        ("", None),
        ("!redis", None),
        ("nonsense vi", None),
    ],
)
def test_completion(typed: str, completed: str | None) -> None:
    assert complete(typed, LUMEN) == completed


def test_the_longest_verb_that_fits_is_the_one_explained() -> None:
    verb = verb_of("config set vision slots 3", LUMEN)
    assert verb is not None
    assert verb.usage.startswith("config set")
    assert verb_of("conf", LUMEN) is None


def test_history_goes_up_and_back_down_to_what_was_being_typed() -> None:
    history = History()
    history.add("status")
    history.add("top vision")
    assert history.older("dra") == "top vision"
    assert history.older("top vision") == "status"
    assert history.older("status") == "status"
    assert history.newer("status") == "top vision"
    assert history.newer("top vision") == "dra"
    assert history.newer("dra") == "dra"


def test_signals_older_than_the_window_are_forgotten() -> None:
    history = SignalHistory()
    for second in range(WINDOW_S + 20):
        history = history.add(SignalSample(float(second), (Signal("edge", "rate", "/s", 1.0),)))
    assert len(history.series["edge", "rate"].points) == WINDOW_S


def test_columns_are_means_and_a_gap_where_nothing_was_measured() -> None:
    """60 s a column: 0–59 holds 2 and 4, 60–119 nothing, 120–179 a None and a 6."""
    history = SignalHistory()
    for wall, value in ((10, 2.0), (20, 4.0), (130, None), (170, 6.0)):
        history = history.add(SignalSample(wall, (Signal("edge", "p95", "ms", value),)))
    assert history.series["edge", "p95"].columns(170, 3) == (3.0, None, 6.0)


def test_a_moment_outside_the_window_has_no_column() -> None:
    assert column_at(0, 500, 10) is None
    assert column_at(500, 500, 10) == 9


@pytest.mark.parametrize(("share", "said"), [(None, "—"), (1.0, "100%"), (0.999, "99%"), (0.0, "0%")])
def test_a_hundred_percent_means_everybody(share: float | None, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (None, "ms", "—"),
        (6100, "ms", "6.1 s"),
        (140.2, "ms", "140 ms"),
        (16.04, "/s", "16.0/s"),
        (97, "%", "97.0%"),
    ],
)
def test_amounts(value: float | None, unit: str, said: str) -> None:
    assert amount(value, unit) == said


def test_bars_leave_gaps_and_stay_in_range() -> None:
    assert bars([0, None, 0.5, 1, 9], 1.0) == "▁ ▅██"
    assert tall_bars([1.0, 0.0, None, 0.25], 1.0, 2) == ["█   ", "█▁ ▄"]
    assert fit("storefront", 5) == "stor…"
