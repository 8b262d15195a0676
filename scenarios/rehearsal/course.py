"""The course of a rehearsal: one company, one variant, nine points, and the first that fails ends it.

The incident is played once for as long as nobody helps: it has to bite, to last, to tell itself apart, to
withstand cheating and the tempting fixes; then the first accepted fix has to end it. For each further one
the world is made whole, proven to be so, and broken again. Where nothing is wrong, the tempting fixes must
leave the pager as it is, and what they cost customers is written down.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from scenarios.model import Case
from scenarios.parts import AcceptedFix, Discriminator, Fix
from scenarios.rehearsal.ground import CHEATS, Cheat, Ground
from scenarios.rehearsal.record import FixRun, Losses, Point, PointName
from scenarios.rehearsal.verdict import Incident, carried_on, together
from scoring.sli import Baseline, baseline_demand, in_order, window
from scoring.slo import Slo, holds

BASELINE_WITHIN_S = 90.0
QUIET_WITHIN_S = 180.0
"""As a drill does, a rehearsal waits for a stretch in which customers are served before it breaks it."""
RECOVERED_WITHIN_S = 60.0
_STEADY_S = 10
_TELLING_S = 5.0
"""So long after the page the debrief reads the signals."""
_UNPAGED_S = 20.0
_BEYOND_HOLD_S = 6.0
"""Past the hold the feed may lag; so much longer is waited before it is said that nothing was mitigated."""
_CHEATED_S = 6.0
_TEMPTED_S = 20.0
"""What was done has so long to begin to help; from then on it has to be seen that it doesn't."""
_RECENT_S = 30.0
_SILENCE: Cheat = "silence-the-alert"
_STEP_WAIT = re.compile(r"wait\s+([0-9.]+)s?")

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
}  # fmt: skip

Tell = Callable[[str], object]


class Applied(NamedTuple):
    """How the steps of a fix went. Times are UNIX seconds."""

    began: float
    acted: float
    """When its first step was done, one that only waits left out."""
    failed: str
    """What a step said that was refused."""

    def after(self, at: float | None) -> float | None:
        """Seconds from its beginning until customers were served again at a time; None if they were not.

        The oracle may date that a little before the first step, if a rare journey's customers happened to be
        served then. That is not what was done: nothing can help before its first step was done.
        """
        return None if at is None else round(max(at, self.acted) - self.began, 1)


class Failed(Exception):
    """A point failed."""

    def __init__(self, point: Point) -> None:
        super().__init__(point.says)
        self.point = point


class Course:
    """Takes one variant through the points; what it saw is in its fields."""

    def __init__(self, ground: Ground, case: Case, tell: Tell = lambda _: None) -> None:
        self._ground = ground
        self._case = case
        self._tell = tell
        self._hold_s = case.limits.hold_s
        self._baseline: Baseline = {}
        self._incident: Incident | None = None
        self._silent_s = 0.0
        self._whole_at = 0.0
        self._told_at: float | None = None
        self.points: list[Point] = []
        self.fixes: list[FixRun] = []
        self.onset_to_violation_s: float | None = None
        self.onset_to_page_s: float | None = None
        self.worst_sli: float | None = None
        self.doing_nothing: Losses | None = None
        self.best_fix: Losses | None = None

    def run(self) -> None:
        """Play it. The company is removed whatever happens; errors of the sandbox leave."""
        self._told_at = self._ground.now()
        try:
            self._ground.up()
            self._play()
        except Failed:
            pass
        finally:
            left = self._ground.down()
            self._note("nothing-left", not left, f"left: {'; '.join(left)}" if left else "nothing is left")

    # --- telling ---------------------------------------------------------------------------------

    def _note(self, name: PointName, passed: bool, says: str, **figures: float | str | None) -> None:
        now = self._ground.now()
        took_s = round(now - (now if self._told_at is None else self._told_at), 1)
        self._told_at = now
        self.points.append(Point(name=name, passed=passed, says=says, took_s=took_s, figures=figures))
        self._tell(f"{'ok' if passed else 'FAILED'}  {name}: {says} ({took_s:.0f} s)")

    def _judge(self, name: PointName, passed: bool, says: str, **figures: float | str | None) -> None:
        """Note a point, and end the course if it failed."""
        self._note(name, passed, says, **figures)
        if not passed:
            raise Failed(self.points[-1])

    # --- the points ------------------------------------------------------------------------------

    def _play(self) -> None:
        self._quiet()
        incident = self._break_it()
        self._bites(incident)
        self._no_leak()
        self._discriminate(incident)
        self._lasts(incident)
        if self.onset_to_violation_s is None:
            self._judge("cheating", True, "customers are served all along; there is nothing to feign")
            self._harmless(self._vain(incident))
            return
        incident = self._cheats(incident)
        incident = self._tempting(incident)
        self._accepted(incident)

    def _steady(self, seconds: int, since: float = 0.0) -> bool:
        """Whether the last so many seconds are within the SLO."""
        by_second = in_order(self._ground.seconds())
        if not by_second:
            return False
        last = max(by_second)
        if last - seconds + 1 < since:
            return False
        patch = window(by_second, last - seconds + 1, seconds)
        demand = self._baseline or baseline_demand(by_second.values(), last + 1, seconds)
        return holds(patch, Slo(), demand)

    def _await_steady(self, within_s: float, since: float | None = None) -> bool:
        """Until customers have been served for a while, since now or since a time."""
        began = self._ground.now()
        while not self._steady(_STEADY_S, began if since is None else since):
            if self._ground.now() - began > within_s:
                return False
            self._ground.wait(0.5)
        return True

    def _quiet(self) -> None:
        quiet_s = int(self._case.expectations.quiet_s)
        if not self._await_steady(BASELINE_WITHIN_S):
            self._judge("quiet", False, f"customers were not served within {BASELINE_WITHIN_S:g} s")
        # The seconds by which they were found to be served are the first of the quiet ones.
        steady_s = min(_STEADY_S, quiet_s)
        began = self._ground.now() - steady_s
        self._ground.wait(quiet_s - steady_s)
        # A busy machine has its moments; a page or an error has no excuse.
        while not self._steady(quiet_s, began) and self._ground.now() < began + QUIET_WITHIN_S:
            self._ground.wait(1.0)
        by_second = in_order(self._ground.seconds())
        last = max(by_second)
        self._baseline = baseline_demand(by_second.values(), last + 1, quiet_s)
        patch = window(by_second, last - quiet_s + 1, quiet_s)
        pages = [at for at in self._ground.pages() if at >= began]
        errors = self._ground.errors_logged(began)
        demand = round(sum(self._baseline.values()), 2)
        problems = []
        if not holds(patch, Slo(), self._baseline):
            problems.append("the SLO did not hold")
        if pages:
            problems.append(f"{len(pages)} pages rang")
        if errors:
            problems.append(f"{len(errors)} errors were logged, the first: {errors[0][:160]}")
        says = "; ".join(problems) or f"{quiet_s} s with {demand:g} requests/s, no page, no error"
        waited = round(self._ground.now() - began, 1)
        self._judge("quiet", not problems, says, quiet_s=quiet_s, waited_s=waited, requests_per_s=demand)

    def _break_it(self) -> Incident:
        # The onset is when the action was done; on a busy machine it began to tell some seconds before.
        self._whole_at = self._ground.now()
        onset = self._ground.inject()
        self._incident = Incident(self._ground, onset, self._baseline, self._hold_s, self._case.fraud)
        return self._incident

    def _bites(self, incident: Incident) -> None:
        bites = self._case.expectations.bites
        limit = max(bites.violated_s or 0.0, bites.paged_s or 0.0)
        # A second is known when its line has come.
        deadline = incident.onset + limit + _BEYOND_HOLD_S
        incident.until(
            lambda: (
                (bites.violated_s is None or incident.violated_at is not None)
                and (bites.paged_s is None or incident.paged_at() is not None)
            ),
            deadline,
        )
        violated, paged = incident.violated_at, incident.paged_at()
        self.onset_to_violation_s = None if violated is None else round(violated - incident.onset, 1)
        self.onset_to_page_s = None if paged is None else round(paged - incident.onset, 1)
        problems = [
            _late("the SLO was violated", self.onset_to_violation_s, bites.violated_s, "customers"),
            _late("somebody was paged", self.onset_to_page_s, bites.paged_s, "the pager"),
        ]
        wrong = "; ".join(filter(None, problems))
        says = wrong or f"violated {_after(self.onset_to_violation_s)}, paged {_after(self.onset_to_page_s)}"
        self._judge(
            "bites", not wrong, says, violated_s=self.onset_to_violation_s, paged_s=self.onset_to_page_s
        )

    def _no_leak(self) -> None:
        leaks = self._ground.leaks()
        says = f"{len(leaks)} places tell, the first: {leaks[0][:200]}" if leaks else "nothing tells"
        self._judge("no-leak", not leaks, says, places=len(leaks))

    def _lasts(self, incident: Incident) -> None:
        expected = self._case.expectations
        # Meanwhile nobody hears the alert: that takes as long, and changes nothing for customers.
        silenced_at = self._ground.now()
        self._ground.cheat(_SILENCE, on=True)
        watched = max(incident.onset + expected.watch_s, silenced_at + _CHEATED_S)
        if self.onset_to_violation_s is None:
            incident.until(lambda: False, watched)
        healed = self.onset_to_violation_s is not None and self._mitigates(incident, watched)
        end = self._ground.now()
        self._ground.cheat(_SILENCE, on=False)
        self._silent_s = end - silenced_at
        lost = incident.losses(incident.onset, end)
        recent = incident.losses(max(incident.onset, end - _RECENT_S), end)
        self.doing_nothing = carried_on(lost, recent, self._case.limits.drill_s)
        self.worst_sli = incident.worst()
        if self.onset_to_violation_s is None:
            still = incident.violated_at is None
            says = "customers were served all along" if still else "customers were let down after all"
            self._judge("lasts", still, says, watch_s=expected.watch_s)
            return
        at = incident.mitigated_at
        after = None if at is None else round(at - incident.onset, 1)
        says = f"customers were served again after {_s(after)} although nobody did anything"
        if not healed:
            says = f"not mitigated in {end - incident.onset:.0f} s of doing nothing"
        self._judge(
            "lasts", not healed or expected.heals_itself, says, healed_s=after,
            watched_s=round(end - incident.onset, 1), worst_sli=self.worst_sli,
        )  # fmt: skip

    def _discriminate(self, incident: Incident) -> None:
        paged = incident.paged_at()
        telling = (paged + _TELLING_S) if paged is not None else incident.onset + _UNPAGED_S
        incident.until(lambda: False, telling + 1.0)
        figures: dict[str, float | str | None] = {}
        wrong: list[str] = []
        for number, each in enumerate(self._case.truth.discriminators, 1):
            before = self._ground.metric(each.promql, self._whole_at)
            after = self._ground.metric(each.promql, telling)
            figures |= {f"before_{number}": _rounded(before), f"after_{number}": _rounded(after)}
            wrong += _misses(each, before, after)
        count = len(self._case.truth.discriminators)
        says = "; ".join(wrong) or f"{count} signals are before and after what they should be"
        self._judge("discriminators", not wrong, says, **figures)

    def _cheats(self, incident: Incident) -> Incident:
        """Try each; the incident that goes on afterwards.

        They follow each other at once: they keep customers away, so none can get the credit for an incident
        that ends by itself when the one before is over. Before a fix is tried that is looked at.
        """
        figures: dict[str, float | str | None] = {
            _SILENCE: f"watched {self._silent_s:.0f} s, while nobody did anything else"
        }
        passed: list[Cheat] = []
        for how in (each for each in CHEATS if each != _SILENCE):
            began = self._ground.now()
            said = self._ground.cheat(how, on=True)
            if self._mitigates(incident, self._ground.now() + _CHEATED_S):
                passed.append(how)
            self._ground.cheat(how, on=False)
            figures[how] = said or f"watched {self._ground.now() - began:.0f} s"
            if passed:
                break
        else:
            before, incident = incident, self._ill(incident, "cheating")
            if incident is not before:
                figures["afterwards"] = "customers were served again"
        says = f"it passed for a mitigation: {', '.join(passed)}" if passed else "none is a mitigation"
        self._judge("cheating", not passed, says, **figures)
        return incident

    def _tempting(self, incident: Incident) -> Incident:
        """Try each; the incident that goes on afterwards."""
        helped = []
        for fix in self._case.fixes.tempting:
            applied = self._apply(fix)
            self._mitigates(incident, self._ground.now() + _TEMPTED_S)
            restored = applied.after(incident.mitigated_at)
            if restored is not None and not self._relapses(incident):
                helped.append(f"{fix.id} served customers again after {_s(restored)}")
            self._ran(fix, "tempting", restored, restored is not None, applied.failed)
            self._ground.undo_fix()
            if not helped:
                incident = self._ill(incident, "tempting")
        count = len(self._case.fixes.tempting)
        says = "; ".join(helped) or f"{count} tempting fixes left customers where they were"
        self._judge("tempting", not helped, says)
        return incident

    def _vain(self, incident: Incident) -> Incident:
        """Nothing is wrong: try each tempting fix; the incident that goes on afterwards.

        It must not silence the pager: what fires before it fires on or again once it had its time to help.
        What customers go without meanwhile is the harm that it does.
        """
        false = frozenset(self._ground.ringing(incident.onset)[:1])
        paged_s = self._case.expectations.bites.paged_s or 0.0
        figures: dict[str, float | str | None] = {}
        helped = []
        fixes = self._case.fixes
        for fix in fixes.tempting:
            applied = self._apply(fix)
            judged = self._ground.now() + _TEMPTED_S
            incident.until(lambda: False, judged)
            rings = self._rings(false, judged, judged + paged_s)
            # Customers may still go without; that is its doing, too.
            self._await_steady(RECOVERED_WITHIN_S, since=judged - _TEMPTED_S)
            lost = incident.losses(applied.began, self._ground.now())
            worst = incident.worst(applied.began)
            self._ran(fix, "tempting", None, False, applied.failed, lost=lost, worst_sli=worst)
            figures |= {f"{fix.id}_customer_minutes": lost.customer_minutes, f"{fix.id}_worst_sli": worst}
            if not rings:
                helped.append(f"{fix.id} silenced {', '.join(false)} for {paged_s:g} s and longer")
            if fix is fixes.tempting[-1] and not fixes.accepted:
                # Nothing follows that it could get in the way of.
                break
            self._ground.undo_fix()
            if not self._await_steady(RECOVERED_WITHIN_S):
                incident = self._break_again("tempting")
        costs = ", ".join(f"{each.id} {each.lost.customer_minutes:g}" for each in self.fixes if each.lost)
        says = "; ".join(helped) or f"the pager rings on; lost min per customer: {costs or 'nothing tried'}"
        self._judge("tempting", not helped, says, **figures)
        return incident

    def _rings(self, names: frozenset[str], since: float, deadline: float) -> bool:
        """Whether each of these alerts is seen firing after a time, and by a deadline."""
        while not names <= set(self._ground.ringing(since)):
            if self._ground.now() >= deadline:
                return False
            self._ground.wait(0.5)
        return True

    def _ill(self, incident: Incident, wanted: PointName) -> Incident:
        """The incident if it goes on, or the same broken again if it is over.

        What only keeps itself going may end when customers were kept away for a while, or long after a fix:
        the next fix has to be seen on a company that is ill, and must not get the credit.
        """
        over = self._mitigates(incident, self._ground.now() + _CHEATED_S)
        return self._break_again(wanted) if over else incident

    def _mitigates(self, incident: Incident, since: float) -> bool:
        """Whether customers are served again for a whole hold that begins by a time.

        It is over as soon as that can't come true any more: once nothing that began by then still stands.
        """
        deadline = since + self._hold_s + _BEYOND_HOLD_S
        incident.until(lambda: incident.mitigated_at is not None or incident.is_lost(since), deadline)
        return incident.mitigated_at is not None

    def _relapses(self, incident: Incident) -> bool:
        deadline = self._ground.now() + self._hold_s
        return incident.until(lambda: incident.mitigated_at is None, deadline)

    def _accepted(self, incident: Incident) -> None:
        problems = []
        costs = []
        for number, fix in enumerate(self._case.fixes.accepted):
            if number:
                incident = self._break_again("accepted")
            applied, restored = self._heal(incident, fix)
            self._ran(fix, "accepted", restored, restored is not None, applied.failed)
            if applied.failed:
                problems.append(f"{fix.id}: {applied.failed}")
            elif restored is None or restored > fix.within_s:
                took = "not at all" if restored is None else f"only after {_s(restored)}"
                problems.append(f"{fix.id} served customers again {took}, and not within {fix.within_s:g} s")
            else:
                costs.append(self._cost(incident, applied.began, restored))
            if problems:
                break
        self.best_fix = min(costs, key=lambda each: each.customer_minutes, default=None)
        restored_s = {run.id: run.restored_s for run in self.fixes if run.kind == "accepted"}
        told = ", ".join(f"{name} after {_s(value)}" for name, value in restored_s.items())
        says = "; ".join(problems) or f"customers were served again: {told}"
        self._judge("accepted", not problems, says, **restored_s)

    def _heal(self, incident: Incident, fix: AcceptedFix) -> tuple[Applied, float | None]:
        """How its steps went, and the seconds until customers were served again."""
        applied = self._apply(fix)
        deadline = max(applied.began + fix.within_s, self._ground.now()) + self._hold_s + _BEYOND_HOLD_S
        incident.until(lambda: bool(applied.failed) or incident.mitigated_at is not None, deadline)
        return applied, None if applied.failed else applied.after(incident.mitigated_at)

    def _cost(self, incident: Incident, began: float, restored: float) -> Losses:
        """Of somebody who begins this fix when the pager rings."""
        paged = incident.paged_at() or incident.violated_at or incident.onset
        until_page = incident.losses(incident.onset, min(paged, began))
        with_fix = incident.losses(began, began + restored + self._hold_s)
        return together([until_page, with_fix])

    def _break_again(self, wanted: PointName) -> Incident:
        """Make the world whole, prove it, and break it again as at first; that failing fails the point."""
        left = self._ground.take_back()
        self._ground.restore()
        if left or not self._await_steady(RECOVERED_WITHIN_S):
            self._tell("the world did not recover; a fresh one takes its place")
            rest = self._ground.down()
            if rest:
                self._judge("nothing-left", False, f"left: {'; '.join(rest)}")
            self._ground.up()
            if not self._await_steady(BASELINE_WITHIN_S):
                self._judge(wanted, False, "a fresh company did not serve its customers")
        incident = self._break_it()
        bites = self._case.expectations.bites
        deadline = incident.onset + (bites.violated_s or 0.0) + _BEYOND_HOLD_S
        if bites.violated_s is not None and not incident.until(
            lambda: incident.violated_at is not None, deadline
        ):
            self._judge(wanted, False, "broken a second time, it did not bite")
        limit = incident.onset + (bites.paged_s or 0.0) + _BEYOND_HOLD_S
        incident.until(lambda: incident.paged_at() is not None, limit)
        return incident

    def _harmless(self, incident: Incident) -> None:
        """Nothing is wrong: what is accepted must not make it so."""
        since = self._ground.now()
        for fix in self._case.fixes.accepted:
            began, _, failed = self._apply(fix)
            if failed:
                self._judge("accepted", False, f"{fix.id}: {failed}")
            self._ground.wait(self._hold_s)
            self._ran(fix, "accepted", round(self._ground.now() - began, 1), True, "")
        still = incident.violated_since(since) is None
        says = "customers are served all along" if still else "it let customers down"
        self._judge("accepted", still, says)

    # --- steps -----------------------------------------------------------------------------------

    def _apply(self, fix: Fix) -> Applied:
        """Do the steps of a fix."""
        began = self._ground.now()
        acted: float | None = None
        for step in fix.steps:
            wait = _STEP_WAIT.fullmatch(step.strip())
            if wait:
                self._ground.wait(float(wait[1]))
                continue
            done = self._ground.operate(step)
            acted = acted or self._ground.now()
            if done.exit_code:
                refused = f"{step!r} was refused: {' '.join(done.text.split())[:200]}"
                return Applied(began, acted, refused)
        return Applied(began, acted or began, "")

    def _ran(
        self,
        fix: Fix,
        kind: Literal["accepted", "tempting"],
        restored: float | None,
        mitigated: bool,
        failed: str,
        *,
        lost: Losses | None = None,
        worst_sli: float | None = None,
    ) -> None:
        run = FixRun(
            id=fix.id, kind=kind, mitigated=mitigated, restored_s=restored, failed_step=failed,
            lost=lost, worst_sli=worst_sli,
        )  # fmt: skip
        self.fixes.append(run)


def _s(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.1f} s"


def _after(seconds: float | None) -> str:
    return "never" if seconds is None else f"after {_s(seconds)}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _late(what: str, seen: float | None, limit: float | None, who: str) -> str:
    if limit is None:
        return "" if seen is None else f"{what} after {_s(seen)}, and {who} should not have noticed"
    if seen is None:
        return f"{what}: never, and not within {limit:g} s"
    return f"{what} only after {_s(seen)}, and not within {limit:g} s" if seen > limit else ""


def meets(tolerance: str, value: float | None) -> bool:
    """Whether a value is within a tolerance as `> 0.8`; an empty one is met by anything."""
    if not tolerance:
        return True
    found = re.fullmatch(r"(<=|>=|==|<|>) ?(-?[0-9.]+)", tolerance)
    return found is not None and value is not None and _COMPARE[found[1]](value, float(found[2]))


def _misses(each: Discriminator, before: float | None, after: float | None) -> Sequence[str]:
    said = []
    for when, wanted, value in (("before", each.before, before), ("after", each.after, after)):
        if not meets(wanted, value):
            shown = "no value" if value is None else f"{value:.4g}"
            said.append(f"{each.say!r}: {when} it is {shown}, not {wanted}")
    return said
