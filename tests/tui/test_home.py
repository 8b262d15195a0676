"""Home: what one key starts, what is told of drills, packs and the machine, and the way back."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gameday.errors import GamedayError
from gameday.journal.home import runs_home
from gameday.journal.manifest import Assignment
from gameday.records.database import Database
from gameday.records.schedule import Plan, Planned, Schedule
from gameday.tui.app import GamedayApp
from gameday.tui.fake import FakeHouse, FakeSession
from gameday.tui.house import Choice, Ground, OwnHouse, Past, Shelved
from gameday.tui.screens.debrief import DebriefScreen
from gameday.tui.screens.home import HomeScreen
from gameday.tui.screens.start import StartScreen
from gameday.tui.widgets.home import against
from sandbox.errors import SandboxError
from tests.records.runs import write_run
from tests.tui import scenes
from tests.tui.conftest import Room, still

OpenHome = Callable[..., AbstractAsyncContextManager[Room]]


@pytest.fixture
def house(session: FakeSession) -> FakeHouse:
    return FakeHouse(session, library=scenes.LIBRARY)


@pytest.fixture
def open_home(session: FakeSession) -> OpenHome:
    @asynccontextmanager
    async def opened(house: FakeHouse, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Room]:
        app = still(GamedayApp(now=session.now, house=house))
        async with app.run_test(size=size) as pilot:
            room = Room(app, pilot, session)
            # The house is only asked once home is painted.
            await room.settle()
            await app.workers.wait_for_complete()
            await room.settle()
            yield room

    return opened


async def test_home_is_there_while_the_records_are_read(session: FakeSession) -> None:
    """It says what it waits for, and answers keys."""
    may_go_on = threading.Event()

    class Slow(FakeHouse):
        def past(self) -> Past:
            may_go_on.wait(30)
            return super().past()

    app = still(GamedayApp(now=session.now, house=Slow(session, library=scenes.LIBRARY)))
    async with app.run_test(size=(120, 36)) as pilot:
        room = Room(app, pilot, session)
        try:
            await room.until(lambda: room.drawn().count("reading the records…") == 2)
            await room.press("m")
            assert "mode advise" in room.drawn()
        finally:
            may_go_on.set()
        await room.until(lambda: "Your first drill" in room.drawn())


async def test_one_key_starts_a_blind_drill_by_hand(
    open_home: OpenHome, house: FakeHouse, session: FakeSession
) -> None:
    """Enter, and nothing else, on arrival."""
    async with open_home(house) as room:
        await room.press("enter")
        await room.until(lambda: isinstance(room.app.screen, StartScreen))
        assert house.opened == [Choice("manual", None)]
        scenes.briefed(session)
        await room.settle()
        assert "press enter when you are ready" in room.drawn()


async def test_somebody_new_is_shown_how_it_works(open_home: OpenHome, house: FakeHouse) -> None:
    async with open_home(house) as room:
        drawn = room.drawn()
        assert "Your first drill" in drawn
        assert "the pager rings" in drawn
        assert "not current yet" in drawn


async def test_the_mode_is_a_key_away(open_home: OpenHome, house: FakeHouse) -> None:
    async with open_home(house) as room:
        await room.press("m")
        assert "confidently wrong" in room.drawn()
        await room.press("p")
        await room.until(lambda: house.opened != [])
        assert house.opened == [Choice("advise", None)]


async def test_past_drills_are_told_and_shown_again(open_home: OpenHome, session: FakeSession) -> None:
    """How each went, and how many count; enter on one is its debrief."""
    drills = tuple(scenes.past_drill(number) for number in range(4))
    async with open_home(FakeHouse(session, past=Past(drills), standing=scenes.LAPSING)) as room:
        drawn = room.drawn()
        assert "✗ > 03:51" in drawn
        assert "! lapsing: current until 2025-06-20" in drawn
        assert "next: abuse, never done by hand" in drawn
        await room.press("d", "down", "enter")
        assert isinstance(room.app.screen, DebriefScreen)
        await room.app.workers.wait_for_complete()
        await room.press("q")
        assert isinstance(room.app.screen, HomeScreen)


async def test_a_pack_that_is_named_is_asked_about_first(open_home: OpenHome, house: FakeHouse) -> None:
    """It spoils the drill, so it takes a yes."""
    async with open_home(house) as room:
        await room.press("l", "enter")
        assert "Play this pack?" in room.drawn()
        assert "spoiled" in room.drawn()
        await room.press("n")
        assert house.opened == []
        await room.press("enter", "y")
        await room.until(lambda: house.opened != [])
        assert house.opened == [Choice("manual", "cache-loss")]


async def test_a_pack_that_cannot_run_here_says_why_and_is_not_played(
    open_home: OpenHome, house: FakeHouse
) -> None:
    async with open_home(house) as room:
        assert "not here: process has no partition" in room.drawn()
        await room.press("l", "down", "enter")
        assert isinstance(room.app.screen, HomeScreen)
        assert house.opened == []


def test_what_is_not_known_yet_is_no_obstacle() -> None:
    pack = Shelved("fraud-spike", "abuse", 4, 3, 0, ("partition",))
    assert against(pack, None) == ""
    assert against(pack, Ground("docker", "", frozenset({"partition"}))) == ""
    assert against(Shelved("x", "", 1, 0, 0, trouble="x:1: no id"), None) == "x:1: no id"


async def test_what_is_missing_is_one_line_with_what_mends_it(
    open_home: OpenHome, session: FakeSession
) -> None:
    ground = Ground("", "no runtime can start here: envoy is missing")
    async with open_home(FakeHouse(session, ground=ground)) as room:
        drawn = room.drawn()
        assert "no company can run here yet" in drawn
        assert "envoy is missing" in drawn
        assert "gameday doctor --fix" in drawn


@pytest.mark.parametrize(
    "error", [SandboxError("no runtime can start here"), GamedayError("no pack of the library is proven")]
)
async def test_a_drill_that_cannot_be_opened_says_why_at_home(
    open_home: OpenHome, house: FakeHouse, error: Exception
) -> None:
    house.refusal = error
    async with open_home(house) as room:
        await room.press("enter")
        await room.until(lambda: isinstance(room.app.screen, HomeScreen) and house.opened != [])
        await room.settle()
        assert str(error) in room.drawn()


async def test_after_the_debrief_one_is_home_and_can_play_again(
    open_home: OpenHome, house: FakeHouse, session: FakeSession, tmp_path: Path
) -> None:
    """The drill is kept before its debrief; the second drill begins with nothing of the first."""
    async with open_home(house) as room:
        await room.press("enter")
        await room.until(lambda: isinstance(room.app.screen, StartScreen))
        await room.play(scenes.mitigated)
        session.finish()
        await room.until(lambda: isinstance(room.app.screen, DebriefScreen))
        assert house.kept == [Path(session.run_folder)]
        await room.press("q")
        assert isinstance(room.app.screen, HomeScreen)
        house.session = second = FakeSession()
        await room.press("enter")
        await room.until(lambda: isinstance(room.app.screen, StartScreen))
        assert room.app.room.operations == ()
        scenes.paged(second)
        await room.settle()
        assert "PAGE" in room.drawn()
    assert second.cleaned_up


async def test_the_question_mark_tells_the_keys(open_home: OpenHome, house: FakeHouse) -> None:
    async with open_home(house) as room:
        await room.press("question_mark")
        assert "a blind drill in the mode that is shown" in room.drawn()
        await room.press("escape")
        assert isinstance(room.app.screen, HomeScreen)


async def test_leaving_a_drill_leads_home(
    open_home: OpenHome, house: FakeHouse, session: FakeSession
) -> None:
    async with open_home(house) as room:
        await room.press("enter")
        await room.until(lambda: isinstance(room.app.screen, StartScreen))
        await room.press("ctrl+q", "y")
        await room.until(lambda: isinstance(room.app.screen, HomeScreen))
        await room.settle()
        assert session.cleaned_up
        assert "it does not count" in room.drawn()


async def test_a_sandbox_that_does_not_come_up_is_a_sentence_at_home(
    open_home: OpenHome, house: FakeHouse, session: FakeSession
) -> None:
    async with open_home(house) as room:
        await room.press("enter")
        await room.until(lambda: isinstance(room.app.screen, StartScreen))
        session.fail(SandboxError("edge did not come up"))
        await room.until(lambda: isinstance(room.app.screen, HomeScreen))
        await room.settle()
        assert "edge did not come up" in room.drawn()
        assert house.kept == [Path(session.run_folder)]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GAMEDAY_DATA", str(tmp_path))
    monkeypatch.delenv("GAMEDAY_DATABASE_URL", raising=False)
    return tmp_path


def test_the_house_tells_ones_own_drills_that_have_ended_since(data: Path) -> None:
    """A run folder that nobody took in is taken in; a colleague's drills are not one's own."""
    write_run(runs_home() / "run-1")
    past = OwnHouse("ada").past()
    assert [drill.run for drill in past.drills] == ["run-1"]
    assert past.trouble == ""
    assert OwnHouse("bob").past().drills == ()


async def test_a_sealed_drill_is_not_replayed_and_home_says_until_when(
    data: Path, open_home: OpenHome, session: FakeSession
) -> None:
    """One is at home again, with the sentence."""
    first, second = (Assignment(block="autumn-0001", order=order, mode="manual") for order in (1, 2))
    write_run(runs_home() / "run-0", assignment=first)
    place = Planned(
        block=second.block, order=1, engineer="ada", team="checkout", family="cache", pack="cache-loss",
        variant="memory-cut", mode="advise", advisor="scripted", policy="natural", style="verdict",
        at=1_791_000_000.0, zone="Europe/Berlin",
    )  # fmt: skip
    database = Database()
    try:
        plan = Plan("autumn", "d" * 64, 7, 1_790_000_000.0, 45, {"right": 1.0})
        Schedule(database).add(plan, (place, replace(place, order=second.order, mode="manual")))
    finally:
        database.close()
    drill = replace(scenes.past_drill(0), sealed=True)
    async with open_home(FakeHouse(session, past=Past((drill,)))) as room:
        await room.press("d", "r")
        await room.until(lambda: isinstance(room.app.screen, HomeScreen))
        await room.until(lambda: "Sealed until the other drill of block autumn-0001" in room.drawn())


def test_how_one_stands_is_what_currency_and_next_say(data: Path) -> None:
    """Somebody new is told what is missing, and where to begin; nothing is made up."""
    standing = OwnHouse("ada").standing()
    assert standing.status == "not yet"
    assert "3 drills" in standing.missing
    assert "cache" in standing.missing
    assert standing.next_family
    assert standing.next_why == "never done by hand"
    assert standing.done_this_month == 0


def test_a_database_that_cannot_be_used_is_a_sentence(data: Path) -> None:
    (data / "records.db").write_text("this is no database, but it is long enough to be taken for one" * 20)
    past = OwnHouse("ada").past()
    assert past.drills == ()
    assert "records.db" in past.trouble
    assert "records.db" in OwnHouse("ada").standing().trouble


def test_a_database_that_may_only_be_read_tells_what_it_has(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drills that were taken in before are told, and that there may be more."""
    write_run(runs_home() / "run-1")
    OwnHouse("ada").past()
    write_run(runs_home() / "run-2")
    monkeypatch.setenv("GAMEDAY_DATABASE_URL", f"sqlite:///file:{data / 'records.db'}?mode=ro&uri=true")
    past = OwnHouse("ada").past()
    assert [drill.run for drill in past.drills] == ["run-1"]
    assert "not up to date" in past.trouble


def test_the_library_is_told_without_spoilers() -> None:
    """Name, family, difficulty and what it needs; no title, no variant's name."""
    library = {pack.name: pack for pack in OwnHouse("ada").library()}
    assert library["cache-loss"].family == "cache"
    assert library["cache-loss"].needs
    assert library["cache-loss"].trouble == ""
