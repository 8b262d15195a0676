"""Everything that can happen in a drill, as typed, frozen events.

The journal is the only record: screens are drawn from these events and scores are folded from
them, so an event holds all that its readers need (the truth included, once it is revealed) and
nothing that can be derived from the others. Kinds are past tense. A field ending in `_s` is in
seconds, `wall` is UNIX seconds, `mono_ns` is the trainer's monotonic clock in nanoseconds.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA = 1
"""Version of the envelope and of every event in it. A reader refuses any other."""

Mode = Literal["manual", "advise"]
AdvisorName = Literal["pattern", "scripted"]
Policy = Literal["natural", "right", "wrong", "silent"]
Style = Literal["verdict", "evidence"]
"""Whether an advisor says what it concludes, or only what it saw."""
PhaseName = Literal["starting", "briefing", "baseline", "armed", "incident", "mitigated", "debrief"]
Actor = Literal[
    "conductor", "engineer", "advisor", "oracle", "fault", "monitoring", "sandbox", "colleague", "facilitator"
]
Channel = Literal["on-call", "executive", "support"]
"""Where somebody spoke: the on-call channel, somebody in charge, or support with customers' words."""
CheckpointMoment = Literal["after_page", "before_end"]
Fate = Literal["accepted", "modified", "rejected", "ignored"]
Bearing = Literal["none", "for", "against"]
"""What evidence does to a hypothesis."""
EndReason = Literal["resolved", "time_limit", "stood_down", "aborted", "void"]

Confidence = Annotated[float, Field(ge=0.0, le=1.0)]


class Event(BaseModel):
    """Base of every event; `kind` is its name in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str]


class DrillStarted(Event):
    """The drill exists: what it is called and under which rules it is played."""

    kind: ClassVar[str] = "drill_started"
    codename: str
    mode: Mode
    runtime: str
    sandbox_id: str
    engineer: str
    seed: int
    limit_s: float
    hold_s: float
    customers: int = 1
    """How many legitimate customers the shop has at a time."""
    spoiled: bool = False
    """The engineer chose the pack by name, so the drill cannot count for currency."""


class AssistantsSeen(Event):
    """In a drill without an AI, known assistants ran on the engineer's machine."""

    kind: ClassVar[str] = "assistants_seen"
    names: tuple[str, ...]


class MachineMeasured(Event):
    """How busy the machine that everything ran on was, from the onset to the end of the incident.

    Pauses are part of it; in a drill that was taken up again it is from then on.
    """

    kind: ClassVar[str] = "machine_measured"
    busy: float = Field(ge=0, le=1)
    """Share of all processors' time in which they worked, for the company or for anything else."""
    processors: int


class PhaseChanged(Event):
    kind: ClassVar[str] = "phase_changed"
    phase: PhaseName


class SandboxProgressed(Event):
    """A part of the company came nearer to running."""

    kind: ClassVar[str] = "sandbox_progressed"
    service: str
    step: str
    elapsed_s: float
    detail: str = ""


class BriefingGiven(Event):
    kind: ClassVar[str] = "briefing_given"
    text: str
    runbooks: dict[str, str] = Field(default_factory=dict)
    """What the company wrote down about its alerts, by name, as Markdown; some of it out of date."""


class JourneySli(BaseModel):
    """One journey in one second, legitimate customers only."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    count: int
    """Requests that ended in this second."""
    good: int
    """Of these, how many succeeded within the journey's latency threshold."""
    p50_ms: float
    p95_ms: float


class SliMeasured(Event):
    """One second of what customers got, measured at the load generator."""

    kind: ClassVar[str] = "sli_measured"
    second: int
    """UNIX second that the figures cover: [second, second + 1)."""
    journeys: dict[str, JourneySli]
    money_lost: float = 0.0
    """Value of what customers could not do in this second, in the shop's currency."""
    stolen: float = 0.0
    """What bots got away with in this second, in the shop's currency."""


class FaultInjected(Event):
    """The world was broken. `wall` of the envelope is the onset that times count from."""

    kind: ClassVar[str] = "fault_injected"
    onset: float
    """UNIX seconds at which the fault took effect, as the worker that did it measured."""


class FaultRolledBack(Event):
    kind: ClassVar[str] = "fault_rolled_back"
    clean: bool
    detail: str = ""


class SandboxLeft(Event):
    """The drill was over, and not everything of its company could be removed."""

    kind: ClassVar[str] = "sandbox_left"
    detail: str
    """What is left, and why."""


class AlertFired(Event):
    kind: ClassVar[str] = "alert_fired"
    name: str
    severity: Literal["page", "ticket"]
    summary: str
    service: str = ""


class AlertResolved(Event):
    kind: ClassVar[str] = "alert_resolved"
    name: str


class Paged(Event):
    """The engineer's pager rang, for the first alert of severity page."""

    kind: ClassVar[str] = "paged"
    alert: str
    summary: str


class Acknowledged(Event):
    kind: ClassVar[str] = "acknowledged"


class Noted(Event):
    kind: ClassVar[str] = "noted"
    text: str


class Operated(Event):
    """An `ops` line or a shell line was carried out."""

    kind: ClassVar[str] = "operated"
    line: str
    tier: Literal["read", "write", "shell"]
    exit_code: int
    duration_s: float
    output: str
    changed: str = ""
    """What a write changed, in one sentence; empty for a read."""


class Believed(Event):
    """A provisional belief: what the engineer thinks it is, and how sure."""

    kind: ClassVar[str] = "believed"
    components: tuple[str, ...]
    mechanisms: tuple[str, ...]
    confidence: Confidence
    text: str = ""
    checkpoint: int | None = None
    """The checkpoint that it answers; None if it was stated unasked."""


class EvidencePinned(Event):
    """The engineer kept something that they saw, as evidence."""

    kind: ClassVar[str] = "evidence_pinned"
    source: str
    """Where it was seen: `signals`, `logs`, `traces`, …"""
    text: str
    bearing: Bearing = "none"
    """What it does to the hypothesis of these components and mechanisms."""
    components: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()


class RuledOut(Event):
    """The engineer no longer takes it for the cause."""

    kind: ClassVar[str] = "ruled_out"
    components: tuple[str, ...]
    mechanisms: tuple[str, ...]
    reason: str


class CheckpointAsked(Event):
    """What do you believe now? `Don't know yet` is an answer."""

    kind: ClassVar[str] = "checkpoint_asked"
    checkpoint: int
    """Number of the checkpoint in this drill, from 1."""
    moment: CheckpointMoment


class CheckpointMissed(Event):
    """Neither a belief nor a diagnosis was stated until the next checkpoint or the end."""

    kind: ClassVar[str] = "checkpoint_missed"
    checkpoint: int


class Claim(BaseModel):
    """What a hint says is the matter."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    components: tuple[str, ...]
    mechanisms: tuple[str, ...]


class MessagePosted(Event):
    """Somebody said something that the engineer can read."""

    kind: ClassVar[str] = "message_posted"
    channel: Channel
    who: str
    """A name, as people see it."""
    says: str


class PersonPaged(Event):
    """The engineer paged a colleague."""

    kind: ClassVar[str] = "person_paged"
    who: str
    """The company's key for them."""
    name: str
    question: str = ""


class PersonAnswered(Event):
    """What came of paging a colleague."""

    kind: ClassVar[str] = "person_answered"
    who: str
    name: str
    reached: bool
    """They spoke; otherwise `says` tells why they don't."""
    says: str


class HintShown(Event):
    """The advisor spoke, and the engineer saw it."""

    kind: ClassVar[str] = "hint_shown"
    hint: int
    """Number of the hint in this drill, from 1."""
    source: str
    hint_kind: Literal["observation", "diagnosis"]
    claim: Claim | None
    confidence: Confidence
    says: str
    evidence: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    suggests: str = ""
    """An `ops` line, or empty."""
    took_s: float = 0.0
    """How long the advisor took to look."""


class HintDisposed(Event):
    kind: ClassVar[str] = "hint_disposed"
    hint: int
    fate: Fate
    reason: str = ""


class SloViolated(Event):
    """The oracle saw the SLO broken after the onset."""

    kind: ClassVar[str] = "slo_violated"
    since: float


class Mitigated(Event):
    """Customers are served again, held for `hold_s`; `since` is where that window began."""

    kind: ClassVar[str] = "mitigated"
    since: float


class Relapsed(Event):
    kind: ClassVar[str] = "relapsed"
    since: float


class DiagnosisSubmitted(Event):
    kind: ClassVar[str] = "diagnosis_submitted"
    components: tuple[str, ...]
    mechanisms: tuple[str, ...]
    trigger: str
    contributing: tuple[str, ...]
    confidence: Confidence
    text: str = ""


class StoodDown(Event):
    """The engineer ended the drill without (or after) a mitigation."""

    kind: ClassVar[str] = "stood_down"
    reason: str = ""


class DrillPaused(Event):
    """The drill's clock stands still; the company and its customers go on."""

    kind: ClassVar[str] = "drill_paused"
    reason: str = ""


class DrillResumed(Event):
    """The drill's clock goes on."""

    kind: ClassVar[str] = "drill_resumed"


class Resumed(Event):
    """The trainer had been killed, and the drill was taken up again; the company had gone on meanwhile."""

    kind: ClassVar[str] = "resumed"
    gap_s: float
    """How long nobody watched; it counts for the drill's clock as for the customers."""


class DrillEnded(Event):
    kind: ClassVar[str] = "drill_ended"
    reason: EndReason


class ReflectionAsked(Event):
    """How did it feel? Asked once the drill is over, with the clock hidden and before the truth."""

    kind: ClassVar[str] = "reflection_asked"
    ai: bool
    """There was an AI whose help can be felt."""


class Reflected(Event):
    """What the engineer felt; None where they didn't say."""

    kind: ClassVar[str] = "reflected"
    felt_s: Annotated[float, Field(ge=0.0)] | None = None
    """How long it took from the page to the end, as it felt."""
    without_ai: Annotated[float, Field(gt=0.0)] | None = None
    """How many times as long it would have taken without the AI."""


class Discriminator(BaseModel):
    """A signal that would have told the truth apart from the tempting story."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    say: str
    promql: str
    before: str = ""
    after: str = ""
    observed_before: float | None = None
    """Its value in this drill just before the onset; None where it could not be read."""
    observed_after: float | None = None


class Rehearsed(BaseModel):
    """What a rehearsal of the same variant lost up to a limit, by which the response is measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    unit: Literal["customer-minutes", "money"]
    """Customer-minutes are per customer; money, where bots get away with some, holds that too."""
    doing_nothing: float
    expert: float
    limit_s: float
    elsewhere: str = ""
    """The machine, if it was not this one."""


class TruthRevealed(Event):
    """The hidden truth, written at the end so that the journal alone can be scored."""

    kind: ClassVar[str] = "truth_revealed"
    pack: str
    variant: str
    title: str
    components: tuple[str, ...]
    mechanisms: tuple[str, ...]
    trigger: str
    contributing: tuple[str, ...]
    chain: tuple[str, ...]
    discriminators: tuple[Discriminator, ...] = ()
    harmful: tuple[str, ...] = ()
    """`ops` lines that the pack calls harmful."""
    par_s: float | None = None
    owners: tuple[str, ...] = ()
    """Keys of the people to page: who owns a true component, or knows it best."""
    references: tuple[str, ...] = ()
    fraud_cap_per_min: float | None = None
    """The most that bots may get away with in a minute of a mitigation."""
    rehearsed: Rehearsed | None = None
    """None if nobody has rehearsed this variant as it is now, on this runtime."""


KINDS: dict[str, type[Event]] = {
    cls.kind: cls
    for cls in (
        DrillStarted, AssistantsSeen, MachineMeasured, PhaseChanged, SandboxProgressed, BriefingGiven,
        SliMeasured, FaultInjected, FaultRolledBack, SandboxLeft, AlertFired, AlertResolved, Paged,
        Acknowledged, Noted, Operated, Believed, EvidencePinned, RuledOut, CheckpointAsked,
        CheckpointMissed, MessagePosted, PersonPaged, PersonAnswered, HintShown, HintDisposed,
        SloViolated, Mitigated, Relapsed, DiagnosisSubmitted, StoodDown, DrillPaused, DrillResumed,
        Resumed, DrillEnded, ReflectionAsked, Reflected, TruthRevealed,
    )
}  # fmt: skip
"""Every event class by its kind; a test holds it to the classes of this module."""


class Entry(BaseModel):
    """The envelope: one line of `events.jsonl`."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    schema_: Literal[1] = Field(default=1, alias="schema")
    run: str
    seq: int
    mono_ns: int
    wall: float
    actor: Actor
    kind: str
    data: dict[str, Any]
