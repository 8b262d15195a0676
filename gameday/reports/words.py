"""One line in plain words for each event; narration, debrief and postmortem all say it the same way.

Whatever comes from the sandbox, from a hint or from the keyboard passes `gameday.text` here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

from gameday.journal.events import (
    Acknowledged,
    AlertFired,
    AlertResolved,
    AssistantsSeen,
    Believed,
    BriefingGiven,
    CheckpointAsked,
    CheckpointMissed,
    DiagnosisSubmitted,
    DrillEnded,
    DrillPaused,
    DrillResumed,
    DrillStarted,
    Event,
    EvidencePinned,
    FaultInjected,
    FaultRolledBack,
    HintDisposed,
    HintShown,
    MachineMeasured,
    MessagePosted,
    Mitigated,
    Noted,
    Operated,
    Paged,
    PersonAnswered,
    PersonPaged,
    PhaseChanged,
    Reflected,
    ReflectionAsked,
    Relapsed,
    Resumed,
    RuledOut,
    SandboxLeft,
    SandboxProgressed,
    SloViolated,
    StoodDown,
    TruthRevealed,
)
from gameday.text import one_line
from scoring.machine import FULL

_ENDINGS = {
    "resolved": "resolved",
    "time_limit": "the time was up",
    "stood_down": "the engineer stood down",
    "aborted": "aborted",
    "void": "void, it does not count",
}


def sealed_count(drills: int) -> str:
    """How many drills a page leaves out because they are sealed, in a sentence; empty if none."""
    if not drills:
        return ""
    what = "1 sealed drill is" if drills == 1 else f"{drills:,} sealed drills are"
    return f"{what} left out; a drill counts once the other drill of its pair is done."


@dataclass(frozen=True)
class Said:
    """One event in words. The glyph says at a glance what the style says in colour."""

    glyph: str
    words: str
    style: str = ""


@singledispatch
def say(event: Event) -> Said | None:
    """The event in one line; None for an event that has no line of its own."""
    return None


@say.register
def _(event: DrillStarted) -> Said:
    minutes = f"{event.limit_s / 60:g}"
    return Said("▶", f"drill {one_line(event.codename)}, mode {event.mode}, limit {minutes} minutes", "bold")


@say.register
def _(event: AssistantsSeen) -> Said:
    return Said("·", f"an assistant runs on this machine: {names(event.names)}", "yellow")


def strained(event: MachineMeasured) -> str:
    """What a full machine means for a drill's figures, in a sentence; empty if it wasn't full."""
    if event.busy < FULL:
        return ""
    return (
        f"This machine's processors were {event.busy:.0%} busy during the incident: what customers got, and "
        "how long a fix took, is partly its doing."
    )


@say.register
def _(event: MachineMeasured) -> Said:
    sentence = strained(event)
    told = f"this machine's {event.processors} processors were {event.busy:.0%} busy during the incident"
    return Said("!", one_line(sentence), "yellow") if sentence else Said("·", told, "dim")


@say.register
def _(event: PhaseChanged) -> Said:
    return Said("─", f"phase: {event.phase}", "bold")


@say.register
def _(event: SandboxProgressed) -> Said:
    detail = f" ({one_line(event.detail)})" if event.detail else ""
    return Said("·", f"{one_line(event.service)}: {one_line(event.step)}{detail}", "dim")


@say.register
def _(event: BriefingGiven) -> Said:
    return Said("i", one_line(event.text))


@say.register
def _(event: FaultInjected) -> Said:
    return Said("↯", "the world was broken", "bold red")


@say.register
def _(event: FaultRolledBack) -> Said:
    if event.clean:
        return Said("·", "the fault was taken back, the world is clean", "dim")
    return Said("✗", f"the fault was not taken back cleanly: {one_line(event.detail)}", "red")


@say.register
def _(event: SandboxLeft) -> Said:
    return Said("✗", f"{one_line(event.detail)}; `gameday sweep` removes it later", "red")


@say.register
def _(event: AlertFired) -> Said:
    service = f"{one_line(event.service)}: " if event.service else ""
    style = "bold red" if event.severity == "page" else "yellow"
    return Said(
        "!", f"alert {one_line(event.name)} ({event.severity}): {service}{one_line(event.summary)}", style
    )


@say.register
def _(event: AlertResolved) -> Said:
    return Said("·", f"alert {one_line(event.name)} is over", "green")


@say.register
def _(event: Paged) -> Said:
    return Said("☎", f"paged: {one_line(event.summary)}", "bold red")


@say.register
def _(event: Acknowledged) -> Said:
    return Said("✓", "acknowledged the page")


@say.register
def _(event: Noted) -> Said:
    return Said("✎", f"noted: {one_line(event.text)}")


@say.register
def _(event: Operated) -> Said:
    line = one_line(event.line)
    if event.tier != "shell" and not line.startswith("ops "):
        line = f"ops {line}"
    outcome = "" if event.exit_code == 0 else f" (exit code {event.exit_code})"
    changed = f" → {one_line(event.changed)}" if event.changed else ""
    glyph = {"read": "?", "write": "»", "shell": "$"}[event.tier]
    return Said(glyph, f"{line}{outcome}{changed}", "" if event.exit_code == 0 else "yellow")


@say.register
def _(event: Believed) -> Said:
    if not (event.components or event.mechanisms):
        return Said("≈", "believes: don't know yet", "cyan")
    return Said("≈", f"believes: {cause(event.components, event.mechanisms)}{sure(event.confidence)}", "cyan")


@say.register
def _(event: EvidencePinned) -> Said:
    claim = cause(event.components, event.mechanisms)
    about = "" if event.bearing == "none" else f" {event.bearing} {claim},"
    return Said("⌖", f"evidence{about} from {one_line(event.source)}: {one_line(event.text)}", "cyan")


@say.register
def _(event: RuledOut) -> Said:
    because = f": {one_line(event.reason)}" if event.reason else ""
    return Said("≉", f"rules out {cause(event.components, event.mechanisms)}{because}", "cyan")


@say.register
def _(event: CheckpointAsked) -> Said:
    return Said("≟", f"checkpoint {event.checkpoint}: what do you believe now?", "cyan")


@say.register
def _(event: CheckpointMissed) -> Said:
    return Said("≟", f"checkpoint {event.checkpoint} had no answer", "dim")


@say.register
def _(event: MessagePosted) -> Said:
    return Said("“", f"{one_line(event.who)}: {one_line(event.says)}", "blue")


@say.register
def _(event: PersonPaged) -> Said:
    question = f": {one_line(event.question)}" if event.question else ""
    return Said("☏", f"paged {one_line(event.name)}{question}")


@say.register
def _(event: PersonAnswered) -> Said:
    style = "blue" if event.reached else "yellow"
    return Said("“", f"{one_line(event.name)}, paged: {one_line(event.says)}", style)


@say.register
def _(event: HintShown) -> Said:
    claim = f"{cause(event.claim.components, event.claim.mechanisms)}. " if event.claim else ""
    suggests = f" Suggests: {one_line(event.suggests)}" if event.suggests else ""
    return Said(
        "★",
        f"hint {event.hint} ({one_line(event.source)}){sure(event.confidence)}: "
        f"{claim}{one_line(event.says)}{suggests}",
        "magenta",
    )


@say.register
def _(event: HintDisposed) -> Said:
    reason = f": {one_line(event.reason)}" if event.reason else ""
    return Said("☆", f"{event.fate} hint {event.hint}{reason}", "magenta")


@say.register
def _(event: SloViolated) -> Said:
    return Said("▼", "customers are not served within the SLO", "red")


@say.register
def _(event: Mitigated) -> Said:
    return Said("▲", "mitigated: customers are served again, and it held", "bold green")


@say.register
def _(event: Relapsed) -> Said:
    return Said("▼", "relapsed: customers are let down again", "bold red")


@say.register
def _(event: DiagnosisSubmitted) -> Said:
    trigger = f"; trigger {one_line(event.trigger)}" if event.trigger else ""
    factors = f"; contributing {names(event.contributing)}" if event.contributing else ""
    found = cause(event.components, event.mechanisms)
    return Said("◆", f"diagnosis: {found}{trigger}{factors}{sure(event.confidence)}", "bold cyan")


@say.register
def _(event: StoodDown) -> Said:
    reason = f": {one_line(event.reason)}" if event.reason else ""
    return Said("■", f"stood down{reason}", "yellow")


@say.register
def _(event: DrillEnded) -> Said:
    return Said("■", f"the drill ended: {_ENDINGS[event.reason]}", "bold")


@say.register
def _(event: DrillPaused) -> Said:
    reason = f": {one_line(event.reason)}" if event.reason else ""
    return Said("=", f"the drill is paused{reason}", "yellow")


@say.register
def _(event: DrillResumed) -> Said:
    return Said("=", "the drill goes on", "yellow")


@say.register
def _(event: Resumed) -> Said:
    return Said("▶", f"taken up again after {clock(event.gap_s)}, in which nobody watched", "yellow")


@say.register
def _(event: ReflectionAsked) -> Said:
    more = ", and how long would it have taken without the AI" if event.ai else ""
    return Said("≟", f"how long did it feel, from the page to the end{more}?", "cyan")


@say.register
def _(event: Reflected) -> Said:
    felt = "not said" if event.felt_s is None else clock(event.felt_s)
    ratio = "" if event.without_ai is None else f"; without the AI {event.without_ai:g} times as long"
    return Said("≈", f"it felt like: {felt}{ratio}", "cyan")


@say.register
def _(event: TruthRevealed) -> Said:
    return Said(
        "◇",
        f"what it was: {one_line(event.title)} ({cause(event.components, event.mechanisms)})",
        "bold cyan",
    )


def names(items: tuple[str, ...]) -> str:
    """A list in words, or `nothing`."""
    return ", ".join(one_line(item) for item in items) or "nothing"


def cause(components: tuple[str, ...], mechanisms: tuple[str, ...]) -> str:
    """What fails, and by what mechanism; either may not be known."""
    if not components and mechanisms in ((), ("none",)):
        return "nothing"
    return " by ".join(names(each) if each else "something" for each in (components, mechanisms))


def sure(confidence: float) -> str:
    return f", {confidence:.0%} sure"


def clock(seconds: float) -> str:
    """Seconds as mm:ss, with a sign if they are before zero."""
    whole = int(abs(seconds))
    sign = "-" if seconds <= -1 else ""
    return f"{sign}{whole // 60:02d}:{whole % 60:02d}"
