"""What stands out between two looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameday.advisors.findings import deviations, louder, restarted
from gameday.advisors.look import _change, grouped, time_spent
from gameday.advisors.signals import BY_NAME, SIGNALS
from sandbox.observe.logs import parse
from sandbox.observe.traces import Span, Trace
from sandbox.runtime.base import LogLine
from tests.advisors.looks import error, look, recorded

figures = st.dictionaries(
    st.sampled_from([signal.name for signal in SIGNALS]),
    st.dictionaries(st.sampled_from(["vision", "db", ""]), st.floats(0, 1e6), max_size=3),
    max_size=5,
)


def test_a_quiet_company_has_nothing_that_stands_out() -> None:
    """Two looks at the real company, a quarter of a minute apart, with nothing wrong."""
    assert deviations(recorded("baseline"), recorded("still-baseline")) == []


@given(figures)
def test_nothing_deviates_from_itself(values: dict[str, dict[str, float]]) -> None:
    """Whatever is read, the same reading again is no deviation."""
    assert deviations(look(values=values), look(values=values)) == []


@given(figures, figures)
def test_every_deviation_is_real(old: dict[str, dict[str, float]], new: dict[str, dict[str, float]]) -> None:
    """Each is at least as large as its signal asks, in the direction that is worse, and they are in order."""
    found = deviations(look(values=old), look(values=new))
    for each in found:
        assert abs(each.now - each.before) >= each.signal.least
        assert each.signal.worse in ("either", "up" if each.rose else "down")
    assert [each.weight for each in found] == sorted((each.weight for each in found), reverse=True)


@pytest.mark.parametrize(
    ("signal", "before", "now", "says"),
    [
        ("rate", 6.0, 18.44, "requests to vision rose from 6.0/s to 18.4/s"),
        ("errors", 0.0, 0.3, "errors of vision rose from 0% to 30%"),
        ("p90", 44.2, 9_811.6, "p90 of vision rose from 44 ms to 9812 ms"),
        ("p90", 9.81, 4_771.0, "p90 of vision rose from 9.8 ms to 4771 ms"),
        ("cache_hits", 0.95, 0.05, "the share found in the cache by vision fell from 95% to 5%"),
    ],
)
def test_a_deviation_reads_as_a_sentence(signal: str, before: float, now: float, says: str) -> None:
    """With its unit, before and now."""
    (found,) = deviations(look(values={signal: {"vision": before}}), look(values={signal: {"vision": now}}))
    assert found.says == says


@pytest.mark.parametrize(
    ("signal", "before", "now"),
    [("errors", 0.3, 0.0), ("cache_hits", 0.1, 0.9), ("p90", 10.0, 150.0), ("rate", 100.0, 120.0)],
)
def test_what_gets_better_or_hardly_changes_is_none(signal: str, before: float, now: float) -> None:
    """Fewer errors, more hits, a small change, a small ratio."""
    assert deviations(look(values={signal: {"x": before}}), look(values={signal: {"x": now}})) == []


def test_a_share_of_nothing_is_no_deviation() -> None:
    """A service that is not asked any more has no error rate that fell; that it isn't asked is one."""
    before = look(values={"cache_hits": {"vision": 0.9}, "rate": {"vision": 9.0}})
    assert [each.signal for each in deviations(before, look())] == [BY_NAME["rate"]]


def test_errors_that_were_there_before_are_not_louder() -> None:
    """Only what is new, or far more frequent, is reported."""
    before = look(logs=(error("db", "old", 2.0), error("db", "more", 1.0)))
    now = look(logs=(error("db", "old", 2.5), error("db", "more", 5.0), error("db", "new", 0.5)))
    assert [each.group.pattern for each in louder(before, now)] == ["more", "new"]


def test_restarts_are_seen() -> None:
    """A replica that was started anew, and one that is gone; not one that was added."""
    before = look(started={"vision-1": 10.0, "vision-2": 10.0, "db-1": 5.0})
    now = look(started={"vision-1": 99.0, "db-1": 5.0, "vision-3": 99.0})
    assert restarted(before, now) == ["vision-1", "vision-2"]


def test_lines_are_grouped_by_what_they_say() -> None:
    """Numbers, names in quotes and ids vary; a status doesn't."""
    texts = [
        '{"msg": "request", "level": "error", "route": "/caption", "status": 503}',
        '{"msg": "request", "level": "error", "route": "/caption", "status": 503}',
        '{"msg": "request", "level": "error", "route": "/caption", "status": 500}',
        "2026-01-01 ERROR order 17 of 'ada' failed",
        "2026-01-02 ERROR order 2918 of 'bo' failed",
        "2026-01-03 ERROR order 2918 of 'cy' failed",
    ]
    groups = grouped([parse(LogLine("vision", 1, 0.0, text)) for text in texts], window_s=10.0)
    assert [(group.pattern, round(group.per_s, 2)) for group in groups] == [
        ("…-…-… ERROR order … of … failed", 0.3),
        ("request /caption 503", 0.2),
        ("request /caption 500", 0.1),
    ]


def test_time_is_where_it_was_spent_and_not_where_it_was_waited_for() -> None:
    """A service that only waits for another has little of its own."""
    outer = Span("t", "1", None, "storefront", "GET /", 0.0, 1000.0, ok=True)
    inner = Span("t", "2", "1", "vision", "POST /caption", 0.1, 900.0, ok=True)
    spent = time_spent([Trace("t", (outer, inner))])
    assert [(each.service, each.share) for each in spent] == [("vision", 0.9), ("storefront", 0.1)]


def test_a_commit_that_imitates_git_is_passed_over() -> None:
    """What people write into the repository can't make a look fail."""
    good = "abcdef0123\x1fAda\x1f1750000000\x1fvision: \x1b[2Jnew model\n\nservices/vision.py\n"
    found = _change(good)
    assert found is not None
    assert (found.revision, found.subject, found.paths) == (
        "abcdef0",
        "vision: new model",
        ("services/vision.py",),
    )
    assert _change("pretending\n") is None
    assert _change("a\x1fb\x1fnever\x1fc\n") is None
