"""People can see what is kept of them, and can be forgotten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from gameday.errors import BadRecords
from gameday.records.database import Database
from gameday.records.people import People
from gameday.records.store import Records
from gameday.records.tables import drills, hints, memberships, metadata, scorecards
from tests.records.runs import past_run, write_run


def everything(database: Database) -> str:
    """All that is in the store, as text."""
    with database.reading() as connection:
        return "\n".join(
            repr(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(sa.select(table))
        )


def test_an_export_holds_everything_about_a_person(records: Records, people: People) -> None:
    """Drills with scorecards and hints, and teams; nothing of others; and JSON can hold it."""
    records.add_many([past_run(1), past_run(2, scores=None, hints=()), past_run(3, engineer="bo")])
    people.put_in_team("print", ["ada", "bo"])
    document = json.loads(json.dumps(people.export("ada")))
    assert document["name"] == "ada"
    assert [team["name"] for team in document["teams"]] == ["print"]
    assert [drill["run"] for drill in document["drills"]] == ["run-1", "run-2"]
    assert document["drills"][0]["scorecard"]["diagnosis"] == 0.7
    assert document["drills"][0]["hints"][0]["fate"] == "rejected"
    assert document["drills"][1]["scorecard"] is None
    assert "bo" not in json.dumps(document).split('"')


def test_a_name_can_be_taken_off(
    records: Records, people: People, database: Database, tmp_path: Path
) -> None:
    """The drills stay, under a pseudonym; the name is nowhere, also when a run is scored again."""
    folder = write_run(tmp_path / "run-1")
    records.ingest(folder)
    pseudonym = people.take_name_off("ada")
    assert "'ada'" not in everything(database)
    assert [past.engineer for past in records.history()] == [pseudonym]
    (folder / "scorecard.json").write_text(
        (folder / "scorecard.json").read_text(encoding="utf-8") + "\n", encoding="utf-8"
    )
    assert records.ingest(folder) == "updated"
    assert "'ada'" not in everything(database)
    assert [past.engineer for past in records.history()] == [pseudonym]


def test_erasing_leaves_nothing(records: Records, people: People, database: Database, tmp_path: Path) -> None:
    """No row of theirs is left, others keep theirs, and the folder isn't taken in again."""
    folder = write_run(tmp_path / "run-1")
    records.ingest(folder)
    records.add(past_run(2, engineer="bo", simulated=True))
    people.put_in_team("print", ["ada"])
    assert people.erase("ada") == ("run-1",)
    assert "'ada'" not in everything(database)
    with database.reading() as connection:
        left = {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (drills, scorecards, hints, memberships)
        }
    assert left == {"drills": 1, "scorecards": 1, "hints": 1, "memberships": 0}
    assert records.ingest(folder) == "forgotten"
    assert records.known_runs() == {"run-1", "run-2"}


def test_somebody_unknown_is_said(people: People) -> None:
    """All three ask for a name that is there."""
    for ask in (people.export, people.take_name_off, people.erase):
        with pytest.raises(BadRecords, match="nobody called 'zoe'"):
            ask("zoe")


def test_a_team_is_made_once(people: People) -> None:
    """Putting somebody in twice changes nothing."""
    people.put_in_team("print", ["bo", "ada"])
    people.put_in_team("print", ["ada", "ada", "cy"])
    assert people.members("print") == ("ada", "bo", "cy")
    assert people.members("none") == ()
