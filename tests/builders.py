"""Example drills, written by hand as a conductor would journal them, for every test that needs one."""

from __future__ import annotations

from pathlib import Path

from gameday.journal import Journal, ManualClock, Recorded
from gameday.journal.events import (
    Acknowledged,
    Actor,
    AlertFired,
    AlertResolved,
    Bearing,
    Believed,
    BriefingGiven,
    Claim,
    DiagnosisSubmitted,
    Discriminator,
    DrillEnded,
    DrillStarted,
    EndReason,
    Entry,
    Event,
    EvidencePinned,
    FaultInjected,
    FaultRolledBack,
    HintDisposed,
    HintShown,
    JourneySli,
    Mitigated,
    Mode,
    Noted,
    Operated,
    Paged,
    PhaseChanged,
    Relapsed,
    SandboxProgressed,
    SliMeasured,
    SloViolated,
    StoodDown,
    TruthRevealed,
)

START = 1_750_000_000.0
"""Wall time at which every example drill starts, UNIX seconds."""
BASELINE_S = 60
ONSET_S = 80.0
"""Seconds from the start to the injection."""
ONSET = START + ONSET_S
DEMAND = {"browse": 12, "upload": 4, "buy": 2}
"""Requests a second of each journey in the example drills."""
CODENAME = "KESTREL-7"


class DrillBuilder:
    """Collects events at their times; `at` is in seconds since the start of the drill."""

    def __init__(self, run_id: str = "run-1") -> None:
        self.run_id = run_id
        self._events: list[tuple[float, Actor, Event]] = []

    def add(self, at: float, actor: Actor, *events: Event) -> DrillBuilder:
        self._events += [(START + at, actor, event) for event in events]
        return self

    def sli(
        self, first: int, until: int, good: float = 1.0, demand: float = 1.0, lost: float = 0.0
    ) -> DrillBuilder:
        """Seconds [first, until) with a share of good requests and of the usual demand."""
        for second in range(first, until):
            self.add(second + 1, "sandbox", second_of_sli(int(START) + second, good, demand, lost))
        return self

    def recorded(self) -> list[Recorded]:
        """The drill as `gameday.journal.read` would give it back, without a file."""
        return [
            Recorded(
                Entry(
                    schema=1,
                    run=self.run_id,
                    seq=seq,
                    mono_ns=round((wall - START) * 1e9),
                    wall=wall,
                    actor=actor,
                    kind=event.kind,
                    data=event.model_dump(mode="json"),
                ),
                event,
            )
            for seq, (wall, actor, event) in enumerate(self._in_order())
        ]

    def write(self, folder: Path) -> int:
        """Journal the drill into a run folder; how many events it has."""
        clock = ManualClock(START)
        with Journal(folder, self.run_id, clock) as journal:
            for wall, actor, event in self._in_order():
                clock.set(wall)
                journal.append(event, actor)
        return len(self._events)

    def _in_order(self) -> list[tuple[float, Actor, Event]]:
        return sorted(self._events, key=lambda item: item[0])


def second_of_sli(second: int, good: float = 1.0, demand: float = 1.0, lost: float = 0.0) -> SliMeasured:
    """One second in which a share of the requests is good and a share of the usual demand came."""
    journeys = {}
    for name, usual in DEMAND.items():
        count = round(usual * demand)
        journeys[name] = JourneySli(count=count, good=round(count * good), p50_ms=40.0, p95_ms=140.0)
    return SliMeasured(second=second, journeys=journeys, money_lost=lost)


def cache_loss_truth() -> TruthRevealed:
    return TruthRevealed(
        pack="cache-loss",
        variant="memory-cut",
        title="The capacity problem that was a cache",
        components=("cache",),
        mechanisms=("cache-eviction",),
        trigger="configuration-push",
        contributing=("retry-amplification", "missing-alert"),
        chain=(
            "A config push cut the cache's memory limit from 256 MB to 8 MB.",
            "Redis evicted most of the stored results.",
            "Every upload was computed again, and the vision slots filled.",
            "The edge timed out and retried, which doubled the load.",
        ),
        discriminators=(
            Discriminator(
                say="The hit ratio fell before latency rose, while arrivals stayed flat.",
                promql="cache_hit_ratio",
                before="about 0.9",
                after="under 0.2",
                observed_before=0.91,
                observed_after=0.14,
            ),
        ),
        harmful=("flush cache",),
        par_s=240.0,
        references=("https://example.org/postmortem",),
    )


def wrong_hint() -> HintShown:
    return HintShown(
        hint=1,
        source="pattern",
        hint_kind="diagnosis",
        claim=Claim(components=("vision",), mechanisms=("capacity-shortfall",)),
        confidence=0.9,
        says="Request volume increase. This is a capacity problem. Add servers.",
        evidence=("vision: all slots busy", "p95 of /upload 6.1 s"),
        suggests="ops scale vision 4",
    )


def right_hint() -> HintShown:
    return HintShown(
        hint=1,
        source="scripted",
        hint_kind="diagnosis",
        claim=Claim(components=("cache",), mechanisms=("cache-eviction",)),
        confidence=0.7,
        says="The cache has stopped holding results.",
        evidence=("hit ratio 0.14",),
        suggests="ops rollback cache",
    )


def operated(line: str, *, read: bool = False, exit_code: int = 0, changed: str = "") -> Operated:
    return Operated(
        line=line,
        tier="read" if read else "write",
        exit_code=exit_code,
        duration_s=0.4,
        output="done",
        changed=changed,
    )


def believed(component: str, mechanism: str, confidence: float) -> Believed:
    """A belief in one cause; empty strings mean `don't know yet`."""
    return Believed(
        components=(component,) if component else (),
        mechanisms=(mechanism,) if mechanism else (),
        confidence=confidence,
    )


def pinned(text: str, bearing: Bearing = "none", component: str = "", mechanism: str = "") -> EvidencePinned:
    """Evidence that was seen in the signals; with a bearing, on one cause."""
    return EvidencePinned(
        source="signals",
        text=text,
        bearing=bearing,
        components=(component,) if component else (),
        mechanisms=(mechanism,) if mechanism else (),
    )


def to_the_onset(mode: Mode = "advise") -> DrillBuilder:
    """A drill from its start to the injection, with customers served until 8 s after it."""
    builder = DrillBuilder()
    builder.add(
        0,
        "conductor",
        DrillStarted(
            codename=CODENAME,
            mode=mode,
            runtime="fake",
            sandbox_id="sandbox-1",
            engineer="ada",
            seed=7,
            limit_s=1200.0,
            hold_s=20.0,
        ),
        PhaseChanged(phase="starting"),
    )
    builder.add(2, "sandbox", SandboxProgressed(service="cache", step="ready", elapsed_s=1.8))
    builder.add(6, "conductor", PhaseChanged(phase="briefing"), BriefingGiven(text="You are on call."))
    builder.add(10, "conductor", PhaseChanged(phase="baseline"))
    builder.add(70, "conductor", PhaseChanged(phase="armed"))
    builder.add(ONSET_S + 0.1, "fault", FaultInjected(onset=ONSET))
    builder.add(ONSET_S + 0.2, "conductor", PhaseChanged(phase="incident"))
    return builder.sli(10, 88)


def to_the_page(mode: Mode = "advise") -> DrillBuilder:
    """A cache-loss drill from its start to the page, 25 s after the onset; it fails from 8 s on."""
    builder = to_the_onset(mode)
    alert = AlertFired(
        name="UploadSlow", severity="page", summary="p95 of /upload is above 2 s", service="edge"
    )
    builder.add(ONSET_S + 14, "oracle", SloViolated(since=ONSET + 8))
    builder.add(ONSET_S + 25, "monitoring", alert, Paged(alert=alert.name, summary=alert.summary))
    return builder


def hint_rejected() -> DrillBuilder:
    """Advise mode: the wrong hint is rejected, the cache restored 180 s after the onset, all named."""
    builder = to_the_page().sli(88, 260, good=0.45, lost=18.0).sli(260, 330)
    builder.add(ONSET_S + 40, "engineer", Acknowledged())
    builder.add(ONSET_S + 60, "engineer", operated("top vision", read=True))
    builder.add(ONSET_S + 70, "engineer", operated("limit /upload 5", changed="/upload: 5 requests/s"))
    builder.add(ONSET_S + 80, "engineer", believed("cache", "cache-eviction", 0.6))
    builder.add(ONSET_S + 90, "advisor", wrong_hint())
    rejected = HintDisposed(hint=1, fate="rejected", reason="arrivals are flat")
    builder.add(ONSET_S + 105, "engineer", rejected, Noted(text="Hit ratio fell first."))
    builder.add(ONSET_S + 150, "engineer", operated("scale cache two", exit_code=2))
    builder.add(ONSET_S + 176, "engineer", operated("rollback cache", changed="cache: maxmemory 256mb"))
    builder.add(ONSET_S + 200, "oracle", Mitigated(since=ONSET + 180))
    builder.add(ONSET_S + 200.1, "conductor", PhaseChanged(phase="mitigated"))
    builder.add(ONSET_S + 205, "monitoring", AlertResolved(name="UploadSlow"))
    builder.add(
        ONSET_S + 240,
        "engineer",
        DiagnosisSubmitted(
            components=("cache",),
            mechanisms=("cache-eviction",),
            trigger="configuration-push",
            contributing=("retry-amplification",),
            confidence=0.9,
            text="A config push cut the cache.",
        ),
    )
    return _ended(builder, ONSET_S + 250, "resolved")


def hint_accepted() -> DrillBuilder:
    """Advise mode: the wrong hint is accepted, vision scaled, the cache flushed; it relapses; censored."""
    builder = to_the_page()
    builder.sli(88, 280, good=0.45, lost=18.0).sli(280, 310).sli(310, 1280, good=0.3, lost=22.0)
    builder.add(ONSET_S + 55, "engineer", Acknowledged())
    builder.add(ONSET_S + 60, "engineer", believed("cache", "cache-eviction", 0.4))
    builder.add(ONSET_S + 90, "advisor", wrong_hint())
    builder.add(ONSET_S + 100, "engineer", HintDisposed(hint=1, fate="accepted"))
    builder.add(ONSET_S + 110, "engineer", operated("ops scale vision 4", changed="vision: 2 to 4 replicas"))
    builder.add(ONSET_S + 220, "oracle", Mitigated(since=ONSET + 200))
    builder.add(ONSET_S + 235, "oracle", Relapsed(since=ONSET + 230))
    builder.add(ONSET_S + 300, "engineer", operated("flush cache", changed="cache: emptied"))
    builder.add(ONSET_S + 600, "engineer", believed("vision", "capacity-shortfall", 0.9))
    builder.add(
        ONSET_S + 1190,
        "engineer",
        DiagnosisSubmitted(
            components=("vision",),
            mechanisms=("capacity-shortfall",),
            trigger="configuration-push",
            contributing=(),
            confidence=0.8,
        ),
    )
    return _ended(builder, ONSET_S + 1200, "time_limit")


def stood_down() -> DrillBuilder:
    """Manual mode: the engineer gives up 100 s after the onset."""
    builder = to_the_page("manual").sli(88, 180, good=0.45, lost=18.0)
    builder.add(ONSET_S + 100, "engineer", StoodDown(reason="nothing found"))
    return _ended(builder, ONSET_S + 101, "stood_down")


def false_alarm_truth() -> TruthRevealed:
    return TruthRevealed(
        pack="false-alarm",
        variant="flapping-probe",
        title="The page that meant nothing",
        components=(),
        mechanisms=("none",),
        trigger="none",
        contributing=("misleading-alert",),
        chain=("Somebody added an alert that says something else than it should.",),
        harmful=("flush cache",),
        par_s=240.0,
    )


def false_alarm(*done: tuple[float, Event], stood_down_s: float | None = 150.0) -> DrillBuilder:
    """Manual mode: a page although nothing is wrong; customers are served throughout.

    Args:
        done: what the engineer does besides, each with its seconds since the onset.
        stood_down_s: when they stand down; None for never, until the time is up.
    """
    ends_s = 1200.0 if stood_down_s is None else stood_down_s
    builder = to_the_onset("manual").sli(88, int(ONSET_S + ends_s))
    alert = AlertFired(name="OrdersStopped", severity="page", summary="no orders", service="checkout")
    builder.add(ONSET_S + 10, "monitoring", alert, Paged(alert=alert.name, summary=alert.summary))
    builder.add(ONSET_S + 30, "engineer", Acknowledged())
    for at_s, event in done:
        builder.add(ONSET_S + at_s, "engineer", event)
    if stood_down_s is not None:
        builder.add(ONSET_S + ends_s, "engineer", StoodDown(reason="orders come in as before"))
    reason: EndReason = "time_limit" if stood_down_s is None else "stood_down"
    return _ended(builder, ONSET_S + ends_s, reason, false_alarm_truth())


def nothing_wrong(confidence: float = 0.9) -> DiagnosisSubmitted:
    """The right diagnosis of a false alarm."""
    return DiagnosisSubmitted(
        components=(),
        mechanisms=("none",),
        trigger="none",
        contributing=("misleading-alert",),
        confidence=confidence,
    )


def long_drill() -> DrillBuilder:
    """About 1,500 events over 20 minutes, for benchmarks."""
    builder = hint_accepted()
    for number in range(220):
        builder.add(ONSET_S + 60 + number * 5, "engineer", operated(f"logs vision {number}", read=True))
    return builder


def _ended(
    builder: DrillBuilder, at: float, reason: EndReason, truth: TruthRevealed | None = None
) -> DrillBuilder:
    builder.add(at, "conductor", DrillEnded(reason=reason), PhaseChanged(phase="debrief"))
    builder.add(at + 1, "fault", FaultRolledBack(clean=True))
    return builder.add(at + 2, "conductor", truth or cache_loss_truth())
