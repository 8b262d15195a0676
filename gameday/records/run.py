"""A run folder as what the store keeps of it. Reading only; nothing here knows of a database."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from gameday.errors import BadJournal
from gameday.journal import EVENTS_FILE
from gameday.journal.events import (
    SCHEMA,
    AssistantsSeen,
    Believed,
    DiagnosisSubmitted,
    DrillEnded,
    DrillPaused,
    DrillStarted,
    Event,
    FaultInjected,
    HintDisposed,
    HintShown,
    MachineMeasured,
    TruthRevealed,
)
from gameday.journal.manifest import MANIFEST_FILE, Assignment, read_manifest
from gameday.journal.reader import Recorded, read
from gameday.records.card import SCORECARD_FILE, Card, read_card
from gameday.records.graded import Course, Graded, grade

E = TypeVar("E", bound=Event)

_CLAIM = ("components", "mechanisms")
_CAUSE = (*_CLAIM, "trigger", "contributing")
_CLAIMING: dict[type[Event], tuple[str, ...]] = {
    TruthRevealed: _CAUSE,
    DiagnosisSubmitted: (*_CAUSE, "confidence"),
    Believed: (*_CLAIM, "confidence"),
    HintShown: ("hint", "claim", "confidence", "took_s"),
}
"""Events that say what is the matter, and what is kept of them."""


@dataclass(frozen=True)
class HintKept:
    """One hint of a drill and what became of it."""

    number: int
    source: str
    kind: str
    at_s: float
    """Since the onset."""
    confidence: float
    right: bool | None
    fate: str
    followed: bool
    right_before: bool | None
    right_after: bool | None


@dataclass(frozen=True)
class Scores:
    """The entries of a scorecard that are compared; names and units are the scorecard's own."""

    schema: int
    time_to_acknowledge_s: float | None
    time_to_hypothesis_s: float | None
    time_to_mitigate_s: float | None
    mitigated: bool | None
    diagnosis: float
    correct: bool
    confidence: float | None
    """In the diagnosis that was submitted."""
    customer_minutes_lost: float
    money_lost: float
    response_skill: float | None
    harmful: int
    stabilised_first: bool
    beliefs: int
    brier: float | None
    overconfidence: float | None
    rair_k: int
    rair_n: int
    rsr_k: int
    rsr_n: int
    commission_k: int
    commission_n: int
    no_fault: str | None
    """What a drill in which nothing was wrong came to; None for one with a fault."""
    stood_down_s: float | None
    """When the engineer stood down, since the onset; None if they didn't."""
    stated: dict[str, Any]
    """What was true and what was said to be: `truth`, `answer`, `beliefs` and `hints`, each as a claim.

    A comparison grades it again, as for anchoring and omission, without reading the journals.
    """
    vector: dict[str, Any]
    """The whole scorecard, as JSON."""
    harm_minutes: float | None = None
    """Customer-minutes that doing nothing would not have cost; None where that isn't known."""
    felt_s: float | None = None
    real_s: float | None = None
    graded: Graded | None = None
    """None where it was not graded, as an older version's."""


@dataclass(frozen=True)
class Run:
    """One drill that has ended. `started` and `ended` are UNIX seconds."""

    run: str
    digest: str
    engineer: str
    codename: str
    pack: str
    variant: str
    family: str
    mode: str
    advisor: str
    policy: str
    style: str
    runtime: str
    seed: int
    started: float
    ended: float
    outcome: str
    limit_s: float
    par_s: float | None
    spoiled: bool
    """Something was known beforehand, or the clock stood still while the company could be looked at."""
    simulated: bool = False
    assignment: Assignment | None = None
    observer: str | None = None
    met: bool = True
    """Something was broken, so that the engineer knows the variant now."""
    assistants: tuple[str, ...] = ()
    busy: float | None = None
    """The share of the processors' time that was used during the incident; None where it wasn't measured."""
    schema: int = SCHEMA
    scores: Scores | None = None
    """None makes the drill void."""
    hints: tuple[HintKept, ...] = ()


def digest_of(folder: Path) -> str:
    """SHA-256 of what a run folder says of its drill: manifest, journal and scorecard.

    Raises:
        BadJournal: the manifest or the journal cannot be read.
    """
    digest = hashlib.sha256()
    for name in (MANIFEST_FILE, EVENTS_FILE, SCORECARD_FILE):
        path = folder / name
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            if name != SCORECARD_FILE:
                raise BadJournal(f"{path} does not exist; is this the folder of a run?") from error
            content = b""
        except OSError as error:
            raise BadJournal(f"{path} cannot be read: {error.strerror}") from error
        digest.update(b"%s %d\n" % (name.encode(), len(content)))
        digest.update(content)
    return digest.hexdigest()


def read_run(folder: Path) -> Run:
    """What the store keeps of a run folder.

    Raises:
        BadJournal: a file of it is missing, torn or of an unknown schema, or the drill has not ended.
    """
    digest = digest_of(folder)
    manifest, recorded = read_manifest(folder), read(folder)
    started, ended = _newest(recorded, DrillStarted), _newest(recorded, DrillEnded)
    if started is None or ended is None:
        raise BadJournal(f"{folder}: the drill has not ended, or its trainer was killed")
    truth, measured = _newest(recorded, TruthRevealed), _newest(recorded, MachineMeasured)
    scored = read_card(folder) if truth and ended[1].reason != "void" else None
    return Run(
        run=recorded[0].entry.run,
        digest=digest,
        engineer=started[1].engineer,
        codename=started[1].codename,
        pack=manifest.pack,
        variant=manifest.variant,
        family=manifest.family or manifest.pack,
        mode=started[1].mode,
        advisor=manifest.advisor,
        policy=manifest.policy,
        style=manifest.style,
        runtime=started[1].runtime,
        seed=started[1].seed,
        started=started[0],
        ended=ended[0],
        outcome=ended[1].reason,
        limit_s=started[1].limit_s,
        par_s=truth[1].par_s if truth else None,
        spoiled=started[1].spoiled or _newest(recorded, DrillPaused) is not None,
        simulated=manifest.simulated or started[1].runtime == "fake",
        assignment=manifest.assignment,
        observer=manifest.observer or None,
        met=_newest(recorded, FaultInjected) is not None,
        assistants=_assistants(recorded),
        busy=measured[1].busy if measured else None,
        scores=_scores(*scored, recorded) if scored else None,
        hints=_hints(scored[0], recorded) if scored else (),
    )


def _newest(recorded: Sequence[Recorded], kind: type[E]) -> tuple[float, E] | None:
    for item in reversed(recorded):
        if isinstance(item.event, kind):
            return item.entry.wall, item.event
    return None


def _assistants(recorded: Sequence[Recorded]) -> tuple[str, ...]:
    seen = _newest(recorded, AssistantsSeen)
    return seen[1].names if seen else ()


def _scores(card: Card, document: dict[str, Any], recorded: Sequence[Recorded]) -> Scores:
    answered = _newest(recorded, DiagnosisSubmitted)
    trust = card.reliance
    stated = _stated(recorded)
    return Scores(
        schema=card.schema_,
        time_to_acknowledge_s=card.time_to_acknowledge_s,
        time_to_hypothesis_s=card.time_to_hypothesis_s,
        time_to_mitigate_s=card.time_to_mitigate_s,
        mitigated=card.mitigated,
        diagnosis=card.diagnosis.score,
        correct=card.diagnosis.correct,
        confidence=answered[1].confidence if answered else None,
        customer_minutes_lost=card.customer_minutes_lost,
        money_lost=card.money_lost,
        response_skill=card.response_skill,
        harmful=len(card.harmful),
        stabilised_first=card.stabilised_first,
        beliefs=card.calibration.n,
        brier=card.calibration.brier,
        overconfidence=card.calibration.overconfidence,
        rair_k=trust.rair.k,
        rair_n=trust.rair.n,
        rsr_k=trust.rsr.k,
        rsr_n=trust.rsr.n,
        commission_k=trust.commission.k,
        commission_n=trust.commission.n,
        no_fault=card.no_fault.outcome if card.no_fault else None,
        stood_down_s=card.stand_down.at_s if card.stand_down else None,
        stated=stated,
        vector=document,
        harm_minutes=card.no_fault.bad_minutes if card.no_fault else None,
        felt_s=card.felt.duration_s,
        real_s=card.felt.real_s,
        graded=_graded(card, stated, recorded),
    )


def _graded(card: Card, stated: dict[str, Any], recorded: Sequence[Recorded]) -> Graded | None:
    started, injected = _newest(recorded, DrillStarted), _newest(recorded, FaultInjected)
    ended = _newest(recorded, DrillEnded)
    if started is None or injected is None or ended is None:
        return None
    onset, seconds = injected[1].onset, card.time_to_mitigate_s
    course = Course(
        mode=started[1].mode,
        onset=onset,
        ended=ended[0],
        limit_s=started[1].limit_s,
        mitigated_at=onset + seconds if card.mitigated and seconds is not None else None,
    )
    disposed = {
        item.event.hint: (item.entry.wall, item.event.fate)
        for item in recorded
        if isinstance(item.event, HintDisposed)
    }
    return grade(stated, disposed, course)


def _stated(recorded: Sequence[Recorded]) -> dict[str, Any]:
    """The claims of a drill, as JSON; times are UNIX seconds."""
    by_kind: dict[type[Event], list[dict[str, Any]]] = {kind: [] for kind in _CLAIMING}
    for item in recorded:
        fields = _CLAIMING.get(type(item.event))
        if fields is not None:
            said = item.event.model_dump(mode="json", include=set(fields))
            by_kind[type(item.event)].append({"at": item.entry.wall, **said})
    answers = by_kind[DiagnosisSubmitted]
    return {
        "truth": by_kind[TruthRevealed][-1],
        "answer": answers[-1] if answers else None,
        "beliefs": by_kind[Believed],
        "hints": by_kind[HintShown],
    }


def _hints(card: Card, recorded: Sequence[Recorded]) -> tuple[HintKept, ...]:
    injected = _newest(recorded, FaultInjected)
    shown = {
        item.event.hint: (item.entry.wall, item.event)
        for item in recorded
        if isinstance(item.event, HintShown)
    }
    if injected is None:
        return ()
    return tuple(
        HintKept(
            number=graded.number,
            source=said.source,
            kind=said.hint_kind,
            at_s=wall - injected[1].onset,
            confidence=said.confidence,
            right=graded.right,
            fate=graded.fate,
            followed=graded.followed,
            right_before=graded.right_before,
            right_after=graded.right_after,
        )
        for graded in card.reliance.hints
        if graded.number in shown
        for wall, said in (shown[graded.number],)
    )
