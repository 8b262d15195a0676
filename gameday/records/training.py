"""What a lead asks of the store beside histories: looks, cards, practice, and who is who."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from gameday.errors import BadRecords, NoRecords
from gameday.records import looks as kept
from gameday.records.database import Database
from gameday.records.people import find_person
from gameday.records.ratings import (
    Practised,
    can_fold,
    fold_cards,
    rate_pending,
    read_cards,
    read_practice,
    read_sealed,
    unfolded,
    unrated,
)
from gameday.records.tables import memberships, people, teams
from scoring.comparison.verdict import Look, Primary
from scoring.recall import Card


@dataclass(frozen=True)
class Person:
    """Somebody in the store."""

    key: int
    name: str | None
    """None once the name was taken off."""
    pseudonym: str
    """The same one every time."""
    teams: tuple[str, ...]

    def shown(self, *, pseudonyms: bool) -> str:
        return self.pseudonym if pseudonyms or self.name is None else self.name


class Training:
    """The leads' view of a store. Every method may raise `NoRecords` or `BadRecords`."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    def settle(self) -> None:
        """Rate what an older version, or a machine without `fsrs`, left unrated or unfolded.

        Raises:
            NoRecords: `fsrs` is not installed.
        """
        if not can_fold():
            raise NoRecords("what to practise next needs fsrs; get it with: pip install 'gameday[leads]'")
        self.rate()
        with self._database.reading() as connection:
            if not unfolded(connection):
                return
        with self._database.writing() as connection:
            fold_cards(connection)

    def rate(self) -> None:
        """Rate what an older version left unrated; a store in which nothing is may be read-only."""
        with self._database.reading() as connection:
            if not unrated(connection):
                return
        with self._database.writing() as connection:
            rate_pending(connection)

    def people(self, team: str | None = None) -> tuple[Person, ...]:
        """Everybody who is in the store, or in a team, in the order of their names.

        Raises:
            BadRecords: there is no such team.
        """
        with self._database.reading() as connection:
            known = connection.execute(sa.select(people)).all()
            rows = connection.execute(
                sa.select(memberships.c.person_id, teams.c.name)
                .select_from(memberships.join(teams))
                .order_by(memberships.c.since, teams.c.name)
            ).all()
            names = set(connection.scalars(sa.select(teams.c.name)))
        if team is not None and team not in names:
            there = f"there are: {', '.join(sorted(names))}" if names else "no team is in the records"
            raise BadRecords(f"there is no team {team!r}; {there}")
        of: dict[int, list[str]] = {}
        for row in rows:
            of.setdefault(row.person_id, []).append(row.name)
        found = [Person(row.id, row.name, row.pseudonym, tuple(of.get(row.id, ()))) for row in known]
        return tuple(
            sorted(
                (person for person in found if team is None or team in person.teams),
                key=lambda person: (person.name is None, person.name or person.pseudonym),
            )
        )

    def known_as(self, name: str) -> int | None:
        """The key of the person of that name, or of that other name; None if nobody has it."""
        with self._database.reading() as connection:
            return find_person(connection, name)

    def practice(self) -> Mapping[int, tuple[Practised, ...]]:
        """By person, their rated drills by hand, oldest first; not those that are sealed."""
        found: dict[int, list[Practised]] = {}
        with self._database.reading() as connection:
            for drill in read_practice(connection):
                found.setdefault(drill.person, []).append(drill)
        return {person: tuple(drills) for person, drills in found.items()}

    def sealed(self) -> Mapping[int, tuple[float, ...]]:
        """By person, when their sealed drills by hand ended (UNIX seconds); more isn't told of them yet."""
        found: dict[int, list[float]] = {}
        with self._database.reading() as connection:
            for person, ended in read_sealed(connection):
                found.setdefault(person, []).append(ended)
        return {person: tuple(ends) for person, ends in found.items()}

    def cards(self) -> Mapping[tuple[int, str], Card]:
        """By person and family, what is remembered of their practice; as of the last `settle`."""
        with self._database.reading() as connection:
            return read_cards(connection)

    def declared(self) -> Primary | None:
        """The outcome that was declared by the first look; None before it."""
        with self._database.reading() as connection:
            return kept.declared(connection)

    def looks(self, outcome: Primary) -> tuple[Look, ...]:
        """The planned looks that were taken at an outcome."""
        with self._database.reading() as connection:
            return kept.read_looks(connection, outcome)

    def keep_looks(self, outcome: Primary, taken: Iterable[Look]) -> None:
        """Keep what planned looks found, for good."""
        with self._database.writing() as connection:
            kept.keep_looks(connection, outcome, taken, self._now())
