"""The fold from events to what the room shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from gameday.journal.events import (
    AlertFired,
    Believed,
    Claim,
    DrillEnded,
    DrillPaused,
    DrillResumed,
    Entry,
    Event,
    FaultInjected,
    FaultRolledBack,
    HintDisposed,
    HintShown,
    JourneySli,
    MessagePosted,
    Mitigated,
    Mode,
    Noted,
    Operated,
    Paged,
    PersonAnswered,
    PersonPaged,
    PhaseChanged,
    Relapsed,
    RuledOut,
    SliMeasured,
    SloViolated,
)
from gameday.tui.fake import START, FakeSession
from gameday.tui.state import KEPT_S, RoomState, fold
from tests.builders import cache_loss_truth
from tests.tui import scenes


class _Folding:
    """A listener that keeps the state, as the app does."""

    def __init__(self) -> None:
        self.state = RoomState()

    def on_event(self, entry: Entry, event: Event) -> None:
        self.state = fold(self.state, entry, event)

    def on_logs(self, lines: object) -> None: ...

    def on_signals(self, sample: object) -> None: ...


def after(*scenes_played: Callable[[FakeSession], None]) -> RoomState:
    session, folding = FakeSession(), _Folding()
    session.listen(folding)
    for scene in scenes_played:
        scene(session)
    return folding.state


def happens(*events: Event, at: float | None = None) -> Callable[[FakeSession], None]:
    return lambda session: session.emit(*events, at=at)


def test_the_stage_follows_what_a_participant_may_know() -> None:
    """Each scene ends in the stage that the room names."""
    assert after(scenes.coming_up).stage == "starting"
    assert after(scenes.briefed).stage == "briefing"
    assert after(scenes.measuring).stage == "baseline"
    assert after(scenes.on_call).stage == "on call"
    assert after(scenes.paged).stage == "incident"
    assert after(scenes.mitigated).stage == "mitigated"
    assert after(scenes.mitigated, happens(DrillEnded(reason="resolved"))).stage == "over"


@pytest.mark.parametrize(
    "secret",
    [
        FaultInjected(onset=START + 90),
        PhaseChanged(phase="incident"),
        SloViolated(since=START + 94),
        FaultRolledBack(clean=True),
        cache_loss_truth(),
    ],
    ids=lambda event: event.kind,
)
def test_what_must_stay_hidden_changes_nothing(secret: Event) -> None:
    """The state with the secret event equals the state without it, field for field."""
    assert after(scenes.on_call, happens(secret)) == after(scenes.on_call)


def test_a_mitigation_before_the_page_is_not_told() -> None:
    """It would say that something had been wrong."""
    state = after(scenes.broken, happens(Mitigated(since=START), PhaseChanged(phase="mitigated")))
    assert state.stage == "on call"


def test_a_relapse_is_an_incident_again() -> None:
    state = after(scenes.mitigated, happens(Relapsed(since=START)))
    assert (state.stage, state.relapses) == ("incident", 1)


def test_the_clock_counts_from_the_page_and_before_it_from_the_start() -> None:
    """Never from the onset, which is hidden; and it stops when the drill ends."""
    assert RoomState().elapsed_s(START) is None
    assert after(scenes.broken).elapsed_s(START + 100) == 100
    paged = after(scenes.paged)
    assert paged.elapsed_s(START + scenes.PAGE_S + 30) == 30
    ended = after(scenes.paged, happens(DrillEnded(reason="stood_down"), at=scenes.PAGE_S + 50))
    assert ended.elapsed_s(START + 9_999) == 50


def test_a_second_page_does_not_move_the_clock() -> None:
    state = after(scenes.paged, happens(Paged(alert="Other", summary="also"), at=500))
    assert state.page is not None
    assert state.page.alert == "UploadErrorBudgetBurn"


def test_the_sli_is_taken_over_the_last_seconds() -> None:
    """12% of 50 uploads a second are good for five seconds."""
    journeys = after(scenes.paged).journeys
    assert journeys["upload"].share == pytest.approx(0.12)
    assert journeys["browse"].share == 1.0


def test_the_sli_of_a_journey_without_requests_is_none_and_not_zero() -> None:
    empty = JourneySli(count=0, good=0, p50_ms=0, p95_ms=0)
    state = after(happens(SliMeasured(second=1, journeys={"buy": empty})))
    assert state.journeys["buy"].share is None


def test_the_sli_keeps_a_bounded_past() -> None:
    seconds = [scenes.sli(second) for second in range(KEPT_S + 50)]
    state = after(happens(*seconds))
    assert len(state.journeys["upload"].seconds) == KEPT_S
    assert state.journeys["upload"].seconds[-1].second == KEPT_S + 49


def test_money_lost_adds_up() -> None:
    assert after(happens(scenes.sli(1, lost=7.5), scenes.sli(2, lost=2.5))).money_lost == 10.0


def test_an_alert_fires_once_and_is_gone_when_resolved() -> None:
    again = AlertFired(name="UploadErrorBudgetBurn", severity="page", summary="more", service="edge")
    state = after(scenes.paged, happens(again))
    assert [alert.summary for alert in state.alerts] == ["more"]
    assert after(scenes.mitigated).alerts == ()


def test_parts_keep_their_place_and_show_their_latest_step() -> None:
    parts = after(scenes.briefed).parts
    assert [part.service for part in parts][:4] == ["cache", "db", "vision", "storefront"]
    assert parts[3].step == "ready"


def test_operations_beliefs_and_notes_are_kept_in_order() -> None:
    state = after(scenes.fighting)
    assert [(done.tier, done.line, done.exit_code) for done in state.operations] == [
        ("read", "top vision", 0),
        ("write", "scale vision 4", 0),
        ("shell", "redis-cli info stats", 1),
    ]
    assert state.beliefs[0].components == ("vision",)
    assert state.notes[0].text.startswith("four replicas")


@pytest.mark.parametrize(("mode", "hints"), [("manual", 0), ("advise", 1)])
def test_hints_are_there_when_the_mode_has_an_advisor(mode: Mode, hints: int) -> None:
    assert len(after(lambda session: scenes.hinted(session, mode)).hints) == hints


def test_no_word_of_an_advisor_is_anywhere_in_a_manual_drill() -> None:
    """Not in a field that was there when this was written, nor in one that came later."""
    hint = HintShown(
        hint=1,
        source="secretsource",
        hint_kind="diagnosis",
        claim=Claim(components=("secretpart",), mechanisms=("secretmechanism",)),
        confidence=0.9,
        says="secretwords",
        evidence=("secretevidence",),
        alternatives=("secretalternative",),
        suggests="secretline",
    )
    told = happens(hint, HintDisposed(hint=1, fate="accepted", reason="secretreason"))
    assert "secretwords" in repr(after(lambda session: scenes.fighting(session, "advise"), told))
    assert "secret" not in repr(after(scenes.fighting, told))


def test_hypotheses_stand_as_they_were_stated_last() -> None:
    """Once each, whatever the order of their terms; ruling out keeps the confidence, and a belief reopens."""
    state = after(
        happens(
            Believed(components=("cache", "vision"), mechanisms=("cache-eviction",), confidence=0.4),
            Believed(components=("db",), mechanisms=(), confidence=0.2),
            Believed(components=("vision", "cache"), mechanisms=("cache-eviction",), confidence=0.7),
            Believed(components=(), mechanisms=(), confidence=0.0),
            RuledOut(components=("db",), mechanisms=(), reason="no\x1b[2J waits"),
        )
    )
    db, cache = state.hypotheses[-1], state.hypotheses[0]
    assert len(state.hypotheses) == 2
    assert (cache.confidence, cache.ruled_out) == (0.7, False)
    assert (db.confidence, db.ruled_out, db.reason) == (0.2, True, "no waits")


def test_how_many_are_affected_is_their_share_of_all_requests() -> None:
    """Over the last five seconds, rounded up: one of forty is somebody."""
    state = after(scenes.paged)
    assert after(scenes.on_call).affected == 0
    assert state.affected == 1
    good = 12 + 2 + 50 * 0.12
    assert replace(state, customers=40).affected == math.ceil(40 * (64 - good) / 64)
    assert RoomState().affected is None


def test_a_hint_learns_its_fate() -> None:
    state = after(scenes.hinted)
    assert [hint.number for hint in state.waiting_hints] == [1]
    state = after(scenes.hinted, happens(HintDisposed(hint=1, fate="rejected")))
    assert state.hints[0].fate == "rejected"
    assert state.waiting_hints == ()


def test_the_channel_holds_both_sides() -> None:
    """What others say, whom one paged, and what came of it, in order."""
    state = after(
        happens(
            MessagePosted(channel="support", who="customer support", says="Photos fail."),
            PersonPaged(who="ines", name="Inês Duarte", question="is the cache full?"),
            PersonAnswered(who="ines", name="Inês Duarte", reached=True, says="No idea."),
        )
    )
    assert [(line.who, line.text) for line in state.channel] == [
        ("customer support", "Photos fail."),
        ("you", "page Inês Duarte: is the cache full?"),
        ("Inês Duarte", "No idea."),
    ]


def test_untrusted_text_is_stripped_in_the_fold() -> None:
    """No string of the state holds a control character, wherever it came from."""
    hostile = scenes.HOSTILE
    state = after(
        lambda session: scenes.started(session, "advise"),
        happens(
            AlertFired(name=hostile, severity="page", summary=hostile, service=hostile),
            Paged(alert=hostile, summary=hostile),
            Noted(text=hostile),
            MessagePosted(channel="on-call", who=hostile, says=hostile),
            PersonPaged(who="ines", name=hostile, question=hostile),
            Operated(line=hostile, tier="read", exit_code=0, duration_s=0, output=hostile, changed=hostile),
            HintShown(
                hint=1,
                source=hostile,
                hint_kind="observation",
                claim=None,
                confidence=0.5,
                says=hostile,
                evidence=(hostile,),
                alternatives=(hostile,),
                suggests=hostile,
            ),
        ),
    )
    assert "\\x1b" not in repr(state)
    assert "\\x07" not in repr(state)
    assert "\\u202e" not in repr(state)
    assert "[bold]x[/]" in state.alerts[0].summary


def test_the_clock_stands_still_in_a_pause() -> None:
    """And goes on where it stood."""
    state = after(scenes.paged)
    assert state.page is not None
    page = state.page.wall
    state = after(
        scenes.paged,
        happens(DrillPaused(), at=page - START + 30),
        happens(Noted(text="a"), at=page - START + 90),
    )
    assert state.elapsed_s(page + 90) == 30
    state = after(
        scenes.paged,
        happens(DrillPaused(), at=page - START + 30),
        happens(DrillResumed(), at=page - START + 90),
    )
    assert state.elapsed_s(page + 100) == 40
