"""Ratings are given once, by the par of that day; cards follow them, however often a drill comes in."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from gameday.errors import NoRecords
from gameday.records import ratings
from gameday.records.database import Database
from gameday.records.people import People
from gameday.records.run import Run
from gameday.records.store import Records
from gameday.records.tables import cards, drills, scorecards
from gameday.records.training import Training
from scoring.rating import RunningPar, par
from scoring.recall import card_of
from scoring.stats.survival import Duration
from tests.builders import stood_down
from tests.records.runs import past_run, scores, write_run

durations = st.lists(st.builds(Duration, st.sampled_from([60.0, 120.0, 300.0, 600.0, 1200.0]), st.booleans()))


@given(durations)
def test_par_drill_by_drill_is_par_of_all(known: list[Duration]) -> None:
    """Whatever was cut off, and wherever."""
    running = RunningPar()
    for number, duration in enumerate(known, start=1):
        running.add(duration)
        assert running.par(480.0) == par(480.0, known[:number])


def given_ratings(database: Database) -> dict[str, tuple[str | None, float | None]]:
    wanted = sa.select(drills.c.run, scorecards.c.rating, scorecards.c.rated_by_par_s)
    with database.reading() as connection:
        return {
            row.run: (row.rating, row.rated_by_par_s)
            for row in connection.execute(wanted.join_from(drills, scorecards))
        }


def by_hand(number: int, seconds: float = 200.0, **changed: object) -> Run:
    return past_run(number, **{"scores": scores(seconds), **changed})


def test_the_first_eight_go_by_the_authors_par_then_by_their_own(
    records: Records, database: Database
) -> None:
    """Author's par 300 s; the eighth drill's successors go by the median of the eight before, 200 s."""
    records.add_many(by_hand(number) for number in range(8))
    records.add(by_hand(8, 301.0))
    found = given_ratings(database)
    assert {par for _, par in list(found.values())[:8]} == {300.0}
    assert found["run-8"] == ("hard", 200.0)


def test_what_is_no_drill_by_hand_has_no_rating(records: Records, database: Database) -> None:
    """With the AI; a spoiled one is rated, and makes neither par nor card."""
    records.add_many(
        [past_run(0, mode="advise"), *(by_hand(number, 10.0, spoiled=True) for number in range(1, 10))]
    )
    records.add(by_hand(10))
    found = given_ratings(database)
    assert found["run-0"] == (None, None)
    assert found["run-1"] == ("good", 300.0)
    assert found["run-10"] == ("good", 300.0)
    (card,) = Training(database).cards().values()
    assert card.last_review == dt.datetime.fromtimestamp(by_hand(10).ended, dt.UTC)


def test_a_card_is_that_of_all_ratings_in_any_order(records: Records, database: Database) -> None:
    """Taken in one by one, shuffled, or together: the same card, and again nothing changes."""
    runs = [by_hand(number, 200.0 + 90 * number) for number in range(7)]
    shuffled = random.Random(1).sample(runs, len(runs))
    for run in shuffled:
        assert records.add(run) == "added"
    (card,) = Training(database).cards().values()
    rated = given_ratings(database)
    at = {run.run: dt.datetime.fromtimestamp(run.ended, dt.UTC) for run in runs}
    assert card == card_of((at[name], rating) for name, (rating, _) in rated.items())  # type: ignore[misc]
    for run in shuffled:
        assert records.add(run) == "unchanged"
    assert list(Training(database).cards().values()) == [card]


def test_a_run_taken_in_again_changes_its_card_once(
    records: Records, database: Database, tmp_path: Path
) -> None:
    """A changed folder replaces its drill; the card holds one drill, as before."""
    folder = write_run(tmp_path / "run-1", stood_down())
    for _ in range(2):
        records.ingest(folder)
        card = folder / "scorecard.json"
        card.write_text(card.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with database.reading() as connection:
        (row,) = connection.execute(sa.select(cards))
    assert row.drills == 1
    assert given_ratings(database)["run-1"][0] == "again"


def test_nobodys_past_changes_when_others_get_faster(records: Records, database: Database) -> None:
    """The par of the day stays in the row."""
    records.add_many(by_hand(number, 290.0) for number in range(3))
    before = given_ratings(database)
    records.add_many(by_hand(number, 60.0, engineer="bo") for number in range(10, 30))
    assert {run: found for run, found in given_ratings(database).items() if run in before} == before


@pytest.fixture
def without_fsrs(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.setattr(ratings, "can_fold", lambda: False)
    return monkeypatch.undo


def test_a_drill_needs_no_fsrs(
    without_fsrs: Callable[[], None], records: Records, database: Database
) -> None:
    """Without it a drill is rated all the same; the card is folded by the first who has it."""
    records.add_many(by_hand(number) for number in range(3))
    assert given_ratings(database)["run-2"][0] == "good"
    assert Training(database).cards() == {}
    without_fsrs()
    Training(database).settle()
    assert len(Training(database).cards()) == 1


def test_next_without_fsrs_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    """One sentence with the command."""
    monkeypatch.setattr("gameday.records.training.can_fold", lambda: False)
    with pytest.raises(NoRecords, match=r"pip install 'gameday\[leads\]'"):
        Training(database).settle()


def test_the_forgotten_leave_no_cards(records: Records, people: People, database: Database) -> None:
    """And what they watched says that somebody did."""
    records.add_many([by_hand(1), by_hand(2, engineer="bo", observer="ada")])
    people.rename("ada", "ada.l")
    people.erase("ada")
    assert {person for person, _ in Training(database).cards()} == {
        person.key for person in Training(database).people()
    }
    (left,) = records.reps()
    assert (left.engineer, left.observer) == ("bo", "somebody"), "under whatever name"
