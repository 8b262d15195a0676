"""The leads' screen: its pages, codenames, and what it says where little or nothing can be known."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gameday.journal.home import runs_home
from gameday.tui.app import GamedayApp
from gameday.tui.fake import FakeHouse, FakeSession
from gameday.tui.house import OwnHouse
from gameday.tui.leads import Leads
from gameday.tui.screens.home import HomeScreen
from gameday.tui.screens.leads import LeadsScreen
from tests.records.runs import write_run
from tests.tui import leads
from tests.tui.conftest import Room, still


@asynccontextmanager
async def leading(house: FakeHouse, size: tuple[int, int] = (120, 60)) -> AsyncIterator[Room]:
    """The screen, opened from home by its key."""
    session = FakeSession()
    app = still(GamedayApp(now=session.now, house=house))
    async with app.run_test(size=size) as pilot:
        room = Room(app, pilot, session)
        await app.workers.wait_for_complete()
        await room.press("t")
        await app.workers.wait_for_complete()
        await room.settle()
        yield room


def house(found: Leads) -> FakeHouse:
    return FakeHouse(leads=found)


async def test_a_lead_reads_the_answers_first() -> None:
    """Four questions, each with an answer, and what to do; simulated records are marked at the top."""
    async with leading(house(leads.year())) as room:
        assert isinstance(room.app.screen, LeadsScreen)
        drawn = room.drawn()
        for asked in (
            "Is skill by hand current?",
            "Does the AI help?",
            "Is it trusted as far as it deserves?",
            "What hurts most?",
            "What to do next?",
        ):
            assert asked in drawn
        assert "SIMULATED: nobody played these drills" in drawn.partition("Is skill")[0]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("2", ("Current by hand on 2026-01-06", "have not", "Ada", "Current is not the same as proficient")),
        ("3", ("The effect", "95 % interval", "not yet mitigated, by time", "without: ", "Left out")),
        ("4", ("share taken", "right hints", "wrong hints", "J = ", "The advisor itself")),
        ("5", ("Which families hurt", "handled by hand", "●", "half mitigated by")),
        ("6", ("What to practise next", "Hugo", "Asked for most: ")),
    ],
)
async def test_each_page_is_a_number_away(key: str, expected: tuple[str, ...]) -> None:
    """They say what `currency`, `compare` and `next` say."""
    async with leading(house(leads.year()), size=(120, 90)) as room:
        await room.press(key)
        drawn = room.drawn()
        for words in expected:
            assert words in drawn
        assert drawn.count("SIMULATED") == 1


async def test_tab_turns_the_pages_in_a_circle() -> None:
    async with leading(house(leads.year())) as room:
        await room.press("shift+tab")
        assert "What to practise next" in room.drawn()
        await room.press("tab", "tab")
        assert "Current by hand on" in room.drawn()


async def test_codenames_are_a_key_away() -> None:
    """The page that is open stays open, and no name stays on it."""
    known = FakeHouse(leads=leads.year(), leads_in_codenames=leads.year(pseudonyms=True))
    async with leading(known) as room:
        await room.press("2")
        assert "Ada" in room.drawn()
        await room.press("n")
        await room.app.workers.wait_for_complete()
        await room.settle()
        drawn = room.drawn()
        assert "in codenames" in drawn
        assert "Current by hand on" in drawn
        assert not {"Ada", "Bram", "Chidi", "Dana", "Elif", "Farid", "Grace", "Hugo"} & set(drawn.split())
        await room.press("n")
        await room.app.workers.wait_for_complete()
        await room.settle()
        assert "Ada" in room.drawn()


class SlowHouse(FakeHouse):
    """Its report comes when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()
        self.asked: list[bool] = []

    def leads(self, *, pseudonyms: bool) -> Leads:
        self.asked.append(pseudonyms)
        assert self.let.wait(30)
        return leads.year(pseudonyms=pseudonyms)


async def test_while_it_reads_it_says_so_and_answers_keys() -> None:
    """One reading at a time; leaving does not wait for it."""
    slow = SlowHouse()
    session = FakeSession()
    app = still(GamedayApp(now=session.now, house=slow))
    async with app.run_test(size=(120, 36)) as pilot:
        room = Room(app, pilot, session)
        try:
            await app.workers.wait_for_complete()
            await room.press("t")
            await room.until(lambda: slow.asked == [False])
            assert "reading the records" in room.drawn()
            await room.press("3", "n")
            assert slow.asked == [False]
            await room.press("q")
            assert isinstance(app.screen, HomeScreen)
        finally:
            slow.let.set()


async def test_an_empty_store_says_that_nothing_is_known_yet() -> None:
    """No figure is made up, on no page."""
    async with leading(house(leads.nobody())) as room:
        drawn = room.drawn()
        assert "Nobody has drilled yet." in drawn
        assert drawn.count("Not known yet.") == 3
        assert "No verdict possible yet" in drawn
        assert "plays the first drill" in drawn
        assert "gameday schedule plan" in drawn
        for key, expected in (
            ("2", "Nobody is in the records yet"),
            ("3", "so nothing can be concluded"),
            ("4", "No drill with the AI counts yet."),
            ("5", "No drill without the AI counts yet."),
            ("6", "plays the first drill"),
        ):
            await room.press(key)
            assert expected in room.drawn()


async def test_sealed_drills_are_counted_where_they_are_left_out() -> None:
    """Their number is all that is told of them."""
    page = leads.nobody().page
    assert page is not None
    page = replace(page, families=replace(page.families, sealed=2))
    async with leading(house(Leads(page))) as room:
        await room.press("5")
        assert "2 sealed drills are left out" in room.drawn()


async def test_a_store_that_cannot_be_read_is_one_sentence() -> None:
    """And one can leave, by the same key as ever."""
    async with leading(house(Leads(trouble="records.db is locked by another program"))) as room:
        await room.press("3")
        assert "records.db is locked by another program" in room.drawn()
        await room.press("q")
        assert isinstance(room.app.screen, HomeScreen)


async def test_the_question_mark_tells_the_keys_and_leaving_leads_home() -> None:
    async with leading(house(leads.nobody())) as room:
        await room.press("question_mark")
        assert "codenames instead of names, and back" in room.drawn()
        await room.press("escape")
        assert isinstance(room.app.screen, LeadsScreen)
        await room.press("escape")
        assert isinstance(room.app.screen, HomeScreen)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GAMEDAY_DATA", str(tmp_path))
    monkeypatch.delenv("GAMEDAY_DATABASE_URL", raising=False)
    return tmp_path


def test_the_house_reports_on_drills_that_have_ended_since(data: Path) -> None:
    """A run folder that nobody took in is taken in; one drill is too little for a verdict."""
    write_run(runs_home() / "run-1")
    found = OwnHouse("ada").leads(pseudonyms=False)
    assert found.trouble == ""
    assert found.page is not None
    assert found.page.comparison.comparison.drills == 1
    assert found.page.comparison.comparison.verdict.finding in ("not yet", "refused")
    assert [line.engineer for line in found.page.currency.engineers] == ["ada"]


def test_codenames_reach_every_page(data: Path) -> None:
    write_run(runs_home() / "run-1")
    found = OwnHouse("ada").leads(pseudonyms=True).page
    assert found is not None
    assert [line.engineer for line in found.currency.engineers] != ["ada"]
    assert [line.engineer for line in found.next.engineers] != ["ada"]


def test_the_rule_is_the_one_that_the_commands_have(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings count; what is no number is as if it were not there."""
    monkeypatch.setenv("GAMEDAY_CURRENCY_DRILLS", "5")
    monkeypatch.setenv("GAMEDAY_CURRENCY_WINDOW", "soon")
    monkeypatch.setenv("GAMEDAY_MONTHLY_BUDGET", "4")
    found = OwnHouse("ada").leads(pseudonyms=False).page
    assert found is not None
    assert (found.currency.rules.drills, found.currency.rules.window_days, found.next.budget) == (5, 90, 4)
    assert "5 drills" in OwnHouse("ada").standing().missing


def test_a_broken_store_is_a_sentence_that_names_it(data: Path) -> None:
    (data / "records.db").write_text("this is no database, but it is long enough to be taken for one" * 20)
    found = OwnHouse("ada").leads(pseudonyms=False)
    assert found.page is None
    assert "records.db" in found.trouble


@pytest.mark.parametrize("module", ["gameday.tui.screens.home", "gameday.tui.screens.leads"])
def test_opening_costs_no_statistics(module: str) -> None:
    """What computes and what draws pictures is imported once a report is read, in a thread."""
    heavy = {"scipy", "numpy", "matplotlib", "fsrs", "sqlalchemy"}
    code = f"import sys, {module}; sys.exit(bool({heavy!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
