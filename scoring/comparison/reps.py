"""One drill as a comparison needs it, and which drills may be compared at all."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Literal, NamedTuple

from scoring.reliance import AcceptanceTable, Proportion
from scoring.stats.survival import Duration

Policy = Literal["natural", "right", "wrong", "silent"]

NONE = Proportion(0, 0)
_NO_HINTS = AcceptanceTable()

SHORTEST_S = 1.0
"""The SLI is fed once a second, so nothing is mitigated faster than this; it keeps logs finite."""

_ORDERS = ((1, 2), (2, 1))
_DECIMALS = 9
"""Differences of logs are rounded to so many places, so that equal ones tie whatever the arithmetic."""


@dataclass(frozen=True)
class Stated:
    """A belief and its stated confidence, from 0 to 1, and whether it was right."""

    confidence: float
    right: bool


class Latency(NamedTuple):
    """What the advisor cost in time in one drill, s, each summed over its hints."""

    waiting_s: float
    """From asking to the hint."""
    reading_s: float
    """From the hint to what became of it."""
    astray_s: float
    """From accepting a wrong hint to leaving its claim."""

    @property
    def total_s(self) -> float:
        return self.waiting_s + self.reading_s + self.astray_s


class AiTrace(NamedTuple):
    """What the advisor said in one drill, and what came of it."""

    table: AcceptanceTable = _NO_HINTS
    rair: Proportion = NONE
    rsr: Proportion = NONE
    commission: Proportion = NONE
    claims_wrong: Proportion = NONE
    """Hints that named a wrong cause, of those that named any."""
    wrong_components: frozenset[str] = frozenset()
    """Components named by wrong hints that are not part of the truth."""
    latency: Latency | None = None
    """None where it isn't known."""


NOTHING_SAID = AiTrace()


class Rep(NamedTuple):
    """One drill. Times are s; dates are UTC."""

    run: str
    engineer: str
    team: str
    family: str
    variant: str
    ai: bool
    ended: dt.datetime
    time_to_mitigate_s: float
    mitigated: bool
    """False: it had not been mitigated after `limit_s`."""
    limit_s: float
    diagnosis: float
    """D, from 0 to 1."""
    correct: bool
    block: str | None = None
    """The pair that it was planned in; None for a drill outside a plan."""
    order: int | None = None
    """1 or 2: its place in the pair."""
    randomised: bool = True
    spoiled: bool = False
    """Done with something known beforehand or with help that the mode forbids."""
    void: bool = False
    simulated: bool = False
    """Nobody played it, and it lies among drills that somebody did."""
    repeated: bool = False
    """The engineer had met this variant before."""
    no_fault: bool = False
    stood_down: bool = False
    """Ended with the finding that nothing is broken."""
    policy: Policy | None = None
    felt_s: float | None = None
    """How long it felt from the page to the end, asked with the clock hidden."""
    real_s: float | None = None
    """The same by the clock; the time to mitigate stands in for it where it isn't known."""
    beliefs: tuple[Stated, ...] = ()
    answer_components: frozenset[str] = frozenset()
    unnamed_missed: Proportion = NONE
    """True factors missed in the diagnosis, of those that no hint named."""
    trace: AiTrace = NOTHING_SAID
    busy: float | None = None
    """The share of the processors' time that was used during the incident; None where it wasn't measured."""


Exclusion = Literal[
    "simulated",
    "void",
    "spoiled",
    "repeated",
    "no fault",
    "outside a plan",
    "not randomised",
    "partner missing",
    "pair malformed",
]

REASONS: Mapping[Exclusion, str] = {
    "simulated": "simulated: nobody played it",
    "void": "void: the sandbox, not the engineer, decided it",
    "spoiled": "spoiled: something was known beforehand, the drill was paused, or help came from outside",
    "repeated": "repeated: the engineer had met this variant before",
    "no fault": "no fault: there was nothing to mitigate; it counts for false alarms",
    "outside a plan": "outside a plan: no pair to compare it within",
    "not randomised": "not randomised: a lead chose the mode or the order",
    "partner missing": "partner missing: the other drill of its pair isn't done, or was left out",
    "pair malformed": "pair malformed: not one drill with the AI and one without, "
    "of one engineer and family, on two variants",
}


class Pair(NamedTuple):
    """Two drills of one engineer on two variants of one family, one with the AI and one without.

    Made by `Pair.of`, which computes what many tests then read.
    """

    block: str
    on: Rep
    off: Rep
    ai_first: bool
    completed: dt.datetime
    limit_s: float
    """Where both drills are cut off: the shorter limit of the two, so that neither arm gets longer."""
    on_time: Duration
    """With the AI, cut off at the pair's limit, and at `SHORTEST_S` below."""
    off_time: Duration
    """Without the AI, cut off alike."""
    log_ratio: float
    """ln(time with AI / time without), both cut off."""
    diagnosis_gain: float
    """D with AI minus D without."""

    @classmethod
    def of(cls, block: str, on: Rep, off: Rep) -> Pair:
        limit_s = on.limit_s if on.limit_s < off.limit_s else off.limit_s
        on_time, off_time = _cut(on, limit_s), _cut(off, limit_s)
        return cls(
            block=block,
            on=on,
            off=off,
            ai_first=on.order == 1,
            completed=max(on.ended, off.ended),
            limit_s=limit_s,
            on_time=on_time,
            off_time=off_time,
            log_ratio=round(math.log(on_time.seconds / off_time.seconds), _DECIMALS) + 0.0,
            diagnosis_gain=round(on.diagnosis - off.diagnosis, _DECIMALS) + 0.0,
        )

    @property
    def engineer(self) -> str:
        return self.on.engineer


def _cut(rep: Rep, limit_s: float) -> Duration:
    ended = rep.mitigated and rep.time_to_mitigate_s <= limit_s
    seconds = rep.time_to_mitigate_s if ended else limit_s
    return Duration(seconds if seconds > SHORTEST_S else SHORTEST_S, ended)


@dataclass(frozen=True)
class Paired:
    """What may be compared, in the order in which the pairs were completed, and what was left out."""

    pairs: tuple[Pair, ...]
    excluded: Mapping[Exclusion, int] = field(default_factory=dict)
    """Drills, not pairs, by the first reason that applies, in the order of `REASONS`."""


def pair_up(reps: Iterable[Rep]) -> Paired:
    """Make pairs, and count what can't be in one.

    Analysed as assigned: which arm a drill counts for is what it was planned as. Time and space are
    linear in the drills, but for the sort by date.
    """
    blocks: dict[str, list[Rep]] = {}
    out: Counter[Exclusion] = Counter()
    for rep in reps:
        block = rep.block
        reason = _own_reason(rep)
        if reason is not None or block is None:
            out[reason or "outside a plan"] += 1
        elif block in blocks:
            blocks[block].append(rep)
        else:
            blocks[block] = [rep]
    pairs = []
    for block, members in blocks.items():
        if len(members) == 1:
            out["partner missing"] += 1
        elif not _well_formed(members):
            out["pair malformed"] += len(members)
        else:
            one, other = members
            pairs.append(Pair.of(block, one, other) if one.ai else Pair.of(block, other, one))
    pairs.sort(key=attrgetter("completed", "block"))
    return Paired(tuple(pairs), {reason: out[reason] for reason in REASONS if out[reason]})


def _own_reason(rep: Rep) -> Exclusion | None:
    if rep.simulated:
        return "simulated"
    if rep.void:
        return "void"
    if rep.spoiled:
        return "spoiled"
    if rep.repeated:
        return "repeated"
    if rep.no_fault:
        return "no fault"
    if rep.block is None:
        return "outside a plan"
    return None if rep.randomised else "not randomised"


def _well_formed(members: Sequence[Rep]) -> bool:
    if len(members) != 2:
        return False
    one, other = members
    return (
        one.ai != other.ai
        and (one.order, other.order) in _ORDERS
        and one.engineer == other.engineer
        and one.family == other.family
        and one.variant != other.variant
    )
