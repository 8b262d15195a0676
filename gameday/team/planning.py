"""From a roster to drills with a day, a mode, a variant and a hidden hint policy."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from gameday.records.schedule import Plan, Planned
from gameday.team.recurrence import SkippedByTheClock
from gameday.team.roster import Roster, Source
from gameday.team.shelf import PAIR
from scoring.design import Assignment, Person
from scoring.design import plan as balanced


@dataclass(frozen=True)
class Made:
    """A plan, and what it can't give."""

    plan: Plan
    drills: tuple[Planned, ...]
    left_out: tuple[str, ...]
    """A sentence for each engineer and family that could not be paired."""


def digest_of(roster: Roster, weeks: int) -> str:
    """Of everything that a plan is made from, but the seed; spaces and comments don't count."""
    said = roster.model_dump_json(by_alias=True) + f"\n{weeks}"
    return hashlib.sha256(said.encode()).hexdigest()


def make(
    roster: Roster,
    source: Source,
    families: Mapping[str, Sequence[str]],
    seed: int,
    *,
    weeks: int,
    seen: Mapping[str, Collection[str]],
    now: float,
) -> Made:
    """The plan of a roster; the same for the same arguments.

    Args:
        families: variants as `pack/variant`, by family.
        seen: variants that an engineer has met, by name.
        now: UNIX seconds.

    Raises:
        BadRoster: a recurrence does not fall twice in the window, or on a time that does not exist.
    """
    slots = {
        member.name: _slots(roster, source, number, weeks) for number, member in enumerate(roster.people)
    }
    found = balanced(
        [Person(member.name, member.team) for member in roster.people],
        families,
        seed,
        name=roster.name,
        blocks_per_family=max(len(variants) // PAIR for variants in families.values()),
        most={name: len(moments) // PAIR for name, moments in slots.items()},
        seen=seen,
        hints=roster.hints,
    )
    paired = {(each.engineer, each.family) for each in found.assignments}
    left: dict[tuple[str, str], int] = {}
    for each in found.missing:
        left.setdefault((each.engineer, each.family), each.unseen)
    rates: dict[str, float] = dict(roster.hints.items())
    return Made(
        Plan(roster.name, digest_of(roster, weeks), seed, now, roster.length_min, rates),
        _dated(found.assignments, roster, slots),
        tuple(
            f"{name} has met too many variants of {family}: {unseen} left, a pair takes {PAIR}"
            for (name, family), unseen in left.items()
            if (name, family) not in paired
        ),
    )


def _dated(
    drawn: Iterable[Assignment], roster: Roster, slots: Mapping[str, Sequence[dt.datetime]]
) -> tuple[Planned, ...]:
    """What was drawn, at the times at which its engineers can drill."""
    zones = {member.name: roster.zone_of(member).key for member in roster.people}
    return tuple(
        Planned(
            block=each.block,
            order=each.order,
            engineer=each.engineer,
            team=each.team,
            family=each.family,
            pack=each.variant.partition("/")[0],
            variant=each.variant.partition("/")[2],
            mode="advise" if each.ai else "manual",
            advisor=roster.advisor,
            policy=each.policy,
            style=roster.style,
            at=slots[each.engineer][each.slot].timestamp(),
            zone=zones[each.engineer],
        )
        for each in drawn
    )


def _slots(roster: Roster, source: Source, number: int, weeks: int) -> tuple[dt.datetime, ...]:
    """When one engineer can drill, in UTC: what the recurrence gives, within each month's budget."""
    member = roster.people[number]
    start, end = roster.start, roster.start + dt.timedelta(weeks=weeks)
    zone = roster.zone_of(member)
    at = source.at_of_member(number, "recurrence")
    try:
        moments = roster.rule_of(member).moments(start, end, roster.at_of(member), zone)
    except SkippedByTheClock as skipped:
        raise source.wrong(source.at_of_member(number, "at"), str(skipped)) from skipped
    if len(moments) < PAIR:
        rule = member.recurrence or roster.recurrence
        times = "once" if moments else "never"
        raise source.wrong(
            at,
            f"{rule!r} falls {times} between {start} and {end - dt.timedelta(1)} for {member.name}; a pair "
            f"takes {PAIR} drills, so give more weeks or another rule, such as FREQ=WEEKLY;BYDAY=TU",
        )
    used: Counter[tuple[int, int]] = Counter()
    kept = []
    for moment in moments:
        local = moment.astimezone(zone)
        month = (local.year, local.month)
        if used[month] < roster.budget:
            used[month] += 1
            kept.append(moment)
    if len(kept) < PAIR:
        raise source.wrong(
            ("budget",),
            f"{roster.budget} drill a month leaves {member.name} one drill between {start} and "
            f"{end - dt.timedelta(1)}, and a pair takes {PAIR}; give more weeks or a larger budget",
        )
    return tuple(kept)
