"""What the points of a rehearsal stand on: one company, whole or broken, and what was noted of it."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.faults.client import Unsteady
from scenarios.model import Case
from scenarios.rehearsal.ground import Ground
from scenarios.rehearsal.record import Point, PointName
from scenarios.rehearsal.verdict import Incident
from scoring.sli import Baseline, baseline_demand, in_order, window
from scoring.slo import Slo, holds

BASELINE_WITHIN_S = 90.0
RECOVERED_WITHIN_S = 60.0
STEADY_S = 10
BEYOND_HOLD_S = 6.0
"""Past the hold the feed may lag; so much longer is waited before it is said that nothing was mitigated."""
_SETTLED_S = 20.0
"""What was done before has so long to show that it ended the incident after all."""

Tell = Callable[[str], object]


class Failed(Exception):
    """A point failed."""

    def __init__(self, point: Point) -> None:
        super().__init__(point.says)
        self.point = point


class Stage:
    """One company at a time with one variant's fault, and the points that were noted."""

    def __init__(self, ground: Ground, case: Case, tell: Tell) -> None:
        self.ground = ground
        self.case = case
        self.hold_s = case.limits.hold_s
        self.baseline: Baseline = {}
        """What customers ask for while all is well; empty until that was seen."""
        self.whole_at = 0.0
        """When the company was last about to be broken."""
        self.points: list[Point] = []
        self._tell = tell
        self._told_at: float | None = None

    def begin(self) -> None:
        """What the first point takes counts from here."""
        self._told_at = self.ground.now()

    # --- what is noted ---------------------------------------------------------------------------

    def note(self, name: PointName, passed: bool, says: str, **figures: float | str | None) -> None:
        now = self.ground.now()
        took_s = round(now - (now if self._told_at is None else self._told_at), 1)
        self._told_at = now
        self.points.append(Point(name=name, passed=passed, says=says, took_s=took_s, figures=figures))
        self._tell(f"{'ok' if passed else 'FAILED'}  {name}: {says} ({took_s:.0f} s)")

    def judge(self, name: PointName, passed: bool, says: str, **figures: float | str | None) -> None:
        """Note a point, and end the course if it failed."""
        self.note(name, passed, says, **figures)
        if not passed:
            raise Failed(self.points[-1])

    # --- whole, and broken -----------------------------------------------------------------------

    def steady(self, seconds: int, since: float = 0.0) -> bool:
        """Whether the last so many seconds are within the SLO."""
        by_second = in_order(self.ground.seconds())
        if not by_second:
            return False
        last = max(by_second)
        if last - seconds + 1 < since:
            return False
        patch = window(by_second, last - seconds + 1, seconds)
        demand = self.baseline or baseline_demand(by_second.values(), last + 1, seconds)
        return holds(patch, Slo(), demand)

    def await_steady(self, within_s: float, since: float | None = None) -> bool:
        """Until customers have been served for a while, since now or since a time."""
        began = self.ground.now()
        while not self.steady(STEADY_S, began if since is None else since):
            if self.ground.now() - began > within_s:
                return False
            self.ground.wait(0.5)
        return True

    def break_it(self) -> Incident:
        # The onset is when the action was done; on a busy machine it began to tell some seconds before.
        self.whole_at = self.ground.now()
        onset = self.ground.inject()
        return Incident(self.ground, onset, self.baseline, self.hold_s, self.case.fraud)

    def break_again(self, wanted: PointName) -> Incident:
        """Make the world whole, prove it, and break it again as at first; that failing fails the point."""
        left = self.ground.take_back()
        self.ground.restore()
        if left or not self.await_steady(RECOVERED_WITHIN_S):
            self._renew(wanted)
        try:
            incident = self.break_it()
        except Unsteady:
            # What keeps itself going had only paused.
            self._renew(wanted)
            incident = self.break_it()
        bites = self.case.expectations.bites
        deadline = incident.onset + (bites.violated_s or 0.0) + BEYOND_HOLD_S
        if bites.violated_s is not None and not incident.until(
            lambda: incident.violated_at is not None, deadline
        ):
            self.judge(wanted, False, "broken a second time, it did not bite")
        limit = incident.onset + (bites.paged_s or 0.0) + BEYOND_HOLD_S
        incident.until(lambda: incident.paged_at() is not None, limit)
        return incident

    def _renew(self, wanted: PointName) -> None:
        self._tell("the world did not recover; a fresh one takes its place")
        rest = self.ground.down()
        if rest:
            self.judge("nothing-left", False, f"left: {'; '.join(rest)}")
        self.ground.up()
        if not self.await_steady(BASELINE_WITHIN_S):
            self.judge(wanted, False, "a fresh company did not serve its customers")

    def ill(self, incident: Incident, wanted: PointName) -> Incident:
        """The incident if it goes on, or the same broken again if it is over.

        What only keeps itself going may end when customers were kept away for a while, or long after a fix,
        and takes its time. The next fix has to be seen on a company that is ill, and must not get the credit.
        """
        over = self.mitigates(incident, self.ground.now() + _SETTLED_S)
        return self.break_again(wanted) if over else incident

    def mitigates(self, incident: Incident, since: float) -> bool:
        """Whether customers are served again for a whole hold that begins by a time.

        It is over as soon as that can't come true any more: once nothing that began by then still stands.
        """
        deadline = since + self.hold_s + BEYOND_HOLD_S
        incident.until(lambda: incident.mitigated_at is not None or incident.is_lost(since), deadline)
        return incident.mitigated_at is not None

    def relapses(self, incident: Incident) -> bool:
        deadline = self.ground.now() + self.hold_s
        return incident.until(lambda: incident.mitigated_at is None, deadline)
