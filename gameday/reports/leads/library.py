"""The families that somebody can be current in: those of the library's proven packs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gameday.records.store import Records
from scenarios.loader import load_pack, pack_names


def library() -> dict[str, tuple[int, ...]]:
    """By family, the difficulties of its packs; a pack of drafts only is left out.

    Raises:
        ScenarioError: a pack cannot be read.
    """
    found: dict[str, set[int]] = {}
    for name in pack_names():
        scenario = load_pack(name).scenario
        if not all(variant.draft for variant in scenario.variants):
            found.setdefault(scenario.family, set()).add(scenario.difficulty)
    return {family: tuple(sorted(levels)) for family, levels in sorted(found.items())}


def families(records: Records, named: Collection[str]) -> Mapping[str, tuple[int, ...]]:
    """The families that count: those named, else the library's; those of the store where it is simulated."""
    if named:
        known = {} if records.simulated else library()
        return {family: known.get(family, ()) for family in named}
    return dict.fromkeys(records.families(), ()) if records.simulated else library()
