"""What can be put into a plan: variants that are proven, and that break something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gameday.errors import GamedayError
from gameday.team.roster import Roster, Source
from scenarios.loader import load_pack, pack_names
from scenarios.terms import nearest

PAIR = 2
"""Variants that a block takes."""


@dataclass(frozen=True)
class Item:
    """One variant of a pack."""

    pack: str
    variant: str
    family: str
    usable: bool
    """No draft, and there is something to mitigate: a drill without a fault can't be in a pair."""
    needs: frozenset[str] = frozenset()
    """What the runtime has to be able to do."""

    @property
    def name(self) -> str:
        return f"{self.pack}/{self.variant}"


def shelf() -> tuple[Item, ...]:
    """Every variant of every pack here.

    Raises:
        ScenarioError: a pack is not valid.
    """
    return tuple(
        Item(
            scenario.id,
            variant.id,
            scenario.family,
            not variant.draft and not scenario.of(variant.id).truth.is_nothing,
            frozenset(scenario.needs),
        )
        for name in pack_names()
        for scenario in (load_pack(name).scenario,)
        for variant in scenario.variants
    )


def chosen(roster: Roster, source: Source, items: Iterable[Item]) -> Mapping[str, tuple[str, ...]]:
    """The variants of each family that the roster asks for, as `pack/variant`.

    Raises:
        BadRoster: it names something that isn't there, or that can't make a pair.
        GamedayError: nothing here can.
    """
    known = tuple(items)
    key = "packs" if roster.packs is not None else "families"
    wanted = roster.packs if roster.packs is not None else roster.families
    for at, name in enumerate(wanted or ()):
        names = {item.pack if key == "packs" else item.family for item in known}
        if name not in names:
            noun = "pack" if key == "packs" else "family"
            raise source.wrong((key, at), f"there is no {noun} {name!r}; {nearest(name, sorted(names))}")
    held: dict[str, list[str]] = {}
    for item in known:
        if wanted is None or (item.pack if key == "packs" else item.family) in wanted:
            held.setdefault(item.family, [])
            if item.usable:
                held[item.family].append(item.name)
    short = {family: len(names) for family, names in held.items() if len(names) < PAIR}
    if wanted is not None and short:
        family, count = min(short.items())
        at = wanted.index(family) if key == "families" else 0
        raise source.wrong(
            (key, at),
            f"the family {family!r} has {count} variant{'' if count == 1 else 's'} that can be planned, and "
            f"a pair takes {PAIR}; drafts and drills without a fault can't be (`gameday scenarios list`)",
        )
    if len(short) == len(held):
        raise GamedayError(
            f"no family here has {PAIR} variants that are proven and break something; nothing can be paired"
        )
    return {family: tuple(names) for family, names in held.items() if family not in short}
