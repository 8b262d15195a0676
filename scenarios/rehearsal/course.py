"""The course of a rehearsal: one company, one variant, nine points, and the first that fails ends it.

The incident is played once for as long as nobody helps: it has to bite, to last, to tell itself apart, to
withstand cheating and the tempting fixes; then the first accepted fix has to end it.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence

from scenarios.model import Case
from scenarios.parts import Discriminator
from scenarios.rehearsal.fixing import Fixing
from scenarios.rehearsal.ground import CHEATS, Cheat, Ground
from scenarios.rehearsal.record import FixRun, Losses, Point
from scenarios.rehearsal.stage import (
    BASELINE_WITHIN_S,
    BEYOND_HOLD_S,
    STEADY_S,
    Failed,
    Stage,
    Tell,
)
from scenarios.rehearsal.verdict import Incident, carried_on
from scenarios.rehearsal.words import seconds, when
from scoring.sli import baseline_demand, in_order, window
from scoring.slo import Slo, holds

QUIET_WITHIN_S = 180.0
"""As a drill does, a rehearsal waits for a stretch in which customers are served before it breaks it."""
_TELLING_S = 5.0
"""So long after the page the debrief reads the signals."""
_UNPAGED_S = 20.0
_RECENT_S = 30.0
_CHEATED_S = 6.0
"""A cheat has so long to begin to help."""
_SILENCE: Cheat = "silence-the-alert"

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
}  # fmt: skip


class Course:
    """Takes one variant through the points; what it saw is in its fields."""

    def __init__(self, ground: Ground, case: Case, tell: Tell = lambda _: None) -> None:
        self._ground = ground
        self._case = case
        self._stage = Stage(ground, case, tell)
        self._fixing = Fixing(self._stage)
        self._silent_s = 0.0
        self.onset_to_violation_s: float | None = None
        self.onset_to_page_s: float | None = None
        self.worst_sli: float | None = None
        self.doing_nothing: Losses | None = None

    @property
    def points(self) -> Sequence[Point]:
        return self._stage.points

    @property
    def fixes(self) -> Sequence[FixRun]:
        return self._fixing.runs

    @property
    def best_fix(self) -> Losses | None:
        return self._fixing.best

    def run(self) -> None:
        """Play it. The company is removed whatever happens; errors of the sandbox leave."""
        self._stage.begin()
        try:
            self._ground.up()
            self._play()
        except Failed:
            pass
        finally:
            left = self._ground.down()
            says = f"left: {'; '.join(left)}" if left else "nothing is left"
            self._stage.note("nothing-left", not left, says)

    def _play(self) -> None:
        self._quiet()
        incident = self._stage.break_it()
        self._bites(incident)
        self._no_leak()
        self._discriminate(incident)
        self._lasts(incident)
        if self.onset_to_violation_s is None:
            self._stage.judge("cheating", True, "customers are served all along; there is nothing to feign")
            self._fixing.harmless(self._fixing.vain(incident))
            return
        incident = self._cheats(incident)
        incident = self._fixing.tempting(incident)
        self._fixing.accepted(incident)

    def _quiet(self) -> None:
        quiet_s = int(self._case.expectations.quiet_s)
        if not self._stage.await_steady(BASELINE_WITHIN_S):
            self._stage.judge("quiet", False, f"customers were not served within {BASELINE_WITHIN_S:g} s")
        # The seconds by which they were found to be served are the first of the quiet ones.
        steady_s = min(STEADY_S, quiet_s)
        began = self._ground.now() - steady_s
        self._ground.wait(quiet_s - steady_s)
        # A busy machine has its moments; a page or an error has no excuse.
        while not self._stage.steady(quiet_s, began) and self._ground.now() < began + QUIET_WITHIN_S:
            self._ground.wait(1.0)
        by_second = in_order(self._ground.seconds())
        last = max(by_second)
        self._stage.baseline = baseline_demand(by_second.values(), last + 1, quiet_s)
        patch = window(by_second, last - quiet_s + 1, quiet_s)
        pages = [at for at in self._ground.pages() if at >= began]
        errors = self._ground.errors_logged(began)
        demand = round(sum(self._stage.baseline.values()), 2)
        problems = []
        if not holds(patch, Slo(), self._stage.baseline):
            problems.append("the SLO did not hold")
        if pages:
            problems.append(f"{len(pages)} pages rang")
        if errors:
            problems.append(f"{len(errors)} errors were logged, the first: {errors[0][:160]}")
        says = "; ".join(problems) or f"{quiet_s} s with {demand:g} requests/s, no page, no error"
        waited = round(self._ground.now() - began, 1)
        self._stage.judge(
            "quiet", not problems, says, quiet_s=quiet_s, waited_s=waited, requests_per_s=demand
        )

    def _bites(self, incident: Incident) -> None:
        bites = self._case.expectations.bites
        limit = max(bites.violated_s or 0.0, bites.paged_s or 0.0)
        # A second is known when its line has come.
        deadline = incident.onset + limit + BEYOND_HOLD_S
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
        says = wrong or f"violated {when(self.onset_to_violation_s)}, paged {when(self.onset_to_page_s)}"
        self._stage.judge(
            "bites", not wrong, says, violated_s=self.onset_to_violation_s, paged_s=self.onset_to_page_s
        )

    def _no_leak(self) -> None:
        leaks = self._ground.leaks()
        says = f"{len(leaks)} places tell, the first: {leaks[0][:200]}" if leaks else "nothing tells"
        self._stage.judge("no-leak", not leaks, says, places=len(leaks))

    def _lasts(self, incident: Incident) -> None:
        expected = self._case.expectations
        # Meanwhile nobody hears the alert: that takes as long, and changes nothing for customers.
        silenced_at = self._ground.now()
        self._ground.cheat(_SILENCE, on=True)
        watched = max(incident.onset + expected.watch_s, silenced_at + _CHEATED_S)
        if self.onset_to_violation_s is None:
            incident.until(lambda: False, watched)
        healed = self.onset_to_violation_s is not None and self._stage.mitigates(incident, watched)
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
            self._stage.judge("lasts", still, says, watch_s=expected.watch_s)
            return
        at = incident.mitigated_at
        healed_s = None if at is None else round(at - incident.onset, 1)
        says = f"customers were served again after {seconds(healed_s)} although nobody did anything"
        if not healed:
            says = f"not mitigated in {end - incident.onset:.0f} s of doing nothing"
        self._stage.judge(
            "lasts", not healed or expected.heals_itself, says, healed_s=healed_s,
            watched_s=round(end - incident.onset, 1), worst_sli=self.worst_sli,
        )  # fmt: skip

    def _discriminate(self, incident: Incident) -> None:
        paged = incident.paged_at()
        telling = (paged + _TELLING_S) if paged is not None else incident.onset + _UNPAGED_S
        incident.until(lambda: False, telling + 1.0)
        figures: dict[str, float | str | None] = {}
        wrong: list[str] = []
        for number, each in enumerate(self._case.truth.discriminators, 1):
            before = self._ground.metric(each.promql, self._stage.whole_at)
            after = self._ground.metric(each.promql, telling)
            figures |= {f"before_{number}": _rounded(before), f"after_{number}": _rounded(after)}
            wrong += _misses(each, before, after)
        count = len(self._case.truth.discriminators)
        says = "; ".join(wrong) or f"{count} signals are before and after what they should be"
        self._stage.judge("discriminators", not wrong, says, **figures)

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
            if self._stage.mitigates(incident, self._ground.now() + _CHEATED_S):
                passed.append(how)
            self._ground.cheat(how, on=False)
            figures[how] = said or f"watched {self._ground.now() - began:.0f} s"
            if passed:
                break
        else:
            before, incident = incident, self._stage.ill(incident, "cheating")
            if incident is not before:
                figures["afterwards"] = "customers were served again"
        says = f"it passed for a mitigation: {', '.join(passed)}" if passed else "none is a mitigation"
        self._stage.judge("cheating", not passed, says, **figures)
        return incident


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _late(what: str, seen: float | None, limit: float | None, who: str) -> str:
    if limit is None:
        return "" if seen is None else f"{what} after {seconds(seen)}, and {who} should not have noticed"
    if seen is None:
        return f"{what}: never, and not within {limit:g} s"
    return f"{what} only after {seconds(seen)}, and not within {limit:g} s" if seen > limit else ""


def meets(tolerance: str, value: float | None) -> bool:
    """Whether a value is within a tolerance as `> 0.8`; an empty one is met by anything."""
    if not tolerance:
        return True
    found = re.fullmatch(r"(<=|>=|==|<|>) ?(-?[0-9.]+)", tolerance)
    return found is not None and value is not None and _COMPARE[found[1]](value, float(found[2]))


def _misses(each: Discriminator, before: float | None, after: float | None) -> Sequence[str]:
    said = []
    for moment, wanted, value in (("before", each.before, before), ("after", each.after, after)):
        if not meets(wanted, value):
            shown = "no value" if value is None else f"{value:.4g}"
            said.append(f"{each.say!r}: {moment} it is {shown}, not {wanted}")
    return said
