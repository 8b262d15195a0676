"""What goes into the store and what comes out of it: drills in, history and comparable rows out."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from gameday.errors import MixedRecords
from gameday.records.database import Database
from gameday.records.graded import Graded
from gameday.records.people import person_id
from gameday.records.ratings import settle
from gameday.records.run import HintKept, Run, Scores, digest_of, read_run
from gameday.records.sealing import SEALED_ROW
from gameday.records.tables import (
    aliases,
    drills,
    forgotten,
    hints,
    memberships,
    people,
    scorecards,
    teams,
    vectors,
)

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
    """None for a void drill, as are the figures; and where there was nothing to mitigate."""
    time_to_mitigate_s: float | None
    """The limit, if it was not mitigated: then it is censored there."""
    diagnosis: float | None
    no_fault: str | None
    """What a drill in which nothing was wrong came to, as the scorecard says it; else None."""
    sealed: bool = False
    """The other drill of its block is still to come: pack, variant, family and diagnosis aren't told."""


class Rep(NamedTuple):
    """One drill, as comparison and currency need it; `gameday.records.bridge` makes them comparable.

    Times are UNIX seconds. The entries of the scorecard are None for a void drill; `time_to_mitigate_s` is
    censored at the limit unless `mitigated`, and both are None where nothing was wrong.
    """

    run: str
    person: int
    pseudonym: str
    engineer: str | None
    pack: str
    variant: str
    family: str
    mode: str
    policy: str
    started: float
    ended: float
    outcome: str
    limit_s: float
    void: bool
    spoiled: bool
    simulated: bool
    block: str | None
    block_order: int | None
    planned_mode: str | None
    planned_policy: str | None
    randomised: bool | None
    observer: str | None
    met: bool | None
    helped: bool
    """Known assistants ran on the machine of a drill without the AI."""
    mitigated: bool | None
    time_to_mitigate_s: float | None
    diagnosis: float | None
    correct: bool | None
    felt_s: float | None
    real_s: float | None
    answer_components: str | None
    wrong_components: str | None
    confidences: str | None
    missed_k: int | None
    missed_n: int | None
    right_taken: int | None
    right_left: int | None
    wrong_taken: int | None
    wrong_left: int | None
    rair_k: int | None
    rair_n: int | None
    rsr_k: int | None
    rsr_n: int | None
    commission_k: int | None
    commission_n: int | None
    no_fault: str | None
    """What a drill in which nothing was wrong came to; such a drill has no time to mitigate."""
    stood_down_s: float | None
    waiting_s: float | None
    reading_s: float | None
    astray_s: float | None
    sealed: bool
    """A drill of its block is still to come."""


_ALIASED: dict[str, sa.ColumnElement[Any]] = {
    "engineer": people.c.name,
    "person": people.c.id,
    "pseudonym": people.c.pseudonym,
    "sealed": SEALED_ROW,
    "helped": sa.cast(drills.c.assistants, sa.String) != "[]",
}


def _columns(names: Iterable[str]) -> list[sa.Label[Any]]:
    """The columns of those names, wherever they are."""
    found = []
    for name in names:
        column = _ALIASED.get(name)
        if column is None:
            column = drills.c[name] if name in drills.c else scorecards.c[name]
        found.append(column.label(name))
    return found


MET = sa.or_(drills.c.met.is_(True), sa.and_(drills.c.met.is_(None), drills.c.void.is_(False)))
"""Something was broken in the drill; of those that an older version took in, all that have a score."""

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
                settle(connection)
                return "added"
            # The owner stays: after the name was taken off this drill, its folder still says it.
            connection.execute(sa.delete(drills).where(drills.c.id == old.id))
            _insert(connection, [(run, old.person_id)])
            settle(connection)
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
            count += _insert(connection, batch)
            settle(connection)
            return count

    # --- out -------------------------------------------------------------------------------------

    @property
    def simulated(self) -> bool:
        """Whether nobody played what is in this store."""
        with self._database.reading() as connection:
            return _is_simulated(connection) is True

    def variants_met(self) -> dict[str, frozenset[str]]:
        """By engineer's name, the variants that they know, each as `PACK/VARIANT`; not of the forgotten."""
        known: dict[str, set[str]] = {}
        wanted = (
            sa.select(people.c.name, drills.c.pack, drills.c.variant)
            .select_from(drills.join(people))
            .where(people.c.name.is_not(None), MET)
            .distinct()
        )
        with self._database.reading() as connection:
            for name, pack, variant in connection.execute(wanted):
                known.setdefault(name, set()).add(f"{pack}/{variant}")
        return {name: frozenset(variants) for name, variants in known.items()}

    def other_names(self) -> dict[str, str]:
        """By each earlier name, the name that its person has now; not of the forgotten."""
        wanted = (
            sa.select(aliases.c.name, people.c.name.label("now"))
            .select_from(aliases.join(people))
            .where(people.c.name.is_not(None))
        )
        with self._database.reading() as connection:
            return {row.name: row.now for row in connection.execute(wanted)}

    def played_on(self) -> dict[str, str]:
        """By engineer's name, the runtime of their latest drill; not of the forgotten."""
        latest = sa.select(drills.c.person_id, sa.func.max(drills.c.started).label("started"))
        last = latest.group_by(drills.c.person_id).subquery()
        mine = sa.and_(drills.c.person_id == last.c.person_id, drills.c.started == last.c.started)
        wanted = (
            sa.select(people.c.name, drills.c.runtime)
            .select_from(drills.join(people).join(last, mine))
            .where(people.c.name.is_not(None))
            .order_by(drills.c.id)
        )
        with self._database.reading() as connection:
            return {row.name: row.runtime for row in connection.execute(wanted)}

    def families(self) -> tuple[str, ...]:
        """Every family that was ever played."""
        with self._database.reading() as connection:
            return tuple(connection.scalars(sa.select(drills.c.family).distinct().order_by(drills.c.family)))

    def teams(self) -> dict[int, str]:
        """By person's key, the team that they have been in longest."""
        wanted = (
            sa.select(memberships.c.person_id, teams.c.name)
            .select_from(memberships.join(teams))
            .order_by(memberships.c.since.desc(), teams.c.name.desc())
        )
        with self._database.reading() as connection:
            return {row.person_id: row.name for row in connection.execute(wanted)}

    def known_runs(self) -> frozenset[str]:
        """The names of all runs that need not be taken in: those that were, and those forgotten."""
        with self._database.reading() as connection:
            # An empty digest is of a drill whose folder a newer version wants to read again.
            taken = sa.select(drills.c.run).where(drills.c.digest != "")
            found = sa.union_all(taken, sa.select(forgotten.c.run))
            return frozenset(connection.scalars(found))

    def history(self, limit: int | None = None, *, engineer: str | None = None) -> list[PastDrill]:
        """Past drills, newest first, of everybody or of one engineer by name.

        What is sealed of one isn't there.
        """
        newest = _HISTORY.order_by(drills.c.started.desc(), drills.c.id.desc()).limit(limit)
        if engineer is not None:
            newest = newest.where(people.c.name == engineer)
        with self._database.reading() as connection:
            return [_unspoiled(PastDrill(**row._mapping)) for row in connection.execute(newest)]

    def reps(
        self,
        *,
        since: float | None = None,
        team: str | None = None,
        engineer: str | None = None,
        family: str | None = None,
    ) -> Iterator[Rep]:
        """Drills in order of their start, void and spoiled ones too.

        Args:
            since: UNIX seconds; only drills that started then or later.
            team: only its members' drills.
        """
        wanted = _REPS.order_by(drills.c.started, drills.c.id)
        if since is not None:
            wanted = wanted.where(drills.c.started >= since)
        if engineer is not None:
            wanted = wanted.where(people.c.name == engineer)
        if family is not None:
            wanted = wanted.where(drills.c.family == family)
        if team is not None:
            members = sa.select(memberships.c.person_id).join(teams).where(teams.c.name == team)
            wanted = wanted.where(drills.c.person_id.in_(members))
        yield from map(Rep._make, self.streamed(wanted))

    def streamed(self, wanted: sa.Select[Any]) -> Iterator[Sequence[Any]]:
        """The rows of a query, some thousands at a time, so that any number of drills takes little room."""
        with self._database.reading() as connection:
            yield from connection.execution_options(yield_per=_BATCH).execute(wanted)


def _unspoiled(drill: PastDrill) -> PastDrill:
    if not drill.sealed:
        return drill
    return dataclasses.replace(drill, pack="", variant="", family="", diagnosis=None, no_fault=None)


def _insert(connection: sa.Connection, owned: list[tuple[Run, int]]) -> int:
    """Drills with their scorecards and hints; how many."""
    if not owned:
        return 0
    _refuse_mixing(connection, owned)
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


def _plain(item: Run | Scores | HintKept | Graded, *left_out: str) -> dict[str, object]:
    """Its fields by name; not deeper, as `dataclasses.asdict` would copy every scorecard."""
    return {
        field.name: getattr(item, field.name)
        for field in dataclasses.fields(item)
        if field.name not in left_out
    }


def _refuse_mixing(connection: sa.Connection, owned: list[tuple[Run, int]]) -> None:
    """A store is either of drills that people played, or of simulated ones."""
    known = _is_simulated(connection)
    simulated = owned[0][0].simulated if known is None else known
    for run, _ in owned:
        if run.simulated != simulated:
            one, other = ("simulated", "real") if run.simulated else ("real", "simulated")
            raise MixedRecords(
                f"{run.run} is a {one} drill, and this store holds {other} ones; they are never mixed:"
                " name another database with GAMEDAY_DATABASE_URL"
            )


def _is_simulated(connection: sa.Connection) -> bool | None:
    """Whether the store holds simulated drills; None while it is empty. One real drill makes it real."""
    any_of = sa.select(drills.c.id).limit(1)
    if connection.scalar(any_of.where(drills.c.simulated.is_(False))) is not None:
        return False
    return None if connection.scalar(any_of) is None else True


def _drill(run: Run, person: int) -> dict[str, object]:
    planned = run.assignment
    own = {
        "person_id": person,
        "void": run.scores is None,
        "assistants": list(run.assistants),
        "block": planned.block if planned else None,
        "block_order": planned.order if planned else None,
        "planned_mode": planned.mode if planned else None,
        "planned_policy": planned.policy if planned else None,
        "randomised": planned.randomised if planned else None,
    }
    return _plain(run, "engineer", "scores", "hints", "assistants", "assignment") | own


_NOT_GRADED: Mapping[str, object] = {field.name: None for field in dataclasses.fields(Graded)}


def _card(drill: int, scores: Scores) -> dict[str, object]:
    graded = _plain(scores.graded) if scores.graded else _NOT_GRADED
    return {**_plain(scores, "stated", "vector", "graded"), **graded, "drill_id": drill}


def _hint(drill: int, hint: HintKept) -> dict[str, object]:
    return _plain(hint) | {"drill_id": drill}
