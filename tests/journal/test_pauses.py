"""The drill's clock and the world's."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gameday.drill.projection import project
from gameday.journal import Recorded
from gameday.journal.events import DrillPaused, DrillResumed, Event, SliMeasured
from gameday.journal.pauses import Pauses, by_the_drills_clock, pauses_of
from scoring.scorecard import score
from tests.builders import START, DrillBuilder, hint_rejected, second_of_sli

PAUSE_AT_S = 130.5
PAUSED_S = 97.0


def pauses(*spans: tuple[float, float]) -> Pauses:
    made = Pauses()
    for since, until in spans:
        made.begin(since)
        made.end(until)
    return made


def test_the_drills_clock_stands_still_for_whole_seconds() -> None:
    """From 100 to 131, as the pause began within second 100 and ended within second 130."""
    made = pauses((100.4, 130.2))
    assert [made.drill_time(at) for at in (99.5, 100.0, 100.4, 115.0, 131.0, 132.5)] == [
        99.5, 100.0, 100.0, 100.0, 100.0, 101.5,
    ]  # fmt: skip
    assert [made.drill_second(at) for at in (99, 100, 130, 131)] == [99, None, None, 100]
    assert [made.world_time(at) for at in (99.5, 101.5)] == [99.5, 132.5]


def test_while_it_is_paused_no_second_counts() -> None:
    """Those before it still do."""
    made = Pauses()
    made.begin(100.4)
    assert made.paused
    assert (made.drill_time(500.0), made.drill_second(99), made.drill_second(101)) == (100.0, 99, None)


SPANS = st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50)), max_size=4)


@settings(deadline=None)
@given(SPANS, st.lists(st.floats(0, 500), min_size=2, max_size=20))
def test_the_drills_clock_never_goes_back(gaps: list[tuple[float, float]], times: list[float]) -> None:
    """However many pauses there are, and its whole seconds follow each other without a hole."""
    made, at = Pauses(), 10.0
    for gap, lasts in gaps:
        at += gap
        made.begin(at)
        at += lasts
        made.end(at)
    shown = [made.drill_time(each) for each in sorted(times)]
    assert shown == sorted(shown)
    seconds = [second for each in range(600) if (second := made.drill_second(each)) is not None]
    assert seconds == list(range(len(seconds)))
    for second in seconds:
        assert made.drill_second(math.floor(made.world_time(float(second)))) == second


def paused(drill: DrillBuilder) -> list[Recorded]:
    """The drill with a pause in it, in which customers were let down all the time."""
    since = START + PAUSE_AT_S
    said: list[tuple[float, Recorded]] = []
    for item in drill.recorded():
        later = item.entry.wall > since
        wall = item.entry.wall + (PAUSED_S if later else 0.0)
        event: Event = item.event
        if isinstance(event, SliMeasured) and event.second + 1 > since:
            event = event.model_copy(update={"second": event.second + round(PAUSED_S)})
            wall = max(wall, float(event.second + 1))
        elif getattr(event, "since", 0.0) > since:
            event = event.model_copy(update={"since": getattr(event, "since") + PAUSED_S})  # noqa: B009
        said.append((wall, Recorded(item.entry.model_copy(update={"wall": wall}), event)))
    like = said[0][1].entry
    first = math.floor(since)
    extra: list[tuple[float, Event]] = [(since, DrillPaused()), (since + PAUSED_S - 0.5, DrillResumed())]
    extra += [(at + 1.0, second_of_sli(at, good=0.0)) for at in range(first, first + round(PAUSED_S))]
    said += [
        (wall, Recorded(like.model_copy(update={"wall": wall, "kind": event.kind}), event))
        for wall, event in extra
    ]
    return [item for _, item in sorted(said, key=lambda each: each[0])]


def test_a_pause_costs_the_engineer_nothing() -> None:
    """The same drill with a pause of a minute and a half has the same scorecard, but for its rounding."""
    plain, with_pause = score(project(hint_rejected().recorded())), score(project(paused(hint_rejected())))
    for name in ("time_to_acknowledge_s", "time_to_hypothesis_s", "time_to_mitigate_s"):
        assert getattr(with_pause, name) == pytest.approx(getattr(plain, name), abs=2.0)
    assert with_pause.customer_minutes_lost == pytest.approx(plain.customer_minutes_lost, rel=0.02)
    assert (with_pause.mitigated, with_pause.diagnosis) == (plain.mitigated, plain.diagnosis)
    assert dataclasses.replace(with_pause.calibration) == plain.calibration


def test_a_pause_without_an_end_lasts_to_the_drills() -> None:
    """As when a paused drill is aborted."""
    drill = DrillBuilder().add(10, "facilitator", DrillPaused()).sli(20, 30)
    assert pauses_of(drill.recorded()).paused
    assert [item.event for item in by_the_drills_clock(drill.recorded())] == [DrillPaused()]


def test_without_a_pause_nothing_is_changed() -> None:
    """An old drill scores as it did."""
    recorded = hint_rejected().recorded()
    assert by_the_drills_clock(recorded) == recorded
