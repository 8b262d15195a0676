"""The points about fixes: the tempting ones help nobody, the accepted ones serve customers again.

Each is tried on a company that is ill. For each further accepted one the world is made whole, proven to be
so, and broken again. Where nothing is wrong, the tempting fixes must leave the pager as it is, and what they
cost customers is written down.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from scenarios.parts import AcceptedFix, Fix
from scenarios.rehearsal.record import FixRun, Losses
from scenarios.rehearsal.stage import BEYOND_HOLD_S, RECOVERED_WITHIN_S, Stage
from scenarios.rehearsal.verdict import Incident, together
from scenarios.rehearsal.words import seconds

_TEMPTED_S = 20.0
"""What was done has so long to begin to help; from then on it has to be seen that it doesn't."""
_STEP_WAIT = re.compile(r"wait\s+([0-9.]+)s?")


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


class Fixing:
    """Tries the fixes of one variant; how each went is in `runs`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._ground = stage.ground
        self._fixes = stage.case.fixes
        self.runs: list[FixRun] = []
        self.best: Losses | None = None
        """What somebody lost who began the quickest accepted fix when the pager rang."""

    def tempting(self, incident: Incident) -> Incident:
        """Try each; the incident that goes on afterwards."""
        helped = []
        for fix in self._fixes.tempting:
            applied = self._apply(fix)
            self._stage.mitigates(incident, self._ground.now() + _TEMPTED_S)
            restored = applied.after(incident.mitigated_at)
            if restored is not None and not self._stage.relapses(incident):
                helped.append(f"{fix.id} served customers again after {seconds(restored)}")
            self._ran(fix, "tempting", restored, restored is not None, applied.failed)
            self._ground.undo_fix()
            if not helped:
                incident = self._stage.ill(incident, "tempting")
        count = len(self._fixes.tempting)
        says = "; ".join(helped) or f"{count} tempting fixes left customers where they were"
        self._stage.judge("tempting", not helped, says)
        return incident

    def vain(self, incident: Incident) -> Incident:
        """Nothing is wrong: try each tempting fix; the incident that goes on afterwards.

        It must not silence the pager: what fires before it fires on or again once it had its time to help.
        What customers go without meanwhile is the harm that it does.
        """
        false = frozenset(self._ground.ringing(incident.onset)[:1])
        paged_s = self._stage.case.expectations.bites.paged_s or 0.0
        figures: dict[str, float | str | None] = {}
        helped = []
        for fix in self._fixes.tempting:
            applied = self._apply(fix)
            judged = self._ground.now() + _TEMPTED_S
            incident.until(lambda: False, judged)
            rings = self._rings(false, judged, judged + paged_s)
            # Customers may still go without; that is its doing, too.
            self._stage.await_steady(RECOVERED_WITHIN_S, since=judged - _TEMPTED_S)
            lost = incident.losses(applied.began, self._ground.now())
            worst = incident.worst(applied.began)
            self._ran(fix, "tempting", None, False, applied.failed, lost=lost, worst_sli=worst)
            figures |= {f"{fix.id}_customer_minutes": lost.customer_minutes, f"{fix.id}_worst_sli": worst}
            if not rings:
                helped.append(f"{fix.id} silenced {', '.join(false)} for {paged_s:g} s and longer")
            if fix is self._fixes.tempting[-1] and not self._fixes.accepted:
                # Nothing follows that it could get in the way of.
                break
            self._ground.undo_fix()
            if not self._stage.await_steady(RECOVERED_WITHIN_S):
                incident = self._stage.break_again("tempting")
        costs = ", ".join(f"{each.id} {each.lost.customer_minutes:g}" for each in self.runs if each.lost)
        says = "; ".join(helped) or f"the pager rings on; lost min per customer: {costs or 'nothing tried'}"
        self._stage.judge("tempting", not helped, says, **figures)
        return incident

    def _rings(self, names: frozenset[str], since: float, deadline: float) -> bool:
        """Whether each of these alerts is seen firing after a time, and by a deadline."""
        while not names <= set(self._ground.ringing(since)):
            if self._ground.now() >= deadline:
                return False
            self._ground.wait(0.5)
        return True

    def accepted(self, incident: Incident) -> None:
        problems = []
        costs = []
        for number, fix in enumerate(self._fixes.accepted):
            if number:
                incident = self._stage.break_again("accepted")
            applied, restored = self._heal(incident, fix)
            self._ran(fix, "accepted", restored, restored is not None, applied.failed)
            if applied.failed:
                problems.append(f"{fix.id}: {applied.failed}")
            elif restored is None or restored > fix.within_s:
                took = "not at all" if restored is None else f"only after {seconds(restored)}"
                problems.append(f"{fix.id} served customers again {took}, and not within {fix.within_s:g} s")
            else:
                costs.append(self._cost(incident, applied.began, restored))
            if problems:
                break
        self.best = min(costs, key=lambda each: each.customer_minutes, default=None)
        restored_s = {run.id: run.restored_s for run in self.runs if run.kind == "accepted"}
        told = ", ".join(f"{name} after {seconds(value)}" for name, value in restored_s.items())
        says = "; ".join(problems) or f"customers were served again: {told}"
        self._stage.judge("accepted", not problems, says, **restored_s)

    def _heal(self, incident: Incident, fix: AcceptedFix) -> tuple[Applied, float | None]:
        """How its steps went, and the seconds until customers were served again."""
        applied = self._apply(fix)
        deadline = max(applied.began + fix.within_s, self._ground.now()) + self._stage.hold_s + BEYOND_HOLD_S
        incident.until(lambda: bool(applied.failed) or incident.mitigated_at is not None, deadline)
        return applied, None if applied.failed else applied.after(incident.mitigated_at)

    def _cost(self, incident: Incident, began: float, restored: float) -> Losses:
        """Of somebody who begins this fix when the pager rings."""
        paged = incident.paged_at() or incident.violated_at or incident.onset
        until_page = incident.losses(incident.onset, min(paged, began))
        with_fix = incident.losses(began, began + restored + self._stage.hold_s)
        return together([until_page, with_fix])

    def harmless(self, incident: Incident) -> None:
        """Nothing is wrong: what is accepted must not make it so."""
        since = self._ground.now()
        for fix in self._fixes.accepted:
            began, _, failed = self._apply(fix)
            if failed:
                self._stage.judge("accepted", False, f"{fix.id}: {failed}")
            self._ground.wait(self._stage.hold_s)
            self._ran(fix, "accepted", round(self._ground.now() - began, 1), True, "")
        still = incident.violated_since(since) is None
        says = "customers are served all along" if still else "it let customers down"
        self._stage.judge("accepted", still, says)

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
        self.runs.append(run)
