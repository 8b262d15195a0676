"""One ended drill, read once from its folder, for whoever draws a debrief of it.

What may be told of a drill is settled here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gameday.drill.projection import of_kind, project
from gameday.drill.seal import DebriefSealed, seal_on
from gameday.errors import BadJournal
from gameday.journal.events import DrillStarted, MachineMeasured, TruthRevealed
from gameday.journal.pauses import Pauses, by_the_drills_clock, pauses_of
from gameday.journal.reader import Recorded, read
from gameday.journal.series import SeriesKept, read_series
from gameday.reports.words import strained
from scoring.scorecard import Scorecard, score
from scoring.timeline import Timeline

Points = tuple[tuple[float, float], ...]
"""Seconds since the onset, by the drill's clock, and a value."""


@dataclass(frozen=True)
class Case:
    """A drill, what really happened in it, and its score."""

    folder: Path
    recorded: tuple[Recorded, ...]
    """By the drill's own clock."""
    started: DrillStarted
    truth: TruthRevealed
    timeline: Timeline
    card: Scorecard
    series: SeriesKept | None
    """None where no curves were kept."""
    pauses: Pauses

    @property
    def strained(self) -> str:
        """What the machine had to do with it, in a sentence; empty if nothing."""
        told = (strained(each.event) for each in self.recorded if isinstance(each.event, MachineMeasured))
        return next(told, "")

    def curve(self, promql: str) -> Points:
        """An expression over the drill; empty where it was not kept."""
        kept = None if self.series is None else self.series.curve(promql)
        if self.series is None or kept is None:
            return ()
        begin, step_s = self.series.begin, self.series.step_s
        return tuple(
            (self.pauses.drill_time(begin + at * step_s) - self.timeline.onset, value)
            for at, value in enumerate(kept.values)
            if value is not None
        )


def open_case(folder: Path) -> Case:
    """The case of the run in `folder`.

    Raises:
        BadJournal: the journal or the curves cannot be read, or the drill was not finished.
        DebriefSealed: it would spoil a drill that is still to come.
    """
    seal = seal_on(folder)
    if seal is not None:
        raise DebriefSealed(seal)
    return case_of(folder, read(folder), read_series(folder))


def case_of(folder: Path, recorded: Sequence[Recorded], series: SeriesKept | None) -> Case:
    """The case of a journal that was read.

    Raises:
        BadJournal: it is not of a finished drill.
    """
    timeline = project(recorded)
    try:
        card = score(timeline)
    except ValueError as error:
        raise BadJournal(f"{folder} cannot be scored: {error}") from error
    _, truth = of_kind(recorded, TruthRevealed)[0]
    _, started = of_kind(recorded, DrillStarted)[0]
    by_clock = tuple(by_the_drills_clock(recorded))
    return Case(folder, by_clock, started, truth, timeline, card, series, pauses_of(recorded))
