"""Currency and what to practise next, from a store to what is shown."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from gameday.errors import BadRecords
from gameday.records.database import Database
from gameday.records.people import People
from gameday.records.run import Run
from gameday.records.store import Records
from gameday.records.training import Training
from gameday.reports.leads.practising import CurrencyPage, NextPage, chosen, currency_page, next_page
from gameday.reports.leads.practising_text import currency_text, next_text
from scoring.currency import CurrencyRules
from tests.records.runs import past_run, scores

LIBRARY = {"cache": (2, 3), "edge": (4,)}
_numbers = iter(range(10_000))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/records.db")
    yield opened
    opened.close()


def at(day: str, zone: dt.tzinfo = dt.UTC) -> float:
    """UNIX seconds of a day at ten, or of a day and time."""
    return dt.datetime.fromisoformat(day if "T" in day else f"{day}T10:00").replace(tzinfo=zone).timestamp()


def drill(day: str, **changed: object) -> Run:
    """A drill by hand that ended on a day, on a variant of its own."""
    number = next(_numbers)
    ended = at(day)
    fields: dict[str, object] = {"started": ended - 600, "ended": ended, "variant": f"variant-{number}"}
    return past_run(number, **{**fields, **changed})


def currency_of(
    database: Database, on: str, families: tuple[str, ...] = ("cache",), *, pseudonyms: bool = False
) -> CurrencyPage:
    training = Training(database)
    return currency_page(
        chosen(training, team=None, name=None), training.practice(), families, dt.date.fromisoformat(on),
        CurrencyRules(), pseudonyms=pseudonyms,
    )  # fmt: skip


def next_of(database: Database, when: str, budget: int = 2, name: str | None = None) -> NextPage:
    training = Training(database)
    training.settle()
    people = chosen(training, team=None, name=name)
    return next_page(people, training, LIBRARY, dt.datetime.fromtimestamp(at(when), dt.UTC), budget)


def text_of(page: CurrencyPage | NextPage, width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(currency_text(page) if isinstance(page, CurrencyPage) else next_text(page))
    return console.export_text()


# --- currency -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "expires", "lapsing"),
    [("2026", "2026-04-10", "2026-03-27"), ("2028", "2028-04-09", "2028-03-26")],
)
def test_the_worked_dates_come_out_of_the_store(
    database: Database, year: str, expires: str, lapsing: str
) -> None:
    """10 Jan, 20 Feb and 5 Mar last until 10 Apr, in a leap year until the 9th; lapsing 14 days before."""
    Records(database).add_many(drill(f"{year}-{day}") for day in ("01-10", "02-20", "03-05"))
    last = dt.date.fromisoformat(expires)
    status = {}
    for day in (
        lapsing,
        str(dt.date.fromisoformat(lapsing) - dt.timedelta(1)),
        expires,
        str(last + dt.timedelta(1)),
    ):
        (line,) = currency_of(database, day).engineers
        status[day] = line.currency.status
        assert line.currency.expires == last
    assert list(status.values()) == ["lapsing", "current", "lapsing", "lapsed"]


def test_what_does_not_count_does_not_count(database: Database) -> None:
    """Drills with the AI, spoiled ones, void ones, and those rated Again."""
    Records(database).add_many(
        [
            drill("2026-03-01"),
            drill("2026-03-02", mode="advise"),
            drill("2026-03-03", spoiled=True),
            drill("2026-03-04", scores=None, hints=()),
            drill("2026-03-05", scores=scores(1200.0, mitigated=False)),
        ]
    )
    (line,) = currency_of(database, "2026-03-06").engineers
    assert (line.currency.status, line.currency.drills_short) == ("not yet", 2)
    assert line.families[0].latest == dt.date(2026, 3, 1)


def test_days_are_days_in_utc_whatever_the_clocks_do(database: Database) -> None:
    """Half past eleven at night in New York is the next day; the night in which clocks go back is one day."""
    new_york = dt.timezone(dt.timedelta(hours=-5))
    ends = [at("2026-01-10T23:30", new_york), at("2026-10-25T00:30"), at("2026-10-25T01:30")]
    Records(database).add_many(drill("2026-01-01", started=end - 600, ended=end) for end in ends)
    (line,) = currency_of(database, "2026-10-25").engineers
    assert line.currency.drills_short == 1
    days = [
        dt.datetime.fromtimestamp(each.ended, dt.UTC).date()
        for each in next(iter(Training(database).practice().values()))
    ]
    assert days == [dt.date(2026, 1, 11), dt.date(2026, 10, 25), dt.date(2026, 10, 25)]


def test_after_half_a_year_lapsed_somebody_must_watch(database: Database) -> None:
    """On a variant that wasn't met before; then currency comes back."""
    records = Records(database)
    records.add_many(drill(f"2025-{day}") for day in ("01-10", "02-20", "03-05"))
    known = drill("2026-03-01", observer="cy", variant="met")
    records.add_many(
        [drill("2025-01-05", variant="met", mode="advise"), known, drill("2026-03-02"), drill("2026-03-03")]
    )
    page = currency_of(database, "2026-03-04")
    assert (page.engineers[0].currency.status, page.engineers[0].currency.needs_observed) == ("lapsed", True)
    assert "watched (--observer)" in " ".join(text_of(page).split())
    records.add(drill("2026-03-04", observer="cy"))
    assert currency_of(database, "2026-03-05").engineers[0].currency.status == "current"


def test_everybody_is_on_the_page_by_name(database: Database) -> None:
    """Also who has never played, as a member of a team; nobody is ranked, and current isn't proficient."""
    Records(database).add_many(drill("2026-03-01", engineer=name) for name in ("zoe", "ada"))
    People(database).put_in_team("print", ["mo"])
    page = currency_of(database, "2026-03-02", ("cache", "edge"))
    assert [line.engineer for line in page.engineers] == ["ada", "mo", "zoe"]
    text = text_of(page)
    assert "not the same as proficient" in text
    assert "2 drills; one in edge" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    codenames = currency_of(database, "2026-03-02", pseudonyms=True)
    assert not {"ada", "mo", "zoe"} & {line.engineer for line in codenames.engineers}


def test_a_person_renamed_keeps_what_they_did(database: Database) -> None:
    """Two names of one person are one history, also for drills that come in under the old name."""
    records, people = Records(database), People(database)
    records.add_many(
        [drill("2026-03-01"), drill("2026-03-02", engineer="ada.l"), drill("2026-03-02", engineer="bo")]
    )
    assert [line.currency.drills_short for line in currency_of(database, "2026-03-03").engineers] == [2, 2, 2]
    with pytest.raises(
        BadRecords, match="is somebody in the records already; if they are one person, add --merge"
    ):
        people.rename("ada", "ada.l")
    assert people.rename("ada", "ada.l", merge=True) == 2
    records.add(drill("2026-03-03", engineer="ada"))
    page = currency_of(database, "2026-03-03")
    assert [(line.engineer, line.currency.status) for line in page.engineers] == [
        ("ada.l", "current"),
        ("bo", "not yet"),
    ]
    training = Training(database)
    assert [person.name for person in chosen(training, team=None, name="ada")] == ["ada.l"]


def test_a_store_that_may_only_be_read_is_enough(database: Database, tmp_path: Path) -> None:
    """Nothing is written where everything is rated and folded."""
    Records(database).add_many(drill(f"2026-03-0{day}") for day in (1, 2, 3))
    reading = Database(f"sqlite:///file:{tmp_path}/records.db?mode=ro&uri=true")
    Training(reading).rate()
    assert currency_of(reading, "2026-03-04").engineers[0].currency.status == "current"
    assert len(next_of(reading, "2026-03-04", budget=9).engineers[0].drills) == 2
    reading.close()


def test_an_empty_store_and_no_families_are_said(database: Database) -> None:
    """One sentence each."""
    assert "Nobody is in the records yet" in text_of(currency_of(database, "2026-03-01"))
    with pytest.raises(BadRecords, match="name some with --family"):
        currency_of(database, "2026-03-01", ())
    with pytest.raises(BadRecords, match="nobody called 'zoe' is in the records"):
        next_of(database, "2026-03-01", name="zoe")


# --- next -----------------------------------------------------------------------------------------


def test_what_was_never_done_comes_first_then_what_is_left_longest(database: Database) -> None:
    """With a reason, the last day, and how hard the next one had best be."""
    Records(database).add_many([drill("2026-01-10"), drill("2026-01-12")])
    page = next_of(database, "2026-03-01")
    (line,) = page.engineers
    assert [(each.suggestion.family, each.suggestion.reason) for each in line.drills] == [
        ("edge", "never practised"),
        ("cache", "due"),
    ]
    assert [(each.latest, each.difficulty) for each in line.drills] == [(None, 4), (dt.date(2026, 1, 12), 3)]
    text = " ".join(text_of(page).split())
    assert "never done by hand" in text
    assert "an order, not a probability" in text


def test_the_months_budget_is_kept(database: Database) -> None:
    """What was done by hand this month counts; with the AI doesn't; a month is one in UTC."""
    Records(database).add_many(
        [drill("2026-03-01T00:05"), drill("2026-02-28"), drill("2026-03-02", mode="advise")]
    )
    (line,) = next_of(database, "2026-03-05").engineers
    assert (line.done_this_month, len(line.drills)) == (1, 1)
    done = next_of(database, "2026-03-05", budget=1)
    assert done.engineers[0].drills == ()
    assert "Nothing more this month: 1 of 1 done." in text_of(done)
