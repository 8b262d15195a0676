"""From the journal of a drill to the timeline that is scored, and so to its scorecard.

Mitigation is computed again from the SLI, whatever the conductor said at the time, so that a
better definition can be applied to old drills and a score never depends on who watched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from gameday.errors import BadJournal
from gameday.journal.events import (
    Acknowledged,
    Believed,
    DiagnosisSubmitted,
    DrillEnded,
    DrillStarted,
    Event,
    FaultInjected,
    FaultRolledBack,
    HintDisposed,
    HintShown,
    Operated,
    Paged,
    PersonPaged,
    Reflected,
    SliMeasured,
    StoodDown,
    TruthRevealed,
)
from gameday.journal.pauses import by_the_drills_clock
from gameday.journal.reader import Recorded, read
from scoring.scorecard import Scorecard, score
from scoring.skill import Scale
from scoring.sli import Requests, SecondSli, baseline_demand, covered_until
from scoring.slo import Slo, standing
from scoring.timeline import Answer, Belief, Claim, Fate, Feeling, Hint, Operation, Timeline, Truth
from scoring.timeline import PersonPaged as ColleaguePaged

E = TypeVar("E", bound=Event)


def of_kind(recorded: Iterable[Recorded], kind: type[E]) -> list[tuple[float, E]]:
    """The events of one kind with the wall time (UNIX seconds) of each, in order."""
    return [(item.entry.wall, item.event) for item in recorded if isinstance(item.event, kind)]


def project(recorded: Sequence[Recorded], slo: Slo | None = None) -> Timeline:
    """The timeline of a drill that has ended, scored under `slo` (None: the default and its fraud cap).

    Raises:
        BadJournal: the drill never started, nothing was injected, or its truth was not revealed.
    """
    recorded = by_the_drills_clock(recorded)
    _, started = _first(recorded, DrillStarted, "it holds no start of a drill")
    _, injected = _first(recorded, FaultInjected, "nothing was injected, so there is nothing to score")
    _, truth = _first(recorded, TruthRevealed, "the drill was not finished and its truth not revealed")
    slo = slo or Slo(fraud_cap_per_min=truth.fraud_cap_per_min)
    onset = injected.onset
    ended_at = _ended_at(recorded, onset)
    sli = tuple(second for second in seconds_of(recorded) if second.second + 1 <= ended_at)
    baseline = baseline_demand(sli, onset)
    acknowledged = (wall for wall, _ in of_kind(recorded, Acknowledged) if wall >= onset)
    paged = (wall for wall, _ in of_kind(recorded, Paged) if wall >= onset)
    at_the_end = standing(sli, onset, slo, baseline, started.hold_s, until=covered_until(sli, ended_at))
    return Timeline(
        onset=onset,
        ended_at=ended_at,
        limit_s=started.limit_s,
        hold_s=started.hold_s,
        mode=started.mode,
        customers=started.customers,
        truth=_truth(truth),
        sli=sli,
        baseline=baseline,
        slo=slo,
        paged_at=next(paged, None),
        acknowledged_at=next(acknowledged, None),
        mitigated_at=at_the_end.mitigated_at,
        let_down=at_the_end.let_down,
        stood_down_at=next((wall for wall, _ in of_kind(recorded, StoodDown) if wall >= onset), None),
        beliefs=_beliefs(recorded),
        hints=_hints(recorded),
        operations=_operations(recorded),
        felt=next(
            (Feeling(event.felt_s, event.without_ai) for _, event in of_kind(recorded, Reflected)), None
        ),
        people_paged=tuple(ColleaguePaged(wall, event.who) for wall, event in of_kind(recorded, PersonPaged)),
        answer=_answer(recorded),
        scale=Scale(**truth.rehearsed.model_dump()) if truth.rehearsed else None,
    )


def score_run(run_folder: Path) -> Scorecard:
    """The scorecard of the run in `run_folder`, folded from its journal alone.

    Raises:
        BadJournal: the journal cannot be read or is not of a finished drill.
    """
    timeline = project(read(run_folder))
    try:
        return score(timeline)
    except ValueError as error:
        raise BadJournal(f"{run_folder} cannot be scored: {error}") from error


def _first(recorded: Iterable[Recorded], kind: type[E], lack: str) -> tuple[float, E]:
    found = of_kind(recorded, kind)
    if not found:
        raise BadJournal(f"This journal cannot be scored: {lack}")
    return found[0]


def _ended_at(recorded: Sequence[Recorded], onset: float) -> float:
    """What customers got once the engineer had left, or the fault was taken back, is not their doing."""
    ends = [
        item.entry.wall
        for item in recorded
        if isinstance(item.event, StoodDown | DrillEnded | FaultRolledBack) and item.entry.wall >= onset
    ]
    return min(ends, default=recorded[-1].entry.wall)


def seconds_of(recorded: Iterable[Recorded]) -> Iterable[SecondSli]:
    """What customers got, second by second."""
    for _, event in of_kind(recorded, SliMeasured):
        journeys = {name: Requests(journey.count, journey.good) for name, journey in event.journeys.items()}
        yield SecondSli(event.second, journeys, event.money_lost, event.stolen)


def _claim(components: Iterable[str], mechanisms: Iterable[str]) -> Claim:
    return Claim(frozenset(components), frozenset(mechanisms))


def _truth(event: TruthRevealed) -> Truth:
    return Truth(
        claim=_claim(event.components, event.mechanisms),
        trigger=event.trigger,
        contributing=frozenset(event.contributing),
        owners=frozenset(event.owners),
        harmful=event.harmful,
    )


def _beliefs(recorded: Iterable[Recorded]) -> tuple[Belief, ...]:
    return tuple(
        Belief(wall, _claim(event.components, event.mechanisms), event.confidence)
        for wall, event in of_kind(recorded, Believed)
    )


def _hints(recorded: Sequence[Recorded]) -> tuple[Hint, ...]:
    fates: dict[int, tuple[float, Fate]] = {
        event.hint: (wall, event.fate) for wall, event in of_kind(recorded, HintDisposed)
    }
    return tuple(
        Hint(
            number=event.hint,
            at=wall,
            claim=None if event.claim is None else _claim(event.claim.components, event.claim.mechanisms),
            confidence=event.confidence,
            suggests=event.suggests,
            fate=fates[event.hint][1] if event.hint in fates else "ignored",
            took_s=event.took_s,
            disposed_at=fates[event.hint][0] if event.hint in fates else None,
        )
        for wall, event in of_kind(recorded, HintShown)
    )


def _operations(recorded: Iterable[Recorded]) -> tuple[Operation, ...]:
    return tuple(
        Operation(wall, event.line, event.tier, event.exit_code)
        for wall, event in of_kind(recorded, Operated)
    )


def _answer(recorded: Iterable[Recorded]) -> Answer | None:
    submitted = of_kind(recorded, DiagnosisSubmitted)
    if not submitted:
        return None
    wall, event = submitted[-1]
    return Answer(
        at=wall,
        claim=_claim(event.components, event.mechanisms),
        trigger=event.trigger,
        contributing=frozenset(event.contributing),
        confidence=event.confidence,
    )
