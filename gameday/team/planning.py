"""From a roster to drills with a day, a mode, a variant and a hidden hint policy."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gameday.records.schedule import Plan, Planned
from gameday.team.recurrence import SkippedByTheClock
from gameday.team.roster import Roster, Source
from gameday.team.shelf import PAIR
from sandbox.runtime.base import CAPABILITIES
from scoring.design import Assignment, Person
from scoring.design import plan as balanced

GROUNDS = {"docker": "on Docker", "process": "as plain processes"}


@dataclass(frozen=True)
class Made:
    """A plan, and what it can't give."""

    plan: Plan
    drills: tuple[Planned, ...]
    notes: tuple[str, ...]
    """A sentence for each engineer and family that could not be paired, and one on what isn't known."""


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
    needs: Mapping[str, frozenset[str]] | None = None,
    played_on: Mapping[str, str] | None = None,
) -> Made:
    """The plan of a roster; the same for the same arguments.

    Args:
        families: variants as `pack/variant`, by family.
        seen: variants that an engineer has met, by name.
        now: UNIX seconds.
        needs: what a variant needs of a runtime; nothing, if it isn't there.
        played_on: what each played on last, by name, for whom the roster says nothing.

    Raises:
        BadRoster: a recurrence does not fall twice in the window, or on a time that does not exist.
    """
    slots = {
        member.name: _slots(roster, source, number, weeks) for number, member in enumerate(roster.people)
    }
    grounds = _grounds(roster, played_on or {})
    barred = {name: _barred(ground, needs or {}) for name, ground in grounds.items()}
    found = balanced(
        [Person(member.name, member.team) for member in roster.people],
        families,
        seed,
        name=roster.name,
        blocks_per_family=max(len(variants) // PAIR for variants in families.values()),
        most={name: len(moments) // PAIR for name, moments in slots.items()},
        seen={name: {*seen.get(name, ()), *unable} for name, unable in barred.items()},
        hints=roster.hints,
    )
    paired = {(each.engineer, each.family) for each in found.assignments}
    left: dict[tuple[str, str], int] = {}
    for each in found.missing:
        left.setdefault((each.engineer, each.family), each.unseen)
    rates: dict[str, float] = dict(roster.hints.items())
    short = (
        _too_few(name, family, unseen, grounds[name] if barred[name] & set(families[family]) else None)
        for (name, family), unseen in left.items()
        if (name, family) not in paired
    )
    return Made(
        Plan(roster.name, digest_of(roster, weeks), seed, now, roster.length_min, rates),
        _dated(found.assignments, roster, slots),
        (*short, *_not_known(found.assignments, grounds, needs or {})),
    )


def _grounds(roster: Roster, played_on: Mapping[str, str]) -> dict[str, str | None]:
    """What each plays on: as the roster says, else as they last did; None where neither is known."""
    known = {member.name: roster.runtime_of(member) or played_on.get(member.name) for member in roster.people}
    return {name: ground if ground in GROUNDS else None for name, ground in known.items()}


def _barred(ground: str | None, needs: Mapping[str, frozenset[str]]) -> set[str]:
    """The variants that can't run there; none where it isn't known."""
    can = next((can for kind, can in CAPABILITIES.items() if kind == ground), None)
    return set() if can is None else {variant for variant, all_of in needs.items() if all_of - can}


def _too_few(name: str, family: str, left: int, ground: str | None) -> str:
    if ground is None:
        return (
            f"{name} has met, or has still to do, all but {left} of the variants of {family}; "
            f"a pair takes {PAIR}"
        )
    return (
        f"{left} variant{'' if left == 1 else 's'} of {family} left that {name} hasn't met and that can run "
        f"{GROUNDS[ground]}; a pair takes {PAIR}"
    )


def _not_known(
    drawn: Sequence[Assignment], grounds: Mapping[str, str | None], needs: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    """Of whom it isn't known what they play on, and whether that matters."""
    of = {each.engineer for each in drawn}
    unknown = [name for name, ground in grounds.items() if ground is None and name in of]
    if not unknown:
        return
    everywhere = frozenset.intersection(*CAPABILITIES.values())
    tied = sum(
        each.engineer in unknown and bool(needs.get(each.variant, frozenset()) - everywhere) for each in drawn
    )
    matters = (
        f"{tied} of their drills can't run everywhere, and a drill that can't is refused when it is taken; "
        "`runtime:` in the roster says it"
        if tied
        else f"every drill of theirs runs {' and '.join(GROUNDS.values())} alike"
    )
    yield f"What {', '.join(unknown)} play{'s' if len(unknown) == 1 else ''} on isn't known; {matters}."


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
