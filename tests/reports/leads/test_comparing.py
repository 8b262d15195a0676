"""The page of AI-on against AI-off, from a store to what is shown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from gameday.errors import BadRecords
from gameday.records.database import Database
from gameday.records.people import People
from gameday.records.simulated import as_run
from gameday.records.store import Records
from gameday.records.training import Training
from gameday.reports.leads.comparing import Asked, comparison_page
from gameday.reports.leads.comparison_data import comparison_csv, comparison_json
from gameday.reports.leads.comparison_text import comparison_text
from scoring.comparison import Pair, Rep, compare
from scoring.comparison.remarks import (
    NotDeclared,
    NothingMitigated,
    OneEngineer,
    OneOrderOnly,
    Selected,
    TooFewPairs,
)
from scoring.simulation import Model
from tests.reports.leads.stores import store_of, year


def shown(database: Database, asked: Asked | None = None, width: int = 80, dark: bool = True) -> str:
    console = Console(width=width, file=io.StringIO(), force_terminal=dark, color_system=None, record=True)
    console.print(comparison_text(comparison_page(database, asked or Asked()), width))
    return console.export_text()


def pairs_of(database: Database, asked: Asked) -> list[Pair]:
    """The pairs behind a page."""
    pairs: list[Pair] = []
    comparison_page(database, asked, on_reps=lambda _, paired, __: pairs.extend(paired.pairs))
    return pairs


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Database]:
    """A year in which the AI saved 40 % of the time."""
    database = store_of(tmp_path, year())
    yield database
    database.close()


def test_the_store_says_what_the_drills_say(opened: Database) -> None:
    """Nothing is lost on the way through the store: the comparison is that of the drills themselves."""
    page, direct = comparison_page(opened, Asked(by="family")), compare(year(), by="family")
    found = page.comparison
    assert found.verdict == direct.verdict
    assert (found.time, found.diagnosis, found.correct) == (direct.time, direct.diagnosis, direct.correct)
    assert (found.on, found.off, found.groups) == (direct.on, direct.off, direct.groups)
    assert found.reliance == direct.reliance
    assert found.advisor.wrong == direct.advisor.wrong
    assert found.advisor.latency_share == pytest.approx(direct.advisor.latency_share)
    assert (found.calibration_on.n, found.calibration_off) == (96, direct.calibration_off)
    assert found.perception == direct.perception
    assert page.simulated


@pytest.mark.parametrize("width", [80, 120])
def test_the_page_fits_and_says_the_verdict_first(opened: Database, width: int) -> None:
    """No line is wider than the terminal; what may be concluded comes before any figure."""
    text = shown(opened, Asked(by="team"), width)
    assert max(map(len, text.splitlines())) <= width
    first = text.index("These 8 engineers mitigated faster with the AI")
    assert first < text.index("The effect") < text.index("Share not yet mitigated") < text.index("Left out")
    assert "SIMULATED" in text
    for words in (
        "team-1",
        "takes good advice",
        "resists bad advice",
        "J = ",
        "Brier",
        "gap",
        "of engineers at",
    ):
        assert words in text, words


def test_the_curves_need_no_colour(opened: Database) -> None:
    """Each arm has a sign of its own, which the legend names; the axis says how long."""
    text = shown(opened)
    assert "━━ with the AI: " in text
    assert "┄┄ without: " in text
    assert "100% ┤" in text
    assert "20:00" in text


def test_nobody_is_ranked(opened: Database) -> None:
    """People come by name, whatever they did, and carry no p."""
    page = comparison_page(opened, Asked(by="engineer"))
    names = [group.name for group in page.comparison.groups]
    assert names == sorted(names)
    assert len(names) == 8
    assert {group.adjusted_p for group in page.comparison.groups} == {None}


def test_codenames_are_the_same_every_time_and_say_nothing(opened: Database) -> None:
    """No name is on the page, in the JSON or in the CSV; the figures are those of the names."""
    asked = Asked(by="engineer", pseudonyms=True)
    page, again = comparison_page(opened, asked), comparison_page(opened, asked)
    assert page.comparison.groups == again.comparison.groups
    names = {rep.engineer for rep in year()}
    for text in (shown(opened, asked), comparison_json(page), comparison_csv(pairs_of(opened, asked))):
        assert not any(f"{name}\n" in text or f'"{name}"' in text or f",{name}," in text for name in names)
    assert page.comparison.time == comparison_page(opened, Asked()).comparison.time


# --- verdicts that stay ---------------------------------------------------------------------------


def test_a_verdict_stays_whatever_comes_later(tmp_path: Path) -> None:
    """Older pairs that come in late would turn the look; it was taken, and is not worked out again."""
    reps = year()
    late: list[Rep] = []
    early: list[Rep] = []
    for rep in reps:
        (late if rep.engineer in ("engineer-1", "engineer-2") else early).append(rep)
    database = store_of(tmp_path, early)
    before = comparison_page(database, Asked()).comparison.verdict
    assert before.finding == "better"
    slow = [rep._replace(time_to_mitigate_s=1100.0 if rep.ai else 60.0, mitigated=True) for rep in late]
    Records(database).add_many(map(as_run, slow))
    after = comparison_page(database, Asked()).comparison
    assert after.pairs == 96
    assert after.verdict == before
    assert compare([*early, *slow]).verdict != before, "worked out anew it would be another one"
    database.close()


def test_a_look_that_found_nothing_stays_too(tmp_path: Path) -> None:
    """Otherwise one could look at sixteen pairs until they show something."""
    reps = year(Model(ai_ratio=1.0))
    blocks = sorted(
        {rep.block for rep in reps if rep.block},
        key=lambda name: max(r.ended for r in reps if r.block == name),
    )
    first = [rep for rep in reps if rep.block in blocks[:16]]
    database = store_of(tmp_path, first)
    assert comparison_page(database, Asked()).comparison.verdict.finding == "not yet"
    kept = Training(database).looks("time_to_mitigate")
    assert [look.pairs for look in kept] == [8, 16]
    for number in range(4, 8):
        People(database).erase(f"engineer-{number + 1}")
    assert comparison_page(database, Asked()).comparison.verdict.looks[: len(kept)] == kept
    database.close()


def test_a_verdict_outlives_the_people_it_was_about(opened: Database) -> None:
    """Of eight engineers seven are erased: the verdict about those eight stays, and names nobody."""
    before = comparison_page(opened, Asked()).comparison.verdict
    for number in range(7):
        People(opened).erase(f"engineer-{number + 2}")
    found = comparison_page(opened, Asked()).comparison
    assert found.engineers == 1
    assert found.verdict == before
    assert "These 8 engineers" in found.verdict.sentence


def test_the_first_look_declares_the_outcome(opened: Database) -> None:
    """Another outcome afterwards gives an interval and no verdict, and the page says why."""
    comparison_page(opened, Asked())
    found = comparison_page(opened, Asked(primary="diagnosis")).comparison
    assert NotDeclared("time to mitigate", "the diagnosis") in found.remarks
    assert (found.verdict.finding, found.verdict.looks) == ("refused", ())
    assert found.diagnosis is not None
    assert Training(opened).looks("diagnosis") == ()
    assert comparison_page(opened, Asked()).comparison.verdict.finding == "better"


def test_a_part_that_was_chosen_gives_no_verdict(opened: Database) -> None:
    """Since a date: what it would show is not kept as a look."""
    since = sorted(rep.ended for rep in year())[40]
    found = comparison_page(opened, Asked(since=since)).comparison
    assert Selected() in found.remarks
    assert found.verdict.finding == "refused"
    assert Training(opened).declared() is None


def test_a_store_that_may_only_be_read_is_compared(opened: Database, tmp_path: Path) -> None:
    """The page is whole, and says that the look could not be kept."""
    opened.close()
    reading = Database(f"sqlite:///file:{tmp_path}/records.db?mode=ro&uri=true")
    page = comparison_page(reading, Asked())
    assert page.comparison.verdict.finding == "better"
    assert "could not be kept: " in page.not_kept
    assert "may only be read" in shown(reading).replace("\n", " ")
    reading.close()


# --- bad input ------------------------------------------------------------------------------------


def test_an_empty_store_says_so(tmp_path: Path) -> None:
    """One sentence, and no page of nothing."""
    database = store_of(tmp_path, ())
    text = shown(database)
    assert "There are no drills yet" in text
    assert "Planned looks" not in text
    assert json.loads(comparison_json(comparison_page(database, Asked())))["drills"] == 0
    assert comparison_csv(pairs_of(database, Asked())).count("\n") == 1
    database.close()


def censored(rep: Rep) -> Rep:
    return rep._replace(time_to_mitigate_s=rep.limit_s, mitigated=False)


def alone(rep: Rep) -> Rep:
    return rep._replace(engineer="engineer-1", team="team-1")


def always_first(rep: Rep) -> Rep:
    return rep._replace(order=1 if rep.ai else 2)


def tied(rep: Rep) -> Rep:
    return rep._replace(time_to_mitigate_s=300.0, mitigated=True, diagnosis=0.5, correct=False, felt_s=300.0)


@pytest.mark.parametrize(
    ("reps", "refusal", "words"),
    [
        (year()[:1], TooFewPairs, "1 partner missing"),
        (tuple(map(censored, year())), NothingMitigated, "No drill was mitigated in time"),
        (tuple(map(always_first, year())), OneOrderOnly, "the AI was always first"),
        (
            tuple(alone(rep) for rep in year() if rep.engineer == "engineer-1"),
            OneEngineer,
            "nobody is ranked",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_in_plain_words(
    tmp_path: Path, reps: tuple[Rep, ...], refusal: type, words: str
) -> None:
    """One drill, all censored, all AI-first, one engineer: a page without a verdict, and the reason on it."""
    database = store_of(tmp_path, reps)
    found = comparison_page(database, Asked(by="family")).comparison
    assert refusal in {type(remark) for remark in found.remarks}
    assert found.verdict.finding == "refused"
    assert words in " ".join(shown(database, Asked(by="family"), 200).split())
    json.loads(comparison_json(comparison_page(database, Asked())))
    database.close()


def test_ties_everywhere_show_nothing(tmp_path: Path) -> None:
    """Every time is the same: no effect, no error, and no look could have decided."""
    database = store_of(tmp_path, map(tied, year()))
    found = comparison_page(database, Asked()).comparison
    assert found.time is not None
    assert (found.time.estimate.value, found.time.p) == (1.0, 1.0)
    assert found.verdict.finding == "not shown"
    assert "could not decide" in " ".join(shown(database).split())
    database.close()


def test_a_name_with_control_sequences_or_a_formula_is_harmless(tmp_path: Path) -> None:
    """Neither the terminal nor a spreadsheet takes it for an order."""
    odd = {"engineer-1": "\x1b[2Jada", "engineer-2": "=1+1"}
    reps = [rep._replace(engineer=odd.get(rep.engineer, rep.engineer)) for rep in year()]
    database = store_of(tmp_path, reps)
    asked = Asked(by="engineer")
    assert "\x1b" not in shown(database, asked)
    rows = list(csv.DictReader(io.StringIO(comparison_csv(pairs_of(database, asked)))))
    assert {row["engineer"] for row in rows} & {"=1+1"} == set()
    assert len(rows) == 96
    database.close()


def test_the_csv_is_enough_to_compute_it_again(opened: Database) -> None:
    """A line for each pair, in order, with both times, whether they ended, and the order."""
    page, pairs = comparison_page(opened, Asked()), pairs_of(opened, Asked())
    rows = list(csv.DictReader(io.StringIO(comparison_csv(pairs))))
    assert [row["block"] for row in rows] == [pair.block for pair in pairs]
    assert sum(int(row["ai_first"]) for row in rows) == page.comparison.ai_first == 48
    assert sum(int(row["on_mitigated"]) for row in rows) == page.comparison.on.mitigated
    assert [float(row["off_s"]) for row in rows] == [pair.off_time.seconds for pair in pairs]


def test_a_team_nobody_knows_is_said(opened: Database) -> None:
    """With the teams that there are."""
    with pytest.raises(BadRecords, match="there is no team 'none'; there are: team-1, team-2"):
        Training(opened).people("none")
