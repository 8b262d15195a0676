"""Draws a plan once: the same roster gives the plan that is kept, another one needs another name."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from gameday.errors import GamedayError
from gameday.records.schedule import Plan, Planned, Schedule
from gameday.records.store import Records
from gameday.team.planning import digest_of, make
from gameday.team.roster import Roster, Source
from gameday.team.shelf import chosen, shelf


@dataclass(frozen=True)
class Drawn:
    """A plan that is kept."""

    plan: Plan
    drills: tuple[Planned, ...]
    notes: tuple[str, ...] = ()
    """What the plan can't give, and what isn't known of it."""
    again: bool = False
    """It was there before."""


def draw(
    roster: Roster,
    source: Source,
    schedule: Schedule,
    records: Records,
    *,
    weeks: int,
    seed: int | None,
    now: Callable[[], float] = time.time,
) -> Drawn:
    """Make the plan of a roster and keep it, or find it.

    Raises:
        BadRoster: the roster can't be planned.
        GamedayError: the name is taken by another roster's plan, or nothing can be paired.
        BadRecords: the store cannot be used.
    """
    known = schedule.plan(roster.name)
    if known is not None:
        _same_or_refused(known, roster, weeks, seed)
        return Drawn(known, tuple(schedule.drills(plan=known.name)), again=True)
    items = shelf()
    now_called = _people(roster, source, records)
    seen, played_on = _seen(schedule, records), records.played_on()
    drawn = make(
        roster,
        source,
        chosen(roster, source, items),
        secrets.randbelow(2**31) if seed is None else seed,
        weeks=weeks,
        seen={name: seen[now] for name, now in now_called.items() if now in seen},
        needs={item.name: item.needs for item in items},
        played_on={name: played_on[now] for name, now in now_called.items() if now in played_on},
        now=now(),
    )
    if not drawn.drills:
        raise GamedayError("; ".join(("nothing can be planned", *drawn.notes)))
    schedule.add(drawn.plan, drawn.drills)
    return Drawn(drawn.plan, tuple(schedule.drills(plan=roster.name)), drawn.notes)


def _same_or_refused(known: Plan, roster: Roster, weeks: int, seed: int | None) -> None:
    if known.digest != digest_of(roster, weeks):
        raise GamedayError(
            f"there is a plan {known.name!r} already, made from another roster or for other weeks; give this "
            f"one another name, or end that one with `gameday schedule withdraw {known.name}` first and then "
            "take another name"
        )
    if seed not in (None, known.seed):
        raise GamedayError(
            f"{known.name!r} was drawn with seed {known.seed} already; drawing until a plan pleases is what "
            "chance is there to prevent"
        )


def _people(roster: Roster, source: Source, records: Records) -> dict[str, str]:
    """By their names on the roster, what everybody is called in the records, where names were changed."""
    earlier = records.other_names()
    found: dict[str, str] = {}
    for number, member in enumerate(roster.people):
        now = earlier.get(member.name, member.name)
        if now in found.values():
            raise source.wrong(
                ("people", number, "name"),
                f"{member.name!r} and another name on the roster are one person, {now!r} in the records; "
                "each engineer stands there once",
            )
        found[member.name] = now
    return found


def _seen(schedule: Schedule, records: Records) -> dict[str, set[str]]:
    """The variants that each engineer has met, or is going to."""
    met: dict[str, set[str]] = {name: set(variants) for name, variants in records.variants_met().items()}
    for drill in schedule.drills():
        if drill.open:
            met.setdefault(drill.engineer, set()).add(f"{drill.pack}/{drill.variant}")
    return met
