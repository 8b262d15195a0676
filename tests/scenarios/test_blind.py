"""A blind drill is blind: before anything breaks, nothing that is read tells which pack is played."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sandbox.stack.model import load_stack
from sandbox.world.history import moment
from sandbox.world.proposals import misfits, read_proposals
from sandbox.world.tree import company_tree
from scenarios import LIBRARY
from scenarios.history import commits
from scenarios.loader import load_pack, pack_names
from scenarios.model import Pack
from scenarios.rehearsal.traces import words_of
from tests.scenarios.packs import a_pack

NOW = 1_764_633_600.0
"""A Tuesday at midnight, UTC."""


@pytest.fixture(scope="module")
def packs() -> list[Pack]:
    return [load_pack(name, (LIBRARY,)) for name in pack_names((LIBRARY,))]


def test_all_packs_have_the_same_briefing(packs: list[Pack]) -> None:
    """And say the same of how long there is."""
    assert len(packs) > 1
    assert len({pack.scenario.briefing for pack in packs}) == 1
    limits = {pack.scenario.of(each.id).limits.drill_s for pack in packs for each in pack.scenario.variants}
    assert len(limits) == 1


def test_the_company_has_the_same_runbooks_whatever_is_played(packs: list[Pack]) -> None:
    """All that the packs bring: none is hidden by another of its name."""
    brought = [path for pack in packs for path in pack.folder.glob("runbooks/*.md")]
    first, *others = [pack.runbooks() for pack in packs]
    assert sorted(first) == sorted(path.stem for path in brought)
    assert all(each == first for each in others)


def test_no_runbook_names_a_pack(packs: list[Pack]) -> None:
    """Nor a variant, nor what this is: each pack's runbooks lie in the others' drills."""
    shelf = [f"{name} {text}" for name, text in packs[0].runbooks().items()]
    for pack in packs:
        words = words_of(pack.scenario.id, [each.id for each in pack.scenario.variants])
        assert [book for book in shelf if words.search(book)] == []


def test_the_same_was_changed_lately_whatever_is_played(packs: list[Pack]) -> None:
    """All innocent changes of the library, each once; they fit into the history and are no fresh suspects."""
    cases = [(pack, each.id) for pack in packs for each in pack.scenario.variants]
    stack = load_stack()
    seen = set()
    for pack, variant in cases:
        found = commits(pack, variant)
        assert misfits(company_tree(stack, pack.runbooks()), found, NOW) == []
        own = {each.name for each in read_proposals(pack.commits, variant)}
        aged = [moment(each.when, NOW) for each in found if each.is_history and each.name not in own]
        assert all(at <= NOW - 40 * 60 for at in aged)
        seen.add(frozenset(each.swaps for each in found if each.is_history and not each.variants))
    (changes,) = seen
    assert len(changes) >= 7


def test_a_change_of_the_same_place_is_not_brought(tmp_path: Path) -> None:
    """What the pack itself tells of a line is its history."""
    folder = a_pack(tmp_path)
    text = (LIBRARY / "cache-loss/commits/catalog-ttl.yaml").read_text(encoding="utf-8")
    (folder / "commits/shelf.yaml").write_text(text.replace("ttl_s: 15", "ttl_s: 60"), encoding="utf-8")
    pack = load_pack(str(folder))
    told = [swap for each in commits(pack, "a") for swap in each.swaps if swap.after == "ttl_s: 10\n"]
    assert [swap.before for swap in told] == ["ttl_s: 60\n"]


def test_a_pack_from_elsewhere_has_its_own_runbooks_among_ours(tmp_path: Path, packs: list[Pack]) -> None:
    """Its own is what is read where two have a name."""
    folder = a_pack(tmp_path)
    (name,) = [path.stem for path in folder.glob("runbooks/*.md")]
    taken = next(iter(packs[0].runbooks()))
    shutil.copy(folder / f"runbooks/{name}.md", folder / f"runbooks/{taken}.md")
    read = load_pack(str(folder)).runbooks()
    assert set(read) == {*packs[0].runbooks(), name}
    assert read[taken] == read[name]
