"""Pages of many drills tell nothing of those whose pair is not complete, but how many there are."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gameday.drill.seal import DebriefSealed, seal_of
from gameday.errors import GamedayError
from gameday.journal.home import runs_home
from gameday.journal.manifest import Assignment
from gameday.records.bridge import SealedDrill, comparable
from gameday.records.database import Database
from gameday.records.run import Run
from gameday.records.schedule import Plan, Planned, Schedule
from gameday.records.store import Records
from gameday.records.training import Training
from gameday.reports.leads.comparing import Asked, ComparisonPage, comparison_page
from gameday.reports.leads.comparison_data import comparison_json
from gameday.reports.leads.comparison_text import comparison_text
from gameday.reports.leads.html.document import document
from gameday.reports.leads.page import ReportPage, report_page
from gameday.reports.leads.practising import CurrencyPage, NextPage, chosen, currency_page, next_page
from gameday.reports.leads.practising_text import currency_text, next_text
from gameday.tui.house import Standing, standing_of
from gameday.tui.screens.replay import load
from gameday.tui.widgets.home import standing_lines
from scoring.currency import CurrencyRules
from tests.builders import START
from tests.records.runs import DAY_S, past_run, write_run

LIBRARY = {"cache": (2, 3), "edge": (4,)}
AT = dt.datetime.fromtimestamp(START + 3 * DAY_S, dt.UTC)
PLAN = Plan("autumn", "d" * 64, 7, START, 45, {"right": 1.0})
BY_HAND = Planned(
    block="autumn-0001", order=1, engineer="ada", team="checkout", family="cache", pack="cache-loss",
    variant="maxmemory", mode="manual", advisor="scripted", policy=None, style="verdict", at=START,
    zone="Europe/Berlin",
)  # fmt: skip
WITH_AI = replace(BY_HAND, order=2, variant="cold-restart", mode="advise", policy="wrong", at=START + DAY_S)
"""A pair, by hand first."""
BEFORE = past_run(0, family="edge", pack="edge-loss", variant="rules", engineer="ada")
"""So that every page has something to tell."""


def played(drill: Planned, number: int, **changed: object) -> Run:
    assignment = Assignment(
        block=drill.block, order=1 if drill.order == 1 else 2, mode=drill.mode, policy=drill.policy
    )
    return past_run(number, variant=drill.variant, mode=drill.mode, assignment=assignment, **changed)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """One plan of one pair, and a drill outside it."""
    yield from planned_in(f"sqlite:///{tmp_path}/records.db")


def planned_in(url: str) -> Iterator[Database]:
    opened = Database(url)
    Schedule(opened, now=lambda: START).add(PLAN, (BY_HAND, WITH_AI))
    Records(opened).add(BEFORE)
    yield opened
    opened.close()


def currency_of(database: Database) -> CurrencyPage:
    training = Training(database)
    training.rate()
    return currency_page(
        chosen(training, team=None, name=None), training.practice(), LIBRARY, AT.date(), CurrencyRules(),
        sealed=training.sealed(),
    )  # fmt: skip


def next_of(database: Database) -> NextPage:
    training = Training(database)
    training.settle()
    return next_page(chosen(training, team=None, name=None), training, LIBRARY, AT, 4)


def compared(database: Database) -> ComparisonPage:
    return comparison_page(database, Asked(by="family"))


def report_of(database: Database, monkeypatch: pytest.MonkeyPatch) -> ReportPage:
    monkeypatch.setattr("gameday.reports.leads.page.families_of", lambda *_: LIBRARY)
    return report_page(database, AT, rules=CurrencyRules(), budget=4)


def drawn(part: Any) -> str:
    console = Console(width=110)
    with console.capture() as captured:
        console.print(part)
    return captured.get()


def test_a_sealed_drill_does_not_count_for_currency(database: Database) -> None:
    """The page is that of a store without it, and says how many are left out; then it counts."""
    before = currency_of(database)
    Records(database).add(played(BY_HAND, 1))
    during = currency_of(database)
    assert during == replace(before, sealed=1)
    assert "1 sealed drill is left out" in drawn(currency_text(during))
    assert "sealed" not in drawn(currency_text(before))
    Records(database).add(played(WITH_AI, 2))
    after = currency_of(database)
    assert after.sealed == 0
    assert after.engineers[0].families[0].latest is not None
    assert before.engineers[0].families[0].latest is None


def test_a_sealed_drill_ended_after_the_day_of_a_page_is_not_on_it(database: Database) -> None:
    Records(database).add(played(BY_HAND, 9))
    assert currency_of(database).sealed == 0


def test_what_is_next_takes_no_notice_of_a_sealed_drill_but_of_its_time(database: Database) -> None:
    """The same families for the same reasons; the budget is less by one drill. Then its family is fresh."""
    before = next_of(database)
    Records(database).add(played(BY_HAND, 1))
    during = next_of(database)
    assert during.engineers[0].drills == before.engineers[0].drills
    assert during.engineers[0].done_this_month == before.engineers[0].done_this_month + 1
    assert "1 sealed drill is left out" in drawn(next_text(during))
    Records(database).add(played(WITH_AI, 2))
    after = next_of(database)
    assert after.sealed == 0
    reasons = {each.suggestion.family: each.suggestion.reason for each in after.engineers[0].drills}
    assert reasons.get("cache") != "never practised"
    assert before.engineers[0].drills[0].suggestion.family == "cache"
    assert before.engineers[0].drills[0].suggestion.reason == "never practised"


def test_a_card_that_remembers_a_sealed_drill_forgets_it(tmp_path: Path) -> None:
    """As one that was folded before its plan was known; it remembers again once the pair is open."""
    opened = Database(f"sqlite:///{tmp_path}/records.db")
    try:
        records, schedule, training = Records(opened), Schedule(opened), Training(opened)

        def remembered() -> set[str]:
            training.settle()
            return {family for _, family in training.cards()}

        records.add(BEFORE)
        records.add(played(BY_HAND, 1))
        known = [remembered()]
        schedule.add(PLAN, (BY_HAND, WITH_AI))
        known.append(remembered())
        schedule.set_aside("autumn-0001", unseal=True)
        known.append(remembered())
    finally:
        opened.close()
    assert known == [{"cache", "edge"}, {"edge"}, {"cache", "edge"}]


def test_home_tells_the_same(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """How one stands, and what is next."""
    monkeypatch.setattr("gameday.reports.leads.library.families", lambda *_: LIBRARY)
    records = Records(database)

    def told() -> Standing:
        return replace(standing_of(database, records, "ada"), done_this_month=0)

    before = told()
    records.add(played(BY_HAND, 1))
    assert told() == replace(before, sealed=1)
    assert any("1 sealed: not counted yet" in line.plain for line in standing_lines(told()))
    assert not any("sealed" in line.plain for line in standing_lines(before))
    records.add(played(WITH_AI, 2))
    assert told().sealed == 0


@pytest.mark.parametrize("first", [BY_HAND, WITH_AI], ids=["by hand", "with the AI"])
def test_a_comparison_is_made_of_complete_pairs_only(database: Database, first: Planned) -> None:
    """The effect, reliance, calibration and groups: all as if the sealed drill weren't there."""
    records = Records(database)
    before = compared(database)
    records.add(played(first, 1))
    during = compared(database)
    assert during == replace(before, sealed=1)
    assert during.comparison.pairs == 0
    assert "1  sealed: the other drill of its pair is still to come" in drawn(comparison_text(during, 110))
    assert json.loads(comparison_json(during))["sealed"] == 1
    records.add(played(WITH_AI if first is BY_HAND else BY_HAND, 2))
    after = compared(database)
    assert after.sealed == 0
    assert after.comparison.pairs == 1
    assert after.comparison.reliance.drills == 1
    assert [group.name for group in after.comparison.groups] == ["cache"]


def test_a_store_of_one_sealed_drill_is_not_called_empty(tmp_path: Path) -> None:
    opened = Database(f"sqlite:///{tmp_path}/records.db")
    try:
        Schedule(opened).add(PLAN, (BY_HAND, WITH_AI))
        Records(opened).add(played(WITH_AI, 1))
        words = drawn(comparison_text(compared(opened), 110))
    finally:
        opened.close()
    assert "1 sealed drill is left out" in words
    assert "There are no drills yet" not in words


def test_a_comparison_since_a_day_counts_what_was_sealed_since_then(database: Database) -> None:
    Records(database).add(played(BY_HAND, 1))
    assert comparison_page(database, Asked(since=AT - dt.timedelta(days=9))).sealed == 1
    assert comparison_page(database, Asked(since=AT)).sealed == 0


def test_the_report_tells_no_family_of_a_sealed_drill(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pages of families are those of a store without it, and a sentence says how many are left out."""
    before = report_of(database, monkeypatch)
    Records(database).add(played(BY_HAND, 1))
    during = report_of(database, monkeypatch)
    assert during.families == replace(before.families, sealed=1)
    assert [line.family for line in during.families.lines] == ["edge"]
    assert during.currency == replace(before.currency, sealed=1)
    assert during.comparison == replace(before.comparison, sealed=1)
    html = document(during)
    assert html.count("1 sealed drill is left out; a drill counts once") == 2
    assert "maxmemory" not in html
    assert "cache-loss" not in html
    Records(database).add(played(WITH_AI, 2))
    after = report_of(database, monkeypatch)
    assert sorted(line.family for line in after.families.lines) == ["cache", "edge"]
    assert "sealed" not in document(after)


def test_families_by_hand_leave_out_no_drill_with_the_ai(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sealed one is counted in the comparison, and not among those by hand."""
    Records(database).add(played(WITH_AI, 1))
    found = report_of(database, monkeypatch)
    assert (found.comparison.sealed, found.families.sealed, found.currency.sealed) == (1, 0, 0)


def test_a_variant_met_in_a_sealed_drill_is_met(database: Database) -> None:
    """Whoever does it again afterwards repeats it; a void drill tells nothing and is counted as void."""
    records = Records(database)
    records.add(played(BY_HAND, 1))
    records.add(past_run(2, variant=BY_HAND.variant))
    records.add(played(WITH_AI, 3, scores=None, hints=()))
    heard: list[SealedDrill] = []
    reps = list(comparable(records, on_sealed=heard.append))
    assert [(rep.run, rep.repeated, rep.void) for rep in reps[1:]] == [
        ("run-2", True, False),
        ("run-3", False, True),
    ]
    assert heard == [SealedDrill(False, dt.datetime.fromtimestamp(START + DAY_S + 600, dt.UTC))]


@pytest.fixture
def either(url: str) -> Iterator[Database]:
    """The same in each kind of database."""
    yield from planned_in(url)


def test_both_forms_of_the_rule_agree(either: Database) -> None:
    """What the database finds sealed is what the plan's own drills say, in every state of a pair."""
    records, schedule = Records(either), Schedule(either)
    states = list(itertools.product((False, True), repeat=4))
    blocks = [f"winter-{number:04d}" for number in range(len(states))]
    pairs = [(replace(BY_HAND, block=block), replace(WITH_AI, block=block)) for block in blocks]
    for name, withdrawn in (("winter", False), ("ended", True)):
        schedule.add(
            replace(PLAN, name=name),
            [
                drill
                for pair, state in zip(pairs, states, strict=True)
                if state[1] is withdrawn
                for drill in pair
            ],
        )
    for number, ((first, second), (other_done, _, unsealed, set_aside)) in enumerate(
        zip(pairs, states, strict=True)
    ):
        records.add(played(first, 100 + 2 * number))
        if other_done:
            records.add(played(second, 101 + 2 * number))
        if unsealed or set_aside:
            schedule.set_aside(first.block, unseal=unsealed)
    schedule.withdraw("ended")
    found = {rep.block: rep.sealed for rep in records.reps() if rep.block_order == BY_HAND.order}
    for (first, _), (other_done, withdrawn, unsealed, _) in zip(pairs, states, strict=True):
        seal = seal_of(played(first, 0).assignment, schedule.drills(block=first.block))
        assert found[first.block] == (seal is not None)
        assert found[first.block] == (not (other_done or withdrawn or unsealed))


def test_a_sealed_run_is_not_replayed_and_its_refusal_says_until_when(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A run outside a plan is, and one whose pair is off."""
    monkeypatch.setenv("GAMEDAY_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("GAMEDAY_DATABASE_URL", raising=False)
    opened = Database()
    try:
        Schedule(opened).add(PLAN, (BY_HAND, WITH_AI))
        sealed = write_run(
            runs_home() / "run-1",
            mode="manual",
            assignment=played(BY_HAND, 1).assignment,
            variant="maxmemory",
        )
        with pytest.raises(DebriefSealed, match="block autumn-0001 is done, planned for") as refusal:
            load(sealed)
        assert isinstance(refusal.value, GamedayError)
        assert "cache" not in str(refusal.value)
        assert load(write_run(runs_home() / "run-2")).marks
        Schedule(opened).withdraw("autumn")
        assert load(sealed).marks
    finally:
        opened.close()
