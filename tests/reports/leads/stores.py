"""Stores for the tests of the leads' pages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gameday.records.database import Database
from gameday.records.people import People
from gameday.records.simulated import as_run
from gameday.records.store import Records
from scoring.comparison import Rep
from scoring.simulation import Model, Study, simulate


def year(model: Model | None = None, seed: int = 3, blocks: int = 2) -> tuple[Rep, ...]:
    """A year of eight engineers in two teams and six families."""
    study = Study(engineers=8, families=6, blocks_per_family=blocks)
    return simulate(model or Model(ai_ratio=0.6, practice=0.9), seed, study)


def store_of(folder: Path, reps: Iterable[Rep]) -> Database:
    """A store with these drills and their teams, in a file."""
    return filled(f"sqlite:///{folder}/records.db", reps)


def filled(url: str, reps: Iterable[Rep]) -> Database:
    """A store with these drills and their teams, in a database of either kind."""
    known = tuple(reps)
    database = Database(url)
    Records(database).add_many(map(as_run, known))
    for team in sorted({rep.team for rep in known}):
        People(database).put_in_team(team, sorted({rep.engineer for rep in known if rep.team == team}))
    return database
