"""The people in the store: found or made by name, put into teams, exported, forgotten."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from gameday.errors import BadRecords
from gameday.records.database import Database
from gameday.records.tables import drills, forgotten, hints, memberships, people, scorecards, teams, vectors


def person_id(connection: sa.Connection, name: str, now: float) -> int:
    """The key of the person of that name, who is made if need be."""
    found = connection.scalar(sa.select(people.c.id).where(people.c.name == name))
    if found is not None:
        return int(found)
    row = {"name": name, "pseudonym": _pseudonym(connection), "made_at": now}
    return int(connection.execute(sa.insert(people).values(row).returning(people.c.id)).scalar_one())


def _pseudonym(connection: sa.Connection) -> str:
    """A name that says nothing about anybody, and that nobody has."""
    while True:
        drawn = f"engineer-{secrets.token_hex(3)}"
        if connection.scalar(sa.select(people.c.id).where(people.c.pseudonym == drawn)) is None:
            return drawn


class People:
    """The people and teams of a store. Every method may raise `NoRecords` or `BadRecords`."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    def put_in_team(self, team: str, names: Iterable[str]) -> None:
        """Make these people members of a team, making whoever is not there yet; again does nothing."""
        with self._database.writing() as connection:
            team_id = connection.scalar(sa.select(teams.c.id).where(teams.c.name == team))
            if team_id is None:
                row = {"name": team, "made_at": self._now()}
                team_id = connection.execute(sa.insert(teams).values(row).returning(teams.c.id)).scalar_one()
            members = set(
                connection.scalars(sa.select(memberships.c.person_id).where(memberships.c.team_id == team_id))
            )
            for name in dict.fromkeys(names):
                person = person_id(connection, name, self._now())
                if person not in members:
                    joined = {"team_id": team_id, "person_id": person, "since": self._now()}
                    connection.execute(sa.insert(memberships).values(joined))

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
            return {
                **person,
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
            }

    def take_name_off(self, name: str) -> str:
        """Forget who somebody was and keep their drills under a pseudonym, which is returned.

        Raises:
            BadRecords: nobody has that name.
        """
        with self._database.writing() as connection:
            person = _require(connection, name)
            drawn = _pseudonym(connection)
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
            person = _require(connection, name)["id"]
            runs = tuple(connection.scalars(sa.select(drills.c.run).where(drills.c.person_id == person)))
            if runs:
                gone = [{"run": run, "forgotten_at": self._now()} for run in runs]
                connection.execute(sa.insert(forgotten), gone)
            connection.execute(sa.delete(people).where(people.c.id == person))
            return runs


def _require(connection: sa.Connection, name: str) -> dict[str, Any]:
    found = connection.execute(sa.select(people).where(people.c.name == name)).mappings().one_or_none()
    if found is None:
        raise BadRecords(f"nobody called {name!r} is in the records")
    return dict(found)


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
