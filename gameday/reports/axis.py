"""Everything of a drill on one axis of time: what customers got, and who did what beneath it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gameday.journal.events import (
    Acknowledged,
    AlertFired,
    AlertResolved,
    Believed,
    CheckpointMissed,
    DiagnosisSubmitted,
    Event,
    FaultInjected,
    HintDisposed,
    HintShown,
    MessagePosted,
    Mitigated,
    Noted,
    Operated,
    Paged,
    PersonAnswered,
    PersonPaged,
    Relapsed,
    SloViolated,
    StoodDown,
)
from gameday.reports.case import Case
from gameday.reports.sparkline import LEAD_S
from gameday.reports.story import Row, story
from scoring.sli import Tally, in_order, window

LANES: dict[str, tuple[type[Event], ...]] = {
    "world": (FaultInjected, SloViolated, Mitigated, Relapsed),
    "alerts": (AlertFired, AlertResolved, Paged),
    "actions": (Acknowledged, Operated, PersonPaged, StoodDown),
    "beliefs": (Believed, CheckpointMissed, DiagnosisSubmitted, Noted),
    "hints": (HintShown, HintDisposed),
    "people": (MessagePosted, PersonAnswered),
}
"""What stands in which line under the curve, the most telling first."""


@dataclass(frozen=True)
class Moment:
    """One row of the story with the lane that it stands in; empty for what only the list tells."""

    row: Row
    lane: str


@dataclass(frozen=True)
class Axis:
    """A drill from a minute before the onset, or where its figures begin, to its end.

    Times are seconds since the onset.
    """

    case: Case
    begin_s: float
    end_s: float
    moments: tuple[Moment, ...]

    @property
    def lanes(self) -> tuple[str, ...]:
        """Those in which anything happened."""
        held = {moment.lane for moment in self.moments}
        return tuple(lane for lane in LANES if lane in held)

    def column(self, at_s: float, width: int) -> int:
        """Where a moment stands on an axis of `width` columns."""
        share = (at_s - self.begin_s) / (self.end_s - self.begin_s)
        return max(0, min(width - 1, int(share * width)))

    def shares(self, width: int) -> tuple[float | None, ...]:
        """The share of the expected requests that were good, for each of `width` columns; None unmeasured."""
        timeline = self.case.timeline
        seconds = in_order(timeline.sli)
        first = int(timeline.onset + self.begin_s)
        length = max(1, int(self.end_s - self.begin_s))
        shares: list[float | None] = []
        for at in range(width):
            start = first + at * length // width
            until = max(start + 1, first + (at + 1) * length // width)
            held = window(seconds, start, until - start)
            if all(second is None for second in held):
                shares.append(None)
                continue
            tally = Tally(timeline.baseline, held)
            count = sum(tally.count.values())
            shares.append(sum(tally.good.values()) / count if count else 0.0)
        return tuple(shares)

    def ticks(self, every: Iterable[float] = (15, 30, 60, 120, 300, 600, 1200)) -> tuple[float, ...]:
        """Round seconds for a scale, about eight of them."""
        length = self.end_s - self.begin_s
        step = next((each for each in every if length / each <= 10), 3600.0)
        first = -int(-self.begin_s // step) * step
        return tuple(first + number * step for number in range(int((self.end_s - first) // step) + 1))


def axis_of(case: Case) -> Axis:
    """The axis of a drill."""
    rows = story(case.recorded, case.timeline.onset)
    moments = tuple(Moment(row, _lane(row)) for row in rows)
    end_s = max(case.timeline.ended_at - case.timeline.onset, 1.0)
    onset = int(case.timeline.onset)
    first_s = min((second.second - onset for second in case.timeline.sli), default=-LEAD_S)
    return Axis(case, float(min(-1, max(-LEAD_S, first_s))), end_s, moments)


def _lane(row: Row) -> str:
    return next((lane for lane, kinds in LANES.items() if isinstance(row.event, kinds)), "")


def at_columns(axis: Axis, lane: str, width: int) -> Sequence[Moment | None]:
    """What stands in each column of a lane; where several fall together, the first of them."""
    held: list[Moment | None] = [None] * width
    for moment in axis.moments:
        if moment.lane == lane:
            at = axis.column(moment.row.at_s, width)
            held[at] = held[at] or moment
    return held
