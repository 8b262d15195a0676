"""Plans in the store: which drill each engineer is to do when, and which of them are done.

A drill that was played says itself which assignment it fulfils; so a plan is never told what was done, and
a drill that comes to nothing leaves its assignment open.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from gameday.errors import BadRecords
from gameday.journal.events import AdvisorName, Mode, Policy, Style
from gameday.records.database import Database
from gameday.records.people import find_person, join_team, person_id
from gameday.records.sealing import DONE, to_come
from gameday.records.tables import drills, people, planned, plans


@dataclass(frozen=True)
class Plan:
    """One plan, as it was made."""

    name: str
    digest: str
    """Of the roster; another roster needs another name."""
    seed: int
    made_at: float
    """UNIX seconds."""
    length_min: int
    hints: Mapping[str, float]
    """The stated rates of hint policies."""


@dataclass(frozen=True)
class Planned:
    """One drill to be done, and what became of it."""

    block: str
    order: int
    """1 or 2, in its block."""
    engineer: str
    """The pseudonym of somebody who was forgotten."""
    team: str
    family: str
    pack: str
    variant: str
    mode: Mode
    advisor: AdvisorName
    policy: Policy | None
    """Hidden from the engineer; None without the AI."""
    style: Style
    at: float
    """When, UNIX seconds."""
    zone: str
    """The engineer's time zone."""
    randomised: bool = True
    """False once a lead set chance aside, for either drill of the block."""
    unsealed: bool = False
    """A lead opened the block's debriefs early."""
    withdrawn: bool = False
    run: str | None = None
    """The drill that fulfils it."""

    @property
    def open(self) -> bool:
        return self.run is None and not self.withdrawn


_PLAIN = tuple(
    field.name for field in dataclasses.fields(Planned) if field.name not in ("order", "engineer", "run")
)
_PLANNED = (
    sa.select(
        *(planned.c[name] for name in _PLAIN),
        planned.c.block_order.label("order"),
        sa.func.coalesce(people.c.name, people.c.pseudonym).label("engineer"),
        DONE.label("run"),
    )
    .select_from(planned.join(people).join(plans))
    .order_by(planned.c.at, planned.c.block, planned.c.block_order)
)


class Schedule:
    """The plans of a store. Every method may raise `NoRecords` or `BadRecords`."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now

    def plan(self, name: str) -> Plan | None:
        """The plan of that name."""
        return next((plan for plan in self.plans() if plan.name == name), None)

    def plans(self) -> tuple[Plan, ...]:
        """Every plan, oldest first."""
        names = [field.name for field in dataclasses.fields(Plan)]
        wanted = sa.select(*(plans.c[name] for name in names)).order_by(plans.c.made_at, plans.c.name)
        with self._database.reading() as connection:
            return tuple(Plan(**row._mapping) for row in connection.execute(wanted))

    def add(self, plan: Plan, drills: Collection[Planned]) -> None:
        """Keep a plan, all of it or nothing; people that nobody knew yet are made, and join their teams.

        Raises:
            BadRecords: there is a plan of that name.
        """
        with self._database.writing() as connection:
            if connection.scalar(sa.select(plans.c.id).where(plans.c.name == plan.name)) is not None:
                raise BadRecords(f"there is a plan {plan.name!r} already")
            head = dataclasses.asdict(plan) | {"hints": dict(plan.hints)}
            key = connection.execute(sa.insert(plans).values(head).returning(plans.c.id)).scalar_one()
            rows = []
            for drill in drills:
                person = person_id(connection, drill.engineer, self._now())
                own = {name: getattr(drill, name) for name in _PLAIN}
                rows.append(own | {"block_order": drill.order, "plan_id": key, "person_id": person})
            if rows:
                connection.execute(sa.insert(planned), rows)
            teams: dict[str, list[str]] = {}
            for drill in drills:
                teams.setdefault(drill.team, []).append(drill.engineer)
            for team, names in teams.items():
                if team:
                    join_team(connection, team, names, self._now())

    def drills(
        self, *, plan: str | None = None, engineer: str | None = None, block: str | None = None
    ) -> list[Planned]:
        """Drills to be done and done, in the order of their days; an engineer's earlier names are theirs."""
        wanted = _PLANNED
        if plan is not None:
            wanted = wanted.where(plans.c.name == plan)
        if block is not None:
            wanted = wanted.where(planned.c.block == block)
        with self._database.reading() as connection:
            if engineer is not None:
                wanted = wanted.where(planned.c.person_id == find_person(connection, engineer))
            return [Planned(**row._mapping) for row in connection.execute(wanted)]

    def next_of(self, engineer: str) -> Planned | None:
        """The first drill of an engineer that is still to be done."""
        return next((drill for drill in self.drills(engineer=engineer) if drill.open), None)

    def set_aside(self, block: str, *, unseal: bool = False) -> None:
        """Mark both drills of a block as not randomised, those that were done too.

        Args:
            unseal: a lead opens its debriefs early.

        Raises:
            BadRecords: there is no such block.
        """
        marks = {"randomised": False, **({"unsealed": True} if unseal else {})}
        with self._database.writing() as connection:
            found = connection.execute(sa.update(planned).where(planned.c.block == block).values(marks))
            if not found.rowcount:
                raise BadRecords(f"there is no block {block!r} in any plan")
            connection.execute(sa.update(drills).where(drills.c.block == block).values(randomised=False))

    def open_early(self, engineer: str) -> tuple[str, ...]:
        """Open what is sealed of an engineer's blocks, for a lead; the blocks, none if nothing was sealed."""
        blocks = tuple(dict.fromkeys(drill.block for drill in to_come(self.drills(engineer=engineer))))
        for block in blocks:
            self.set_aside(block, unseal=True)
        return blocks

    def withdraw(self, name: str) -> int:
        """Withdraw what is open in a plan; how many drills that were. What was done stays.

        Raises:
            BadRecords: there is no such plan.
        """
        with self._database.writing() as connection:
            key = connection.scalar(sa.select(plans.c.id).where(plans.c.name == name))
            if key is None:
                raise BadRecords(f"there is no plan {name!r}; `gameday schedule show` lists what there is")
            waiting = (
                sa.update(planned)
                .where(planned.c.plan_id == key, ~planned.c.withdrawn, DONE.is_(None))
                .values(withdrawn=True)
            )
            return int(connection.execute(waiting).rowcount)
