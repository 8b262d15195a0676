"""From a journal to a timeline and a scorecard."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.drill.projection import project, score_run
from gameday.errors import BadJournal
from gameday.journal.events import (
    DiagnosisSubmitted,
    Event,
    FaultInjected,
    Mitigated,
    PersonPaged,
    SliMeasured,
    TruthRevealed,
)
from gameday.journal.reader import Recorded
from scoring.reliance import Proportion
from scoring.scorecard import score, to_json
from tests.builders import (
    ONSET,
    ONSET_S,
    DrillBuilder,
    cache_loss_truth,
    hint_accepted,
    hint_rejected,
    stood_down,
    to_the_page,
)


def test_a_drill_that_went_well(tmp_path: Path) -> None:
    """Wrong hint rejected, cache restored: each figure is that of the example drill."""
    hint_rejected().write(tmp_path)
    card = score_run(tmp_path)
    assert (card.time_to_acknowledge_s, card.time_to_hypothesis_s) == (40.0, 80.0)
    assert (card.time_to_mitigate_s, card.mitigated, card.stabilised_first) == (180.0, True, True)
    assert card.diagnosis.score == pytest.approx(0.95)
    assert card.money_lost == pytest.approx(172 * 18.0)
    assert (card.reliance.rsr, card.reliance.commission) == (Proportion(1, 1), Proportion(0, 1))


def test_a_drill_that_was_led_astray(tmp_path: Path) -> None:
    """Wrong hint accepted, relapsed, harmful flush, out of time: censored, with the harm listed."""
    hint_accepted().write(tmp_path)
    card = score_run(tmp_path)
    assert (card.time_to_mitigate_s, card.mitigated) == (1200.0, False)
    assert [action.line for action in card.harmful] == ["flush cache"]
    assert card.diagnosis.score == pytest.approx(0.15)
    assert (card.reliance.rsr, card.reliance.commission) == (Proportion(0, 1), Proportion(1, 1))


def test_standing_down_counts_as_the_limit(tmp_path: Path) -> None:
    """Giving up is censored at the limit."""
    stood_down().write(tmp_path)
    card = score_run(tmp_path)
    assert (card.time_to_mitigate_s, card.mitigated) == (1200.0, False)


def test_scoring_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """The scorecard of a run folder is a function of its journal."""
    hint_accepted().write(tmp_path)
    assert to_json(score_run(tmp_path)) == to_json(score_run(tmp_path))


def test_mitigation_is_computed_and_not_believed() -> None:
    """A journal that says mitigated while customers suffer is overruled by its own SLI."""
    drill = to_the_page().sli(88, 280, good=0.3)
    drill.add(ONSET_S + 150, "oracle", Mitigated(since=ONSET + 100))
    drill.add(ONSET_S + 200, "conductor", cache_loss_truth())
    assert project(drill.recorded()).mitigated_at is None


def test_recovery_by_the_rollback_of_the_fault_is_not_the_engineers() -> None:
    """What customers get after the drill ended is not looked at."""
    drill = stood_down().sli(185, 260)
    timeline = project(drill.recorded())
    assert timeline.mitigated_at is None
    assert timeline.sli[-1].second + 1 <= timeline.ended_at == ONSET + 100


def test_the_onset_is_what_the_worker_measured() -> None:
    """Times count from when the fault took effect, not from when that was written down."""
    assert project(hint_rejected().recorded()).onset == ONSET


@pytest.mark.parametrize(
    ("kind", "reason"), [(FaultInjected, "nothing was injected"), (TruthRevealed, "not finished")]
)
def test_a_drill_that_cannot_be_scored_says_why(kind: type[Event], reason: str) -> None:
    """Without an injection or the truth there is nothing to score."""
    recorded = [item for item in hint_rejected().recorded() if not isinstance(item.event, kind)]
    with pytest.raises(BadJournal, match=reason):
        project(recorded)


def test_an_empty_journal_says_why(tmp_path: Path) -> None:
    """A run that stopped before its first event has no start."""
    DrillBuilder().write(tmp_path)
    with pytest.raises(BadJournal, match="no start of a drill"):
        score_run(tmp_path)


def test_a_diagnosis_that_names_too_much_is_refused(tmp_path: Path) -> None:
    """A journal from elsewhere can't smuggle in three components."""
    drill = hint_rejected()
    everything = DiagnosisSubmitted(
        components=("a", "b", "c"), mechanisms=(), trigger="", contributing=(), confidence=1.0
    )
    drill.add(ONSET_S + 245, "engineer", everything).write(tmp_path)
    with pytest.raises(BadJournal, match="at most 2 components"):
        score_run(tmp_path)


def robbed(stolen: float) -> list[Recorded]:
    """The drill that went well, but with so much stolen in each second; the cap is 60 a minute."""
    recorded = []
    for item in hint_rejected().recorded():
        event = item.event
        if isinstance(event, SliMeasured):
            event = event.model_copy(update={"stolen": stolen})
        elif isinstance(event, TruthRevealed):
            event = event.model_copy(update={"fraud_cap_per_min": 60.0})
        recorded.append(Recorded(item.entry, event))
    return recorded


def test_a_cap_on_fraud_holds_for_the_score_too() -> None:
    """Half a second's worth is 30 a minute and passes; two are 120 and no mitigation, however well served."""
    under, over = score(project(robbed(0.5))), score(project(robbed(2.0)))
    assert (under.mitigated, under.time_to_mitigate_s) == (True, 180.0)
    assert over.mitigated is False
    assert under.fraud_lost > 0
    assert over.fraud_lost > 4 * under.fraud_lost


def test_whom_the_engineer_paged_is_graded(tmp_path: Path) -> None:
    """By the owners that the truth names, counted from the page."""
    drill = hint_rejected()
    drill.add(ONSET_S + 60, "engineer", PersonPaged(who="ines", name="Inês Duarte"))
    drill.write(tmp_path)
    assert score_run(tmp_path).paged.right_owner is None
    owned = [
        Recorded(item.entry, item.event.model_copy(update={"owners": ("ines",)}))
        if isinstance(item.event, TruthRevealed)
        else item
        for item in drill.recorded()
    ]
    timeline = project(owned)
    assert timeline.paged_at is not None
    graded = score(timeline).paged
    assert graded.right_owner_after_page_s == ONSET + 60 - timeline.paged_at
    assert [each.right for each in graded.people] == [True]
