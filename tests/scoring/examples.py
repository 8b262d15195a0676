"""Small timelines and SLI series for the tests of scoring."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from scoring.slo import Requests, SecondSli, Slo
from scoring.timeline import Answer, Belief, Claim, Hint, Operation, Timeline, Truth

ONSET = 1000.0
BASELINE: Mapping[str, float] = {"browse": 10.0, "buy": 2.0}
SLO = Slo()

TRUTH = Truth(
    claim=Claim(frozenset({"db"}), frozenset({"connection-pool-exhaustion"})),
    trigger="binary-push",
    contributing=frozenset({"retry-amplification", "missing-alert"}),
    harmful=("restart db",),
)
RIGHT = TRUTH.claim
WRONG = Claim(frozenset({"vision"}), frozenset({"capacity-shortfall"}))


def second_of(second: int, good: float = 1.0, demand: float = 1.0) -> SecondSli:
    journeys = {
        name: Requests(round(rate * demand), round(rate * demand * good)) for name, rate in BASELINE.items()
    }
    return SecondSli(second, journeys)


def stretch(first: int, until: int, good: float = 1.0, demand: float = 1.0) -> list[SecondSli]:
    """Seconds [first, until) with one share of good requests and of the baseline demand."""
    return [second_of(second, good, demand) for second in range(first, until)]


def incident(mitigated: int = 1100, until: int = 1200) -> list[SecondSli]:
    """A minute of baseline, bad from 1010 until `mitigated`, good until `until`."""
    return [*stretch(940, 1010), *stretch(1010, mitigated, good=0.2), *stretch(mitigated, until)]


def answer(
    components: Sequence[str] = ("db",),
    mechanisms: Sequence[str] = ("connection-pool-exhaustion",),
    trigger: str = "binary-push",
    contributing: Sequence[str] = ("retry-amplification", "missing-alert"),
    at: float = ONSET + 200,
    confidence: float = 0.9,
) -> Answer:
    """The right diagnosis, but for what is given."""
    claim = Claim(frozenset(components), frozenset(mechanisms))
    return Answer(at, claim, trigger, frozenset(contributing), confidence)


def belief(at_s: float, claim: Claim, confidence: float = 0.5) -> Belief:
    return Belief(ONSET + at_s, claim, confidence)


def hint(at_s: float, claim: Claim | None, **changes: Any) -> Hint:
    return dataclasses.replace(Hint(1, ONSET + at_s, claim, 0.9), **changes)


def write(at_s: float, line: str, exit_code: int = 0) -> Operation:
    return Operation(ONSET + at_s, line, "write", exit_code)


def timeline(**changes: Any) -> Timeline:
    """A drill of `incident()` that ends at 1200 without any action, but for what is given."""
    plain = Timeline(
        onset=ONSET,
        ended_at=1200.0,
        limit_s=600.0,
        hold_s=20.0,
        mode="advise",
        truth=TRUTH,
        sli=tuple(incident()),
        baseline=BASELINE,
    )
    return dataclasses.replace(plain, **changes)
