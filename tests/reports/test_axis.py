"""A drill on one axis."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.journal.series import Curve, SeriesKept
from gameday.reports.axis import Axis, at_columns, axis_of
from gameday.reports.case import Case, case_of
from gameday.reports.curve import bounds, means
from tests.builders import ONSET, DrillBuilder, hint_rejected, stood_down

KEPT = SeriesKept(
    begin=ONSET - 2, step_s=1.0, told_apart=(Curve(promql="cache_hit_ratio", values=(0.9, 0.9, None, 0.1)),)
)


def case(builder: DrillBuilder | None = None) -> Case:
    return case_of(Path("run-1"), (builder or hint_rejected()).recorded(), KEPT)


@pytest.fixture
def axis() -> Axis:
    return axis_of(case())


def test_it_goes_from_a_minute_before_the_onset_to_the_end(axis: Axis) -> None:
    assert axis.begin_s == -60
    assert axis.end_s == 250
    assert axis.column(-60, 100) == 0
    assert axis.column(250, 100) == 99
    assert axis.column(0, 310) == 60


def test_every_moment_has_its_lane(axis: Axis) -> None:
    """Only lanes in which something happened are drawn, the world first."""
    assert axis.lanes == ("world", "alerts", "actions", "beliefs", "hints")
    lanes = {moment.row.event.kind: moment.lane for moment in axis.moments}
    assert lanes["operated"] == "actions"
    assert lanes["believed"] == "beliefs"
    assert lanes["hint_shown"] == "hints"
    assert lanes["mitigated"] == "world"
    assert lanes["drill_ended"] == ""


def test_where_moments_fall_together_the_first_is_drawn(axis: Axis) -> None:
    held = [moment for moment in at_columns(axis, "alerts", 1) if moment is not None]
    assert [moment.row.event.kind for moment in held] == ["alert_fired"]
    wide = [moment for moment in at_columns(axis, "alerts", 3_100) if moment is not None]
    assert [moment.row.at_s for moment in wide] == [25.0, 205.0]


def test_the_curve_is_what_customers_got(axis: Axis) -> None:
    """All of them before it fails, less than half after, all of them once it is mended."""
    shares = axis.shares(310)
    assert shares[30] == 1.0
    failing = shares[60 + 100]
    assert failing is not None
    assert failing < 0.6
    assert shares[60 + 190] == 1.0


def test_the_scale_has_round_times(axis: Axis) -> None:
    assert axis.ticks()[:3] == (-60, 0, 60)


def test_a_drill_that_was_given_up_has_an_axis_too() -> None:
    assert axis_of(case(stood_down())).end_s == 100


def test_a_kept_curve_counts_from_the_onset() -> None:
    """Gaps are left out; an expression that was not kept is empty."""
    assert case().curve("cache_hit_ratio") == ((-2.0, 0.9), (-1.0, 0.9), (1.0, 0.1))
    assert case().curve("up") == ()


def test_a_curve_is_drawn_from_means_between_zero_and_its_top() -> None:
    values = means(((-2.0, 1.0), (-1.0, 3.0), (1.0, 4.0)), -2, 4, 3)
    assert values == (2.0, 4.0, None)
    assert bounds(values) == (0.0, 4.0)
    assert bounds((-2.0, 1.0)) == (-2.0, 1.0)
    assert bounds((0.0, 0.0)) == (0.0, 1.0)
    assert bounds(()) == (0.0, 1.0)
