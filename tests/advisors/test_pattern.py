"""What `pattern` says of the real company, and when."""

from __future__ import annotations

import pytest

from gameday.advisors.base import Moment, in_style
from gameday.advisors.pattern import CONCLUDES_AFTER_S, PatternAdvisor, diagnosis, findings, observation
from gameday.journal.events import Claim, HintShown
from tests.advisors.looks import error, look, page, recorded


@pytest.fixture
def lost_cache() -> Moment:
    """A quarter of a minute after the page, with the cache's memory gone."""
    return Moment(16.0, recorded("baseline"), recorded("cache-loss"), took_s=2.5)


def test_a_lost_cache_is_called_a_capacity_problem(lost_cache: Moment) -> None:
    """On real telemetry: it reads everything, and concludes what is in front of its eyes."""
    observed, concluded = PatternAdvisor().hints(lost_cache)
    assert (observed.hint_kind, observed.claim) == ("observation", None)
    assert concluded.claim == Claim(components=("vision",), mechanisms=("capacity-shortfall",))
    assert concluded.confidence == 0.9
    assert concluded.suggests == "scale vision 4"
    assert "Add servers." in concluded.says
    assert concluded.alternatives
    assert concluded.took_s == 2.5


def test_every_fact_has_what_it_rests_on(lost_cache: Moment) -> None:
    """A query that can be repeated, or a line from the logs."""
    for hint in PatternAdvisor().hints(lost_cache):
        assert hint.evidence
        assert all(("(" in fact and ")" in fact) or "such as:" in fact for fact in hint.evidence)
    facts = " ".join(fact for hint in PatternAdvisor().hints(lost_cache) for fact in hint.evidence)
    assert "sum by (job) (vision_slots_busy) / sum by (job) (vision_slots)" in facts
    assert "queue is full" in facts


def test_the_same_looks_give_the_same_hints(lost_cache: Moment) -> None:
    """Nothing in it is drawn, and no clock is read."""
    assert PatternAdvisor().hints(lost_cache) == PatternAdvisor().hints(lost_cache)


def test_it_is_silent_while_nothing_is_wrong() -> None:
    """However long after a page, a quiet company gives no hint."""
    moment = Moment(600.0, recorded("baseline"), recorded("still-baseline"))
    assert PatternAdvisor().hints(moment) == []


def test_it_speaks_once_of_each_thing(lost_cache: Moment) -> None:
    """First what stands out, then a verdict; not again until it changes its mind, and at most three times."""
    advisor = PatternAdvisor()
    early = Moment(CONCLUDES_AFTER_S - 5, lost_cache.before, lost_cache.now)
    assert [hint.hint_kind for hint in advisor.hints(early)] == ["observation"]
    assert [hint.hint_kind for hint in advisor.hints(lost_cache)] == ["diagnosis"]
    assert advisor.hints(lost_cache) == []
    before = look()
    for number, service in enumerate(("accounts", "catalog", "payments", "checkout"), start=2):
        now = look(logs=(error(service, "no space left on device"),))
        said = advisor.hints(Moment(100.0, before, now))
        assert [hint.claim and hint.claim.components for hint in said] == (
            [(service,)] if number <= 3 else []
        )


def test_without_a_look_there_is_nothing_to_say() -> None:
    """Neither before the first look, nor if nobody looked while it was quiet."""
    assert PatternAdvisor().hints(Moment(60.0)) == []
    assert PatternAdvisor().hints(Moment(60.0, now=recorded("cache-loss"))) == []


def test_the_style_evidence_keeps_the_facts_and_no_verdict(lost_cache: Moment) -> None:
    """Word for word the same facts; no claim, no suggestion, no sentence that concludes."""
    found = findings(recorded("baseline"), recorded("cache-loss"))
    concluded = diagnosis(found)
    assert concluded is not None
    bare = in_style(concluded, "evidence")
    assert bare is not None
    assert bare.evidence == concluded.evidence
    assert (bare.claim, bare.suggests, bare.alternatives, bare.hint_kind) == (None, "", (), "observation")
    assert "capacity" not in bare.model_dump_json()
    assert in_style(observation(found), "verdict") == observation(found)


def test_a_verdict_without_facts_has_no_evidence_to_show() -> None:
    """In the style `evidence` it is not shown at all."""
    claim = Claim(components=("vision",), mechanisms=("capacity-shortfall",))
    bare = HintShown(
        hint=1, source="scripted", hint_kind="diagnosis", claim=claim, confidence=0.9, says="Add servers."
    )
    assert in_style(bare, "evidence") is None


def test_what_a_log_says_cannot_steer_a_terminal() -> None:
    """Lines that services write are stripped before they are quoted."""
    now = look(logs=(error("db", "no space left \x1b[2J\x1b]0;title\x07on device"),))
    concluded = diagnosis(findings(look(), now))
    assert concluded is not None
    assert "\x1b" not in concluded.model_dump_json() + "".join(concluded.evidence)


def test_a_false_alarm_lies_nowhere() -> None:
    """As a person would answer it: nothing is wrong, and no service is named for it."""
    concluded = diagnosis(findings(look(), look(alerts=(page("checkout"),))))
    assert concluded is not None
    assert concluded.claim == Claim(components=(), mechanisms=("none",))
