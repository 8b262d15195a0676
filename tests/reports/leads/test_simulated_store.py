"""A simulated year of a team of eight in a store: what was put in comes out, and no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from gameday.records.database import Database
from gameday.records.training import Training
from gameday.reports.leads.comparing import Asked, comparison_page
from gameday.reports.leads.page import report_page
from gameday.reports.leads.practising import CurrencyPage, chosen, currency_page, next_page
from scoring.comparison import Comparison, Rep
from scoring.comparison.remarks import RanOut
from scoring.currency import CurrencyRules
from scoring.simulation import Model
from tests.records.postgresql import Server
from tests.reports.leads.stores import filled, store_of, year

FAMILIES = tuple(f"family-{number + 1}" for number in range(6))
NEW_YEAR = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)


def compared(folder: Path, reps: Iterable[Rep]) -> Comparison:
    database = store_of(folder, reps)
    try:
        return comparison_page(database, Asked()).comparison
    finally:
        database.close()


@pytest.mark.parametrize(
    ("ratio", "finding"), [(0.6, "better"), (1.6, "worse"), (1.0, "not shown"), (0.95, "not shown")]
)
def test_the_truth_that_was_put_in_comes_out(tmp_path: Path, ratio: float, finding: str) -> None:
    """An AI that helps, one that hinders, none at all, and one too weak to see.

    Without a limit the interval holds each; with one, times are cut off, and the page says what that does.
    """
    model = Model(ai_ratio=ratio, practice=0.9)
    cut = compared(tmp_path / "cut", year(model, seed=8))
    assert cut.verdict.finding == finding
    assert RanOut in {type(remark) for remark in cut.remarks}
    whole = compared(tmp_path / "whole", year(replace(model, limit_s=1e6), seed=8))
    assert whole.verdict.finding == finding
    assert whole.time is not None
    assert whole.time.estimate.low < ratio < whole.time.estimate.high


def test_in_the_first_weeks_it_says_not_yet(tmp_path: Path) -> None:
    """However strong the effect; and how many pairs more it takes."""
    found = compared(tmp_path, year(Model(ai_ratio=0.3))[:12])
    assert found.verdict.finding == "refused"
    assert "No verdict possible yet" in found.verdict.sentence
    assert any("more pairs" in remark.sentence for remark in found.remarks)


def test_practice_does_not_pass_for_the_ai(tmp_path: Path) -> None:
    """Second drills take half the time, the AI does nothing; with the AI always second it is refused."""
    strong = year(Model(practice=0.5), seed=8)
    found = compared(tmp_path / "mixed", strong)
    assert found.verdict.finding == "not shown"
    assert found.twin is not None
    assert found.twin.practice == pytest.approx(0.55, abs=0.12), "cut at the limit it is nearer to 1"
    second = [rep for rep in strong if (rep.order == 2) == rep.ai]
    refused = compared(tmp_path / "second", second)
    assert refused.verdict.finding == "refused"
    assert "AI was always second" in refused.verdict.sentence


def test_currency_tells_who_stopped(tmp_path: Path) -> None:
    """engineer-1 left all drills by hand after June to the AI; the others went on, and are told from them."""
    june = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
    easy = year(Model(base_s=150, right_by_hand=1.0), blocks=4)
    reps = [
        rep._replace(ai=True, block=None, order=None)
        if rep.engineer == "engineer-1" and rep.ended > june
        else rep
        for rep in easy
    ]
    database = store_of(tmp_path, reps)
    page = currency_on(database, dt.date(2025, 12, 20))
    by_name = {line.engineer: line for line in page.engineers}
    by_hand = sorted(
        rep.ended.date() for rep in easy if rep.engineer == "engineer-1" and not rep.ai and rep.ended <= june
    )
    one = by_name["engineer-1"].currency
    assert one.status == "lapsed" or one.expires is None
    assert one.drills_short == 3
    assert one.expires is None or one.expires <= by_hand[-3] + dt.timedelta(90)
    for name, line in by_name.items():
        recent = [
            rep for rep in reps
            if rep.engineer == name and not rep.ai
            and dt.date(2025, 9, 21) <= rep.ended.date() <= dt.date(2025, 12, 20)
        ]  # fmt: skip
        assert line.currency.drills_short == max(0, 3 - len(recent)), name
    database.close()


def currency_on(database: Database, day: dt.date) -> CurrencyPage:
    training = Training(database)
    people = chosen(training, team=None, name=None)
    return currency_page(people, training.practice(), FAMILIES, day, CurrencyRules(), simulated=True)


def test_next_names_what_was_left_longest(tmp_path: Path) -> None:
    """A family that engineer-2 never did by hand comes first for them; within everybody's budget."""
    reps = [rep for rep in year() if not (rep.engineer == "engineer-2" and rep.family == "family-4")]
    database = store_of(tmp_path, reps)
    training = Training(database)
    training.settle()
    people = chosen(training, team="team-2", name=None)
    page = next_page(people, training, dict.fromkeys(FAMILIES, (3,)), NEW_YEAR, 2, simulated=True)
    by_name = {line.engineer: [each.suggestion.family for each in line.drills] for line in page.engineers}
    assert by_name["engineer-2"][0] == "family-4"
    assert {len(families) for families in by_name.values()} == {2}
    database.close()


def test_the_simulation_puts_nothing_into_a_real_store(tmp_path: Path) -> None:
    """Every row is marked, and nothing of it can pass for a drill that somebody played."""
    database = store_of(tmp_path, year())
    page = comparison_page(database, Asked())
    assert page.simulated
    assert page.comparison.excluded == {}
    database.close()


def test_a_shared_postgresql_tells_what_a_file_tells(tmp_path: Path, server: Server) -> None:
    """The whole report, its planned looks and the plan's pairs: the same figures from either database."""
    reps = year(blocks=1)
    pages = []
    for url in (f"sqlite:///{tmp_path}/records.db", server.fresh()):
        database = filled(url, reps)
        pages.append(report_page(database, NEW_YEAR, rules=CurrencyRules(), budget=2))
        kept = Training(database).looks("time_to_mitigate")
        assert kept == pages[-1].comparison.comparison.verdict.looks
        assert [look.pairs for look in kept] == [8, 16, 32]
        database.close()
    assert pages[0] == pages[1]
    assert pages[0].comparison.comparison.pairs == 48
