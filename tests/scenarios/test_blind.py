"""A blind drill is blind: before anything breaks, nothing that is read tells which pack is played."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scenarios import LIBRARY
from scenarios.loader import load_pack, pack_names
from scenarios.model import Pack
from scenarios.rehearsal.traces import words_of
from tests.scenarios.packs import a_pack


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


def test_a_pack_from_elsewhere_has_its_own_runbooks_among_ours(tmp_path: Path, packs: list[Pack]) -> None:
    """Its own is what is read where two have a name."""
    folder = a_pack(tmp_path)
    (name,) = [path.stem for path in folder.glob("runbooks/*.md")]
    taken = next(iter(packs[0].runbooks()))
    shutil.copy(folder / f"runbooks/{name}.md", folder / f"runbooks/{taken}.md")
    read = load_pack(str(folder)).runbooks()
    assert set(read) == {*packs[0].runbooks(), name}
    assert read[taken] == read[name]
