"""The built-in advisor: offline, deterministic, tireless at reading and naive about causes.

It compares what the company shows now with what it showed while nothing was wrong. First it says what stands
out, with the query or the line that each fact rests on; then what it takes for the cause, by the table in
`gameday.advisors.shapes`. The same snapshots give the same hints.
"""

from __future__ import annotations

from gameday.advisors.base import Moment
from gameday.advisors.findings import Deviation, Louder, deviations, louder, restarted
from gameday.advisors.shapes import Findings, Verdict, verdicts
from gameday.advisors.snapshot import Snapshot
from gameday.journal.events import Claim, HintShown
from gameday.text import one_line

OBSERVES_AFTER_S = 4.0
CONCLUDES_AFTER_S = 12.0
"""Seconds after the page; nobody should hear a verdict before there is something to see."""
_MOST_VERDICTS = 3
_MOST_FACTS = 6
_MOST_LINES = 2


class PatternAdvisor:
    """Speaks once of what it sees, then of each cause that it comes to, up to three."""

    looks = True

    def __init__(self) -> None:
        self._observed = False
        self._claimed: list[Claim] = []

    def hints(self, moment: Moment) -> list[HintShown]:
        """What is new since it was last asked."""
        if moment.before is None or moment.now is None:
            return []
        found = findings(moment.before, moment.now)
        said = []
        if not self._observed and moment.since_page_s >= OBSERVES_AFTER_S and found.deviations:
            self._observed = True
            said.append(observation(found, moment.took_s))
        concluded = diagnosis(found, moment.took_s) if moment.since_page_s >= CONCLUDES_AFTER_S else None
        if concluded and concluded.claim and self._is_news(concluded.claim):
            self._claimed.append(concluded.claim)
            said.append(concluded)
        return said

    def _is_news(self, claim: Claim) -> bool:
        return claim not in self._claimed and len(self._claimed) < _MOST_VERDICTS


def findings(before: Snapshot, now: Snapshot) -> Findings:
    """Everything that stands out now against before."""
    return Findings(
        now, tuple(deviations(before, now)), tuple(louder(before, now)), tuple(restarted(before, now))
    )


def observation(found: Findings, took_s: float = 0.0) -> HintShown:
    """What stands out, the farthest from its baseline first, without a cause."""
    facts = [_fact(each) for each in found.deviations[:_MOST_FACTS]]
    lines = [_line(each) for each in found.louder[:_MOST_LINES]]
    count = len(found.deviations)
    return HintShown(
        hint=1,
        source="pattern",
        hint_kind="observation",
        claim=None,
        confidence=1.0,
        says=f"{count} signals left their baseline; {found.deviations[0].says}.",
        evidence=(*facts, *lines),
        took_s=took_s,
    )


def diagnosis(found: Findings, took_s: float = 0.0) -> HintShown | None:
    """What it takes for the cause, with the next two that would fit; None if no shape fits."""
    fitting = verdicts(found)
    if not fitting:
        return None
    verdict, *others = fitting
    return HintShown(
        hint=1,
        source="pattern",
        hint_kind="diagnosis",
        claim=_claim(verdict),
        confidence=verdict.confidence,
        says=verdict.says,
        evidence=_evidence(verdict, found),
        alternatives=tuple(f"{each.component}: {each.mechanism}" for each in others[:2]),
        suggests=verdict.suggests,
        took_s=took_s,
    )


def _claim(verdict: Verdict) -> Claim:
    """As a person would answer: where nothing is wrong, there is no place where it lies."""
    components = () if verdict.mechanism == "none" else (verdict.component,)
    return Claim(components=components, mechanisms=(verdict.mechanism,))


def _evidence(verdict: Verdict, found: Findings) -> tuple[str, ...]:
    facts = [*verdict.facts, *map(_fact, verdict.rests_on)]
    theirs = [each for each in found.louder if each.group.service == verdict.component]
    return tuple(facts + [_line(each) for each in theirs[:_MOST_LINES]])


def _fact(deviation: Deviation) -> str:
    return f"{deviation.says} ({deviation.signal.promql})"


def _line(line: Louder) -> str:
    return f"{one_line(line.says)}; such as: {one_line(line.group.sample)[:200]}"
