"""Whose manual skill is current, and what each had best practise next: computed from the records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from gameday.errors import BadRecords
from gameday.records.ratings import Practised
from gameday.records.training import Person, Training
from scoring.currency import Currency, CurrencyRules, Practice, currency
from scoring.rating import Rating, at_least_hard
from scoring.recall import Suggestion, closest, next_difficulty, next_up

NO_FAMILIES = (
    "there are no families to be current in: the library has no proven pack; name some with --family"
)


@dataclass(frozen=True)
class FamilyPractice:
    """One engineer's practice in one family."""

    family: str
    latest: dt.date | None
    """Day (UTC) of the latest drill that counts."""
    until: dt.date | None
    """The last day for which it counts."""


@dataclass(frozen=True)
class EngineerCurrency:
    """One engineer's line."""

    engineer: str
    teams: tuple[str, ...]
    currency: Currency
    families: tuple[FamilyPractice, ...]


@dataclass(frozen=True)
class CurrencyPage:
    """Who is current, in the order of names; nobody is ranked."""

    on: dt.date
    rules: CurrencyRules
    families: tuple[str, ...]
    engineers: tuple[EngineerCurrency, ...]
    simulated: bool
    sealed: int = 0
    """Drills by hand of these engineers that don't count yet."""


@dataclass(frozen=True)
class NextDrill:
    """One drill that an engineer had best do next."""

    suggestion: Suggestion
    latest: dt.date | None
    """Day (UTC) on which they last practised the family by hand."""
    difficulty: int | None
    """From 1 to 5, of the packs that there are; None where the library has none of this family."""


@dataclass(frozen=True)
class EngineerNext:
    """What one engineer had best practise."""

    engineer: str
    done_this_month: int
    """Sealed ones too: a budget is of time."""
    drills: tuple[NextDrill, ...]


@dataclass(frozen=True)
class NextPage:
    """What to practise next, by engineer in the order of names."""

    at: dt.datetime
    budget: int
    """Drills by hand a month for each engineer."""
    engineers: tuple[EngineerNext, ...]
    simulated: bool
    sealed: int = 0
    """Drills by hand of these engineers that nothing is made of yet but their number."""


def chosen(training: Training, *, team: str | None, name: str | None) -> tuple[Person, ...]:
    """The people that were asked for; everybody, if nobody was named.

    Raises:
        BadRecords: there is no such team, or nobody of that name in it.
    """
    known = training.people(team)
    if name is None:
        return known
    wanted = training.known_as(name)
    found = tuple(person for person in known if person.key == wanted)
    if not found:
        where = f"in the team {team!r}" if team else "in the records"
        raise BadRecords(f"nobody called {name!r} is {where}")
    return found


def currency_page(
    people: Iterable[Person],
    practice: Mapping[int, Sequence[Practised]],
    families: Collection[str],
    on: dt.date,
    rules: CurrencyRules,
    *,
    pseudonyms: bool = False,
    simulated: bool = False,
    sealed: Mapping[int, Sequence[float]] = MappingProxyType({}),
) -> CurrencyPage:
    """Everybody's currency on a day (UTC).

    Args:
        sealed: by person, when their sealed drills by hand ended, UNIX seconds.

    Raises:
        BadRecords: there are no families.
    """
    if not families:
        raise BadRecords(NO_FAMILIES)
    lines, waiting = [], 0
    for person in people:
        waiting += sum(_day(ended) <= on for ended in sealed.get(person.key, ()))
        done = [_practice(drill) for drill in practice.get(person.key, ())]
        lines.append(
            EngineerCurrency(
                engineer=person.shown(pseudonyms=pseudonyms),
                teams=person.teams,
                currency=currency(done, families, on, rules),
                families=tuple(_in_family(done, family, on, rules) for family in sorted(families)),
            )
        )
    lines.sort(key=lambda line: line.engineer)
    return CurrencyPage(on, rules, tuple(sorted(families)), tuple(lines), simulated, waiting)


def _practice(drill: Practised) -> Practice:
    return Practice(
        ended=dt.datetime.fromtimestamp(drill.ended, dt.UTC),
        family=drill.family,
        manual=True,
        spoiled=drill.spoiled,
        rating=cast(Rating, drill.rating),
        observed=drill.observed,
        unseen=drill.unseen,
    )


def _in_family(done: Iterable[Practice], family: str, on: dt.date, rules: CurrencyRules) -> FamilyPractice:
    days = [drill.day for drill in done if drill.family == family and drill.qualifies and drill.day <= on]
    latest = max(days, default=None)
    return FamilyPractice(family, latest, latest and latest + dt.timedelta(rules.family_window_days))


def next_page(
    people: Sequence[Person],
    training: Training,
    library: Mapping[str, Collection[int]],
    at: dt.datetime,
    budget: int,
    *,
    pseudonyms: bool = False,
    simulated: bool = False,
) -> NextPage:
    """What each had best practise next.

    Args:
        training: settled.
        library: the difficulties of the packs of each family.
        at: with its time zone; the month is the month in UTC.
        budget: drills by hand a month for each.

    Raises:
        BadRecords: there are no families.
    """
    if not library:
        raise BadRecords(NO_FAMILIES)
    practice, cards, sealed = training.practice(), training.cards(), training.sealed()
    shown = {person.shown(pseudonyms=pseudonyms): person for person in people}
    month = at.astimezone(dt.UTC).strftime("%Y-%m")
    ends = {
        name: [*(drill.ended for drill in practice.get(person.key, ())), *sealed.get(person.key, ())]
        for name, person in shown.items()
    }
    done = {name: sum(_day(ended).strftime("%Y-%m") == month for ended in own) for name, own in ends.items()}
    suggested = next_up(
        {
            (name, family): cards.get((person.key, family))
            for name, person in shown.items()
            for family in library
        },
        at,
        budget,
        done,
    )
    lines = [
        EngineerNext(
            name,
            done[name],
            tuple(
                _next_drill(each, practice.get(shown[name].key, ()), library)
                for each in suggested
                if each.engineer == name
            ),
        )
        for name in sorted(shown)
    ]
    waiting = sum(len(sealed.get(person.key, ())) for person in people)
    return NextPage(at, budget, tuple(lines), simulated, waiting)


def _next_drill(
    suggestion: Suggestion, practice: Iterable[Practised], library: Mapping[str, Collection[int]]
) -> NextDrill:
    own = [drill for drill in practice if drill.family == suggestion.family and not drill.spoiled]
    wanted = next_difficulty(at_least_hard(cast(Rating, drill.rating)) for drill in own)
    return NextDrill(
        suggestion,
        max((_day(drill.ended) for drill in own), default=None),
        closest(wanted, library[suggestion.family]),
    )


def _day(ended: float) -> dt.date:
    return dt.datetime.fromtimestamp(ended, dt.UTC).date()
