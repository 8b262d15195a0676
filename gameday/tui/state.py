"""What the war room shows, as one frozen value folded from the events of the drill.

The fold stands between the journal and the eyes of a participant. It drops what they must not
learn from a screen (that the world was broken, that the oracle saw it, what the truth is), and it
strips every text once, so that no widget has to think of either.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import singledispatch
from types import MappingProxyType
from typing import Literal

from gameday.journal.events import (
    Acknowledged,
    AlertFired,
    AlertResolved,
    Believed,
    BriefingGiven,
    CheckpointAsked,
    CheckpointMissed,
    DiagnosisSubmitted,
    DrillEnded,
    DrillPaused,
    DrillResumed,
    DrillStarted,
    EndReason,
    Entry,
    Event,
    EvidencePinned,
    Fate,
    HintDisposed,
    HintShown,
    MessagePosted,
    Mitigated,
    Mode,
    Noted,
    Operated,
    Paged,
    PersonAnswered,
    PersonPaged,
    PhaseChanged,
    Reflected,
    ReflectionAsked,
    Relapsed,
    RuledOut,
    SandboxProgressed,
    SliMeasured,
    StoodDown,
)
from gameday.text import one_line, plain
from gameday.tui import beliefs as held
from gameday.tui.beliefs import Evidence, Hypotheses, Hypothesis

KEPT_S = 180
"""Seconds of each journey's SLI that are kept to draw."""
NOW_S = 5
"""Seconds that the SLI `now` is taken over; one second holds too few requests."""

Stage = Literal["starting", "briefing", "baseline", "on call", "incident", "mitigated", "over"]


@dataclass(frozen=True)
class Part:
    """One part of the company on its way up."""

    service: str
    step: str
    elapsed_s: float
    """Seconds after the start of everything at which it came to this step."""
    detail: str = ""
    began_s: float = 0.0
    """The same for when it was first heard of."""


@dataclass(frozen=True)
class SliSecond:
    second: int
    count: int
    good: int


@dataclass(frozen=True)
class Journey:
    """What customers of one journey got lately, oldest second first."""

    seconds: tuple[SliSecond, ...] = ()

    @property
    def share(self) -> float | None:
        """Share of good requests over the last `NOW_S` seconds; None where nobody came."""
        recent = [item for item in self.seconds if item.second > self.seconds[-1].second - NOW_S]
        count = sum(item.count for item in recent)
        return sum(item.good for item in recent) / count if count else None


@dataclass(frozen=True)
class Alert:
    name: str
    severity: str
    summary: str
    service: str
    since: float


@dataclass(frozen=True)
class Page:
    """The first ring of the pager; `wall` is what the clock counts from."""

    alert: str
    summary: str
    wall: float


@dataclass(frozen=True)
class Operation:
    wall: float
    line: str
    tier: str
    exit_code: int
    duration_s: float
    output: str
    changed: str


@dataclass(frozen=True)
class Belief:
    """Empty components and mechanisms mean `don't know yet`."""

    wall: float
    components: tuple[str, ...]
    mechanisms: tuple[str, ...]
    confidence: float


@dataclass(frozen=True)
class Hint:
    """What the advisor said, and what became of it; `fate` is None while it waits."""

    number: int
    wall: float
    source: str
    kind: str
    components: tuple[str, ...]
    mechanisms: tuple[str, ...]
    confidence: float
    says: str
    evidence: tuple[str, ...]
    alternatives: tuple[str, ...]
    suggests: str
    fate: Fate | None = None


@dataclass(frozen=True)
class NoteLine:
    wall: float
    text: str


@dataclass(frozen=True)
class ChannelLine:
    """Something that somebody said, or that somebody was paged."""

    wall: float
    who: str
    text: str


@dataclass(frozen=True)
class RoomState:
    """All that the room shows of a drill, but for logs and signals."""

    codename: str = ""
    mode: Mode = "manual"
    runtime: str = ""
    sandbox_id: str = ""
    customers: int = 1
    """How many customers the shop has at a time."""
    phase: Literal["starting", "briefing", "baseline", "armed", "debrief"] = "starting"
    """`armed` stands for the incident too: a screen must not tell when the world was broken."""
    started_at: float | None = None
    page: Page | None = None
    acknowledged_at: float | None = None
    mitigated_at: float | None = None
    """Wall time at which the oracle said so; drawn through `stage` alone."""
    relapses: int = 0
    stood_down: bool = False
    paused_at: float | None = None
    """Since when the drill's clock has stood still; None while it goes."""
    stood_s: float = 0.0
    """How long it stood still before that."""
    ended: EndReason | None = None
    ended_at: float | None = None
    parts: tuple[Part, ...] = ()
    briefing: str = ""
    runbooks: tuple[tuple[str, str], ...] = ()
    """Name and Markdown of each."""
    journeys: Mapping[str, Journey] = field(default_factory=lambda: MappingProxyType({}))
    money_lost: float = 0.0
    alerts: tuple[Alert, ...] = ()
    """Those that fire now, oldest first."""
    operations: tuple[Operation, ...] = ()
    beliefs: tuple[Belief, ...] = ()
    hypotheses: Hypotheses = ()
    evidence: tuple[Evidence, ...] = ()
    hints: tuple[Hint, ...] = ()
    notes: tuple[NoteLine, ...] = ()
    channel: tuple[ChannelLine, ...] = ()
    diagnosed: bool = False
    reflecting: Literal["no", "manual", "ai"] = "no"
    """Whether it is asked how it felt, and if the AI's help is asked about too."""
    asked: bool = False
    """A checkpoint waits for a belief."""

    @property
    def stage(self) -> Stage:
        """Where the drill is, as far as the participant may know."""
        if self.ended is not None or self.phase == "debrief":
            return "over"
        if self.page is None and self.acknowledged_at is None:
            return "on call" if self.phase == "armed" else self.phase
        return "incident" if self.mitigated_at is None else "mitigated"

    @property
    def affected(self) -> int | None:
        """How many customers are badly served now, by the share of all requests; None without requests."""
        newest = max((each.seconds[-1].second for each in self.journeys.values() if each.seconds), default=0)
        recent = [
            item
            for journey in self.journeys.values()
            for item in journey.seconds[-NOW_S:]
            if item.second > newest - NOW_S
        ]
        count = sum(item.count for item in recent)
        bad = sum(item.count - item.good for item in recent)
        return math.ceil(self.customers * bad / count) if count else None

    @property
    def waiting_hints(self) -> tuple[Hint, ...]:
        return tuple(hint for hint in self.hints if hint.fate is None)

    def elapsed_s(self, now: float) -> float | None:
        """Seconds since the page rang, or since the drill started while it has not; None before."""
        origin = self.started_at if self.page is None else self.page.wall
        if origin is None:
            return None
        until = now if self.ended_at is None else self.ended_at
        if self.paused_at is not None:
            until = min(until, self.paused_at)
        return max(0.0, until - origin - self.stood_s)


def fold(state: RoomState, entry: Entry, event: Event) -> RoomState:
    """The room after one more event; `entry` says when it was."""
    return _after(event, state, entry.wall)


@singledispatch
def _after(event: Event, state: RoomState, wall: float) -> RoomState:
    """Everything without a rule below is none of the participant's business, or not of this room."""
    return state


@_after.register
def _(event: DrillStarted, state: RoomState, wall: float) -> RoomState:
    return replace(
        state,
        codename=one_line(event.codename),
        mode=event.mode,
        runtime=event.runtime,
        sandbox_id=one_line(event.sandbox_id),
        customers=event.customers,
        started_at=wall,
    )


@_after.register
def _(event: PhaseChanged, state: RoomState, wall: float) -> RoomState:
    if event.phase == "incident" or event.phase == "mitigated":
        return replace(state, phase="armed")
    if event.phase == "debrief":
        return replace(state, phase=event.phase, reflecting="no")
    return replace(state, phase=event.phase)


@_after.register
def _(event: SandboxProgressed, state: RoomState, wall: float) -> RoomState:
    parts = {known.service: known for known in state.parts}
    name, step = one_line(event.service), one_line(event.step)
    before = parts.get(name)
    if before is not None and before.step == "ready" == step:
        return state
    began_s = event.elapsed_s if before is None else before.began_s
    parts[name] = Part(name, step, event.elapsed_s, one_line(event.detail), began_s)
    return replace(state, parts=tuple(parts.values()))


@_after.register
def _(event: BriefingGiven, state: RoomState, wall: float) -> RoomState:
    books = tuple((plain(name), plain(text)) for name, text in sorted(event.runbooks.items()))
    return replace(state, briefing=plain(event.text), runbooks=books)


@_after.register
def _(event: SliMeasured, state: RoomState, wall: float) -> RoomState:
    journeys = dict(state.journeys)
    for untrusted, measured in event.journeys.items():
        name = one_line(untrusted)
        known = journeys.get(name, Journey()).seconds[-KEPT_S + 1 :]
        journeys[name] = Journey((*known, SliSecond(event.second, measured.count, measured.good)))
    return replace(state, journeys=MappingProxyType(journeys), money_lost=state.money_lost + event.money_lost)


@_after.register
def _(event: AlertFired, state: RoomState, wall: float) -> RoomState:
    alert = Alert(
        one_line(event.name), event.severity, one_line(event.summary), one_line(event.service), wall
    )
    others = tuple(known for known in state.alerts if known.name != alert.name)
    return replace(state, alerts=(*others, alert))


@_after.register
def _(event: AlertResolved, state: RoomState, wall: float) -> RoomState:
    gone = one_line(event.name)
    return replace(state, alerts=tuple(alert for alert in state.alerts if alert.name != gone))


@_after.register
def _(event: Paged, state: RoomState, wall: float) -> RoomState:
    if state.page is not None:
        return state
    return replace(state, page=Page(one_line(event.alert), one_line(event.summary), wall))


@_after.register
def _(event: Acknowledged, state: RoomState, wall: float) -> RoomState:
    return state if state.acknowledged_at is not None else replace(state, acknowledged_at=wall)


@_after.register
def _(event: Noted, state: RoomState, wall: float) -> RoomState:
    return replace(state, notes=(*state.notes, NoteLine(wall, one_line(event.text))))


@_after.register
def _(event: Operated, state: RoomState, wall: float) -> RoomState:
    operation = Operation(
        wall=wall,
        line=one_line(event.line),
        tier=event.tier,
        exit_code=event.exit_code,
        duration_s=event.duration_s,
        output=plain(event.output),
        changed=one_line(event.changed),
    )
    return replace(state, operations=(*state.operations, operation))


@_after.register
def _(event: Believed, state: RoomState, wall: float) -> RoomState:
    belief = Belief(wall, _lines(event.components), _lines(event.mechanisms), event.confidence)
    stated = Hypothesis(belief.components, belief.mechanisms, belief.confidence, wall)
    known = held.believed(state.hypotheses, stated)
    return replace(state, beliefs=(*state.beliefs, belief), hypotheses=known, asked=False)


@_after.register
def _(event: RuledOut, state: RoomState, wall: float) -> RoomState:
    stated = Hypothesis(
        _lines(event.components), _lines(event.mechanisms), 0.0, wall, reason=one_line(event.reason)
    )
    return replace(state, hypotheses=held.ruled_out(state.hypotheses, stated))


@_after.register
def _(event: EvidencePinned, state: RoomState, wall: float) -> RoomState:
    claim = frozenset(_lines(event.components)), frozenset(_lines(event.mechanisms))
    kept = Evidence(wall, one_line(event.source), one_line(event.text), event.bearing, claim)
    return replace(state, evidence=(*state.evidence, kept))


@_after.register
def _(event: CheckpointAsked, state: RoomState, wall: float) -> RoomState:
    return replace(state, asked=True)


@_after.register
def _(event: CheckpointMissed, state: RoomState, wall: float) -> RoomState:
    return replace(state, asked=False)


@_after.register
def _(event: MessagePosted, state: RoomState, wall: float) -> RoomState:
    return _heard(state, wall, event.who, event.says)


@_after.register
def _(event: PersonPaged, state: RoomState, wall: float) -> RoomState:
    asked = f": {event.question}" if event.question else ""
    return _heard(state, wall, "you", f"page {event.name}{asked}")


@_after.register
def _(event: PersonAnswered, state: RoomState, wall: float) -> RoomState:
    return _heard(state, wall, event.name, event.says)


@_after.register
def _(event: HintShown, state: RoomState, wall: float) -> RoomState:
    if state.mode == "manual":
        return state
    hint = Hint(
        number=event.hint,
        wall=wall,
        source=one_line(event.source),
        kind=event.hint_kind,
        components=_lines(event.claim.components) if event.claim else (),
        mechanisms=_lines(event.claim.mechanisms) if event.claim else (),
        confidence=event.confidence,
        says=one_line(event.says),
        evidence=_lines(event.evidence),
        alternatives=_lines(event.alternatives),
        suggests=one_line(event.suggests),
    )
    return replace(state, hints=(*state.hints, hint))


@_after.register
def _(event: HintDisposed, state: RoomState, wall: float) -> RoomState:
    hints = (replace(hint, fate=event.fate) if hint.number == event.hint else hint for hint in state.hints)
    return replace(state, hints=tuple(hints))


@_after.register
def _(event: Mitigated, state: RoomState, wall: float) -> RoomState:
    return replace(state, mitigated_at=wall)


@_after.register
def _(event: Relapsed, state: RoomState, wall: float) -> RoomState:
    return replace(state, mitigated_at=None, relapses=state.relapses + 1)


@_after.register
def _(event: DiagnosisSubmitted, state: RoomState, wall: float) -> RoomState:
    return replace(state, diagnosed=True, asked=False)


@_after.register
def _(event: StoodDown, state: RoomState, wall: float) -> RoomState:
    return replace(state, stood_down=True)


@_after.register
def _(event: DrillEnded, state: RoomState, wall: float) -> RoomState:
    return replace(state, ended=event.reason, ended_at=wall)


@_after.register
def _(event: DrillPaused, state: RoomState, wall: float) -> RoomState:
    return replace(state, paused_at=wall)


@_after.register
def _(event: DrillResumed, state: RoomState, wall: float) -> RoomState:
    stood_s = 0.0 if state.paused_at is None else wall - state.paused_at
    return replace(state, paused_at=None, stood_s=state.stood_s + stood_s)


@_after.register
def _(event: ReflectionAsked, state: RoomState, wall: float) -> RoomState:
    return replace(state, reflecting="ai" if event.ai else "manual")


@_after.register
def _(event: Reflected, state: RoomState, wall: float) -> RoomState:
    return replace(state, reflecting="no")


def _heard(state: RoomState, wall: float, who: str, says: str) -> RoomState:
    line = ChannelLine(wall, one_line(who), one_line(says))
    return replace(state, channel=(*state.channel, line))


def _lines(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one_line(text) for text in texts)
