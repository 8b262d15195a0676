"""What goes into the store and what comes out of it: drills in, history and comparable rows out."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from gameday.records.database import Database
from gameday.records.people import person_id
from gameday.records.run import HintKept, Run, Scores, digest_of, read_run
from gameday.records.tables import drills, forgotten, hints, memberships, people, scorecards, teams, vectors

Taken = Literal["added", "updated", "unchanged", "forgotten"]
"""What became of a run folder; `forgotten` belonged to somebody who was erased, and stays out."""

_BATCH = 5_000


@dataclass(frozen=True)
class PastDrill:
    """One drill, as a history shows it. Times are UNIX seconds."""

    run: str
    codename: str
    engineer: str
    """The pseudonym of somebody who was forgotten."""
    pack: str
    variant: str
    family: str
    mode: str
    advisor: str
    started: float
    ended: float
    outcome: str
    void: bool
    spoiled: bool
    simulated: bool
    mitigated: bool | None
    """None for a void drill, as are the figures."""
    time_to_mitigate_s: float | None
    """The limit, if it was not mitigated: then it is censored there."""
    diagnosis: float | None


class Rep(NamedTuple):
    """One drill, as comparison and currency need it. Times are UNIX seconds.

    The entries of the scorecard are None for a void drill; `time_to_mitigate_s` is censored at the
    limit unless `mitigated`.
    """

    run: str
    person: int
    pseudonym: str
    engineer: str | None
    pack: str
    variant: str
    family: str
    mode: str
    advisor: str
    policy: str
    style: str
    started: float
    ended: float
    outcome: str
    limit_s: float
    par_s: float | None
    void: bool
    spoiled: bool
    mitigated: bool | None
    time_to_mitigate_s: float | None
    diagnosis: float | None
    correct: bool | None
    confidence: float | None
    harmful: int | None
    money_lost: float | None
    customer_minutes_lost: float | None
    beliefs: int | None
    brier: float | None
    overconfidence: float | None
    rair_k: int | None
    rair_n: int | None
    rsr_k: int | None
    rsr_n: int | None
    commission_k: int | None
    commission_n: int | None


_ALIASED = {"engineer": people.c.name, "person": people.c.id, "pseudonym": people.c.pseudonym}


def _columns(names: Iterable[str]) -> list[sa.Label[Any]]:
    """The columns of those names, wherever they are."""
    found = []
    for name in names:
        column = _ALIASED.get(name)
        if column is None:
            column = drills.c[name] if name in drills.c else scorecards.c[name]
        found.append(column.label(name))
    return found


_JOINED = drills.join(people).outerjoin(scorecards)
_HISTORY = sa.select(
    *_columns(each.name for each in dataclasses.fields(PastDrill) if each.name != "engineer"),
    sa.func.coalesce(people.c.name, people.c.pseudonym).label("engineer"),
).select_from(_JOINED)
_REPS = sa.select(*_columns(Rep._fields)).select_from(_JOINED)


class Records:
    """The store of drills. Safe to use from several processes; each instance from one thread.

    Every method may raise `NoRecords` or `BadRecords`.
    """

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    # --- in --------------------------------------------------------------------------------------

    def ingest(self, folder: Path) -> Taken:
        """Take in a run folder, or what changed in it; again does nothing.

        Raises:
            BadJournal: a file of it is missing or torn, or the drill has not ended.
        """
        digest = digest_of(folder)
        with self._database.reading() as connection:
            known = connection.scalar(sa.select(drills.c.run).where(drills.c.digest == digest))
        return "unchanged" if known is not None else self.add(read_run(folder))

    def add(self, run: Run) -> Taken:
        """Take in one drill whole, in the place of an older state of it."""
        with self._database.writing() as connection:
            if connection.scalar(sa.select(forgotten.c.run).where(forgotten.c.run == run.run)):
                return "forgotten"
            old = connection.execute(
                sa.select(drills.c.id, drills.c.digest, drills.c.person_id).where(drills.c.run == run.run)
            ).one_or_none()
            if old is not None and old.digest == run.digest:
                return "unchanged"
            if old is None:
                _insert(connection, [(run, person_id(connection, run.engineer, self._now()))])
                return "added"
            # The owner stays: after the name was taken off this drill, its folder still says it.
            connection.execute(sa.delete(drills).where(drills.c.id == old.id))
            _insert(connection, [(run, old.person_id)])
            return "updated"

    def add_many(self, runs: Iterable[Run]) -> int:
        """Take in drills that are known to be new, such as simulated ones, in one transaction.

        Raises:
            BadRecords: one of them was there already; then none was taken in.
        """
        count = 0
        with self._database.writing() as connection:
            owners: dict[str, int] = {}
            batch: list[tuple[Run, int]] = []
            for run in runs:
                if run.engineer not in owners:
                    owners[run.engineer] = person_id(connection, run.engineer, self._now())
                batch.append((run, owners[run.engineer]))
                if len(batch) == _BATCH:
                    count += _insert(connection, batch)
                    batch = []
            return count + _insert(connection, batch)

    # --- out -------------------------------------------------------------------------------------

    def known_runs(self) -> frozenset[str]:
        """The names of all runs that need not be taken in: those that were, and those forgotten."""
        with self._database.reading() as connection:
            found = sa.union_all(sa.select(drills.c.run), sa.select(forgotten.c.run))
            return frozenset(connection.scalars(found))

    def history(self, limit: int | None = None) -> list[PastDrill]:
        """Past drills, newest first."""
        newest = _HISTORY.order_by(drills.c.started.desc(), drills.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return [PastDrill(**row._mapping) for row in connection.execute(newest)]

    def reps(
        self,
        *,
        since: float | None = None,
        team: str | None = None,
        engineer: str | None = None,
        family: str | None = None,
        simulated: bool = False,
    ) -> Iterator[Rep]:
        """Drills in order of their start, void and spoiled ones too; simulated ones never with real ones.

        Args:
            since: UNIX seconds; only drills that started then or later.
            team: only its members' drills.
        """
        wanted = _REPS.where(drills.c.simulated == simulated).order_by(drills.c.started, drills.c.id)
        if since is not None:
            wanted = wanted.where(drills.c.started >= since)
        if engineer is not None:
            wanted = wanted.where(people.c.name == engineer)
        if family is not None:
            wanted = wanted.where(drills.c.family == family)
        if team is not None:
            members = sa.select(memberships.c.person_id).join(teams).where(teams.c.name == team)
            wanted = wanted.where(drills.c.person_id.in_(members))
        with self._database.reading() as connection:
            streamed = connection.execution_options(yield_per=_BATCH).execute(wanted)
            yield from map(Rep._make, streamed)


def _insert(connection: sa.Connection, owned: list[tuple[Run, int]]) -> int:
    """Drills with their scorecards and hints; how many."""
    if not owned:
        return 0
    connection.execute(sa.insert(drills), [_drill(run, person) for run, person in owned])
    names = [run.run for run, _ in owned]
    keys = connection.execute(sa.select(drills.c.run, drills.c.id).where(drills.c.run.in_(names)))
    ids = {row.run: row.id for row in keys}
    cards = [_card(ids[run.run], run.scores) for run, _ in owned if run.scores]
    whole = [
        {"drill_id": ids[run.run], "stated": run.scores.stated, "vector": run.scores.vector}
        for run, _ in owned
        if run.scores
    ]
    said = [_hint(ids[run.run], hint) for run, _ in owned for hint in run.hints]
    if cards:
        connection.execute(sa.insert(scorecards), cards)
        connection.execute(sa.insert(vectors), whole)
    if said:
        connection.execute(sa.insert(hints), said)
    return len(owned)


def _plain(item: Run | Scores | HintKept, *left_out: str) -> dict[str, object]:
    """Its fields by name; not deeper, as `dataclasses.asdict` would copy every scorecard."""
    return {
        field.name: getattr(item, field.name)
        for field in dataclasses.fields(item)
        if field.name not in left_out
    }


def _drill(run: Run, person: int) -> dict[str, object]:
    own = {"person_id": person, "void": run.scores is None, "assistants": list(run.assistants)}
    return _plain(run, "engineer", "scores", "hints", "assistants") | own


def _card(drill: int, scores: Scores) -> dict[str, object]:
    return _plain(scores, "stated", "vector") | {"drill_id": drill}


def _hint(drill: int, hint: HintKept) -> dict[str, object]:
    return _plain(hint) | {"drill_id": drill}
