"""The people in the store: found or made by name, put into teams, exported, forgotten."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gameday.errors import BadRecords
from gameday.records.database import Database
from gameday.records.ratings import can_fold, fold_cards, rate_pending
from gameday.records.tables import (
    aliases,
    cards,
    drills,
    forgotten,
    hints,
    memberships,
    people,
    planned,
    scorecards,
    teams,
    vectors,
)


def person_id(connection: sa.Connection, name: str, now: float) -> int:
    """The key of the person of that name, who is made if need be."""
    found = find_person(connection, name)
    if found is not None:
        return found
    row = {"name": name, "pseudonym": _pseudonym(connection), "made_at": now}
    return int(connection.execute(sa.insert(people).values(row).returning(people.c.id)).scalar_one())


def find_person(connection: sa.Connection, name: str) -> int | None:
    """The key of the person of that name, or of that earlier name; None if nobody has it."""
    found = connection.scalar(sa.select(people.c.id).where(people.c.name == name))
    if found is None:
        found = connection.scalar(sa.select(aliases.c.person_id).where(aliases.c.name == name))
    return None if found is None else int(found)


def join_team(connection: sa.Connection, team: str, names: Iterable[str], now: float) -> None:
    """Make these people members of a team, making what is not there yet; again does nothing."""
    team_id = connection.scalar(sa.select(teams.c.id).where(teams.c.name == team))
    if team_id is None:
        row = {"name": team, "made_at": now}
        team_id = connection.execute(sa.insert(teams).values(row).returning(teams.c.id)).scalar_one()
    members = set(
        connection.scalars(sa.select(memberships.c.person_id).where(memberships.c.team_id == team_id))
    )
    for person in dict.fromkeys(person_id(connection, name, now) for name in names):
        if person not in members:
            joined = {"team_id": team_id, "person_id": person, "since": now}
            connection.execute(sa.insert(memberships).values(joined))


def _pseudonym(connection: sa.Connection) -> str:
    """A name that says nothing about anybody, and that nobody has."""
    while True:
        drawn = f"engineer-{secrets.token_hex(3)}"
        if connection.scalar(sa.select(people.c.id).where(people.c.pseudonym == drawn)) is None:
            return drawn


@dataclass(frozen=True)
class Known:
    """Somebody in the store."""

    name: str | None
    """None once the name was taken off."""
    pseudonym: str
    teams: tuple[str, ...]
    drills: int


class People:
    """The people and teams of a store. Every method may raise `NoRecords` or `BadRecords`."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    def put_in_team(self, team: str, names: Iterable[str]) -> None:
        """Make these people members of a team, making whoever is not there yet; again does nothing."""
        with self._database.writing() as connection:
            join_team(connection, team, names, self._now())

    def members(self, team: str) -> tuple[str, ...]:
        """Who is in a team, by name, or by pseudonym once forgotten; empty if there is no such team."""
        shown = sa.func.coalesce(people.c.name, people.c.pseudonym)
        wanted = (
            sa.select(shown)
            .select_from(memberships.join(people).join(teams))
            .where(teams.c.name == team)
            .order_by(shown)
        )
        with self._database.reading() as connection:
            return tuple(connection.scalars(wanted))

    def everybody(self) -> tuple[Known, ...]:
        """Everybody in the store, by name, and last those whose name was taken off."""
        count = sa.select(sa.func.count()).where(drills.c.person_id == people.c.id).scalar_subquery()
        with self._database.reading() as connection:
            of: dict[int, list[str]] = {}
            for row in connection.execute(
                sa.select(memberships.c.person_id, teams.c.name)
                .select_from(memberships.join(teams))
                .order_by(teams.c.name)
            ):
                of.setdefault(row.person_id, []).append(row.name)
            rows = connection.execute(sa.select(people.c.id, people.c.name, people.c.pseudonym, count)).all()
        found = [Known(name, alias, tuple(of.get(key, ())), drilled) for key, name, alias, drilled in rows]
        return tuple(sorted(found, key=lambda each: (each.name is None, each.name or each.pseudonym)))

    def export(self, name: str) -> dict[str, Any]:
        """Everything that the store holds about a person, as JSON would have it.

        Raises:
            BadRecords: nobody has that name.
        """
        with self._database.reading() as connection:
            person = _require(connection, name)
            rows = connection.execute(
                sa.select(drills).where(drills.c.person_id == person["id"]).order_by(drills.c.started)
            ).mappings()
            other_names = sa.select(aliases.c.name).where(aliases.c.person_id == person["id"])
            watched = sa.select(drills.c.run).where(
                sa.or_(drills.c.observer == person["name"], drills.c.observer.in_(other_names))
            )
            own_cards = sa.select(cards).where(cards.c.person_id == person["id"]).order_by(cards.c.family)
            return {
                **person,
                "other_names": list(connection.scalars(other_names)),
                "watched": list(connection.scalars(watched)),
                "cards": [dict(row) for row in connection.execute(own_cards).mappings()],
                "teams": [
                    dict(row)
                    for row in connection.execute(
                        sa.select(teams.c.name, memberships.c.since)
                        .join(memberships)
                        .where(memberships.c.person_id == person["id"])
                        .order_by(teams.c.name)
                    ).mappings()
                ],
                "drills": [_whole_drill(connection, dict(row)) for row in rows],
                "planned": [
                    dict(row)
                    for row in connection.execute(
                        sa.select(planned).where(planned.c.person_id == person["id"]).order_by(planned.c.at)
                    ).mappings()
                ],
            }

    def rename(self, name: str, to: str, *, merge: bool = False) -> int:
        """Give somebody another name; the old one stays theirs, for drills that come in under it.

        Args:
            merge: `to` is somebody already, and they are one person: both histories become one.

        Returns:
            How many drills they have now.

        Raises:
            BadRecords: nobody has that name, or somebody else has the new one and `merge` is not set.
        """
        if not to.strip():
            raise BadRecords("a name has letters; the new one is empty")
        with self._database.writing() as connection:
            found = _require(connection, name)
            person, before = found["id"], found["name"]
            other = find_person(connection, to)
            if other is not None and other != person:
                if not merge:
                    raise BadRecords(
                        f"{to!r} is somebody in the records already; if they are one person, add --merge"
                    )
                _merge(connection, other, into=person)
            connection.execute(sa.delete(aliases).where(aliases.c.name.in_([before, to])))
            connection.execute(sa.update(people).where(people.c.id == person).values(name=to))
            if before != to:
                connection.execute(sa.insert(aliases).values(name=before, person_id=person))
            rate_pending(connection)
            if can_fold():
                fold_cards(connection)
            own = sa.select(sa.func.count()).select_from(drills).where(drills.c.person_id == person)
            return int(connection.scalar(own) or 0)

    def take_name_off(self, name: str) -> str:
        """Forget who somebody was and keep their drills under a pseudonym, which is returned.

        Raises:
            BadRecords: nobody has that name.
        """
        with self._database.writing() as connection:
            person = _require(connection, name)
            drawn = _pseudonym(connection)
            _unname(connection, person)
            connection.execute(
                sa.update(people).where(people.c.id == person["id"]).values(name=None, pseudonym=drawn)
            )
            return drawn

    def erase(self, name: str) -> tuple[str, ...]:
        """Erase a person and all their drills; the names of those runs, whose folders are still there.

        The runs are remembered by name, so that their folders are not taken in again.

        Raises:
            BadRecords: nobody has that name.
        """
        with self._database.writing() as connection:
            found = _require(connection, name)
            person = found["id"]
            runs = tuple(connection.scalars(sa.select(drills.c.run).where(drills.c.person_id == person)))
            if runs:
                gone = [{"run": run, "forgotten_at": self._now()} for run in runs]
                connection.execute(sa.insert(forgotten), gone)
            _unname(connection, found)
            connection.execute(sa.delete(people).where(people.c.id == person))
            return runs


def _unname(connection: sa.Connection, person: dict[str, Any]) -> None:
    """Take somebody's other names away, and their names from the drills that they watched."""
    own = aliases.c.person_id == person["id"]
    names = [person["name"], *connection.scalars(sa.select(aliases.c.name).where(own))]
    # Somebody watched, which is what counts for currency; who it was is nobody's business any more.
    watched = sa.update(drills).where(drills.c.observer.in_(names))
    connection.execute(watched.values(observer="somebody"))
    connection.execute(sa.delete(aliases).where(own))


def _merge(connection: sa.Connection, person: int, *, into: int) -> None:
    """All that is one person's becomes the other's."""
    for table in (drills, aliases, planned):
        connection.execute(sa.update(table).where(table.c.person_id == person).values(person_id=into))
    there = sa.select(memberships.c.team_id).where(memberships.c.person_id == into)
    connection.execute(
        sa.update(memberships)
        .where(memberships.c.person_id == person, memberships.c.team_id.not_in(there))
        .values(person_id=into)
    )
    connection.execute(sa.delete(people).where(people.c.id == person))


def _require(connection: sa.Connection, name: str) -> dict[str, Any]:
    key = find_person(connection, name)
    if key is None:
        raise BadRecords(f"nobody called {name!r} is in the records")
    return dict(connection.execute(sa.select(people).where(people.c.id == key)).mappings().one())


def _whole_drill(connection: sa.Connection, drill: dict[str, Any]) -> dict[str, Any]:
    whole = sa.select(scorecards, vectors.c.stated, vectors.c.vector).join_from(
        scorecards, vectors, scorecards.c.drill_id == vectors.c.drill_id
    )
    card = connection.execute(whole.where(scorecards.c.drill_id == drill["id"])).mappings()
    said = connection.execute(
        sa.select(hints).where(hints.c.drill_id == drill["id"]).order_by(hints.c.number)
    ).mappings()
    found = card.one_or_none()
    return drill | {"scorecard": dict(found) if found else None, "hints": [dict(row) for row in said]}
