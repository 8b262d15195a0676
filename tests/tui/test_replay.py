"""A past drill gone through again: any moment of it, forwards and back, and nothing done in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gameday.drill.commands import Acknowledge
from gameday.drill.session import CommandRefused
from gameday.errors import BadJournal
from gameday.journal.series import GoldenCurve, SeriesKept, write_series
from gameday.tui.app import GamedayApp
from gameday.tui.fake import FakeHouse, FakeSession
from gameday.tui.messages import Revisit
from gameday.tui.replay import Replay, ReplaySession
from gameday.tui.screens.debrief import DebriefScreen
from gameday.tui.screens.home import HomeScreen
from gameday.tui.screens.replay import ReplayScreen, load
from gameday.tui.state import RoomState, fold
from tests.builders import CODENAME, ONSET, START, hint_rejected, to_the_page
from tests.tui.conftest import Room, still

KEPT = SeriesKept(
    begin=ONSET - 20,
    step_s=1.0,
    golden=(
        GoldenCurve(service="edge", name="rate", unit="/s", values=(20.0,) * 30 + (None,) + (30.0,) * 200),
        GoldenCurve(service="edge", name="errors", unit="%", values=(None,) * 31 + (40.0,) * 200),
    ),
)
RECORDED = hint_rejected().recorded()


class Pace:
    """The clock that playing follows; it stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def replay() -> Replay:
    return Replay(RECORDED, KEPT)


def folded(wall: float) -> RoomState:
    state = RoomState()
    for item in RECORDED:
        if item.entry.wall <= wall:
            state = fold(state, item.entry, item.event)
    return state


def test_any_moment_is_what_the_room_showed_then(replay: Replay) -> None:
    """Forwards, back and forwards again give what folding from the start gives."""
    for at in (0, 100, 90, 330, 20, 200, 199.5, 81):
        assert replay.state(START + at) == folded(START + at)


def test_it_goes_from_armed_to_the_end(replay: Replay) -> None:
    assert replay.begin == START + 70
    assert replay.end == START + 330
    assert replay.length_s == 260
    assert replay.state(replay.begin).stage == "on call"
    assert replay.state(replay.end).stage == "over"


def test_a_drill_that_was_left_can_be_gone_through_as_far_as_it_went() -> None:
    cut = Replay(to_the_page().recorded())
    assert cut.end == ONSET + 25
    assert cut.state(cut.end).stage == "incident"


def test_signals_are_those_of_the_minutes_before(replay: Replay) -> None:
    """A second in which nobody looked leaves no gap; one without a value does."""
    history = replay.signals(ONSET + 10)
    rate, errors = history.series["edge", "rate"], history.series["edge", "errors"]
    assert (rate.unit, rate.last) == ("/s", 20.0)
    assert errors.last is None
    assert replay.signals(ONSET + 11).series["edge", "errors"].last == 40.0
    assert replay.signals(START).series == {}
    assert Replay(RECORDED).signals(ONSET).series == {}


def test_the_curve_has_a_value_wherever_customers_came(replay: Replay) -> None:
    """Also where a column is shorter than a second."""
    shares = replay.served(520)
    assert None not in shares[:500]
    assert shares[0] == 1.0
    failing = shares[200]
    assert failing is not None
    assert failing < 0.6


def test_what_mattered_is_marked(replay: Replay) -> None:
    assert [mark.words for mark in replay.marks] == [
        "the world was broken",
        "the page",
        "acknowledged",
        "limit /upload 5",
        "scale cache two",
        "rollback cache",
        "mitigated",
        "the end",
    ]


async def test_nothing_can_be_done_in_a_replay() -> None:
    session = ReplaySession("run-1")
    with pytest.raises(CommandRefused, match="replay"):
        await session.send(Acknowledge())
    with pytest.raises(CommandRefused, match="replay"):
        session.blast_radius("scale vision 4")


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run-1"
    hint_rejected().write(folder)
    write_series(folder, KEPT)
    return folder


@asynccontextmanager
async def replaying(run_folder: Path) -> AsyncIterator[tuple[Room, ReplayScreen, Pace]]:
    session, pace = FakeSession(), Pace()
    app = still(GamedayApp(now=session.now, house=FakeHouse(session)))
    async with app.run_test(size=(120, 36)) as pilot:
        room = Room(app, pilot, session)
        await room.settle()
        screen = ReplayScreen(load(run_folder), run_folder, CODENAME, pace)
        app.push_screen(screen)
        await room.settle()
        yield room, screen, pace


async def test_one_goes_through_it_by_hand(run_folder: Path) -> None:
    """By seconds, by minutes, by moments, to the edges; the room is that of the moment."""
    async with replaying(run_folder) as (room, screen, _):
        assert "on call" in room.drawn()
        await room.press("n", "n")
        assert screen.position == ONSET + 25
        assert "PAGE" in room.drawn()
        await room.press("right", "shift+right", "left")
        assert screen.position == ONSET + 85
        assert "yours" in room.drawn()
        await room.press("p")
        assert screen.position == ONSET + 70
        await room.press("end")
        assert screen.position == START + 330
        await room.press("home")
        assert "the pager is quiet" in room.drawn()


async def test_it_plays_at_the_speed_that_is_set_and_stops_at_the_end(run_folder: Path) -> None:
    async with replaying(run_folder) as (room, screen, pace):
        await room.press("minus", "space")
        screen.advance()
        began = screen.position
        pace.now += 2
        screen.advance()
        assert screen.position == began + 2 * 5
        await room.press(*["plus"] * 9)
        assert screen.speed == 60
        pace.now += 60
        screen.advance()
        assert screen.position == START + 330
        assert not screen.playing
        await room.press("space")
        assert screen.playing
        assert screen.position < START + 330


async def test_keys_that_would_act_do_nothing(run_folder: Path) -> None:
    async with replaying(run_folder) as (room, screen, _):
        await room.press("n", "n", "a", "i", "b", "s")
        assert room.app.screen is screen
        assert len(room.app._notifications) == 0
        assert "PAGE" in room.drawn()


async def test_the_question_mark_tells_the_keys(run_folder: Path) -> None:
    async with replaying(run_folder) as (room, _, _pace):
        await room.press("question_mark")
        assert "faster or slower" in room.drawn()


async def test_logs_say_that_they_were_not_kept(run_folder: Path) -> None:
    async with replaying(run_folder) as (room, _, _pace):
        await room.press("2")
        await room.until(lambda: "log lines are not kept" in room.drawn())


async def test_from_a_replay_to_the_debrief_and_back(run_folder: Path) -> None:
    async with replaying(run_folder) as (room, _, _pace):
        await room.press("d")
        assert isinstance(room.app.screen, DebriefScreen)
        await room.app.workers.wait_for_complete()
        await room.press("r")
        await room.until(lambda: isinstance(room.app.screen, ReplayScreen))
        await room.press("q")
        await room.until(lambda: isinstance(room.app.screen, HomeScreen))


async def test_a_journal_that_cannot_be_read_ends_a_lone_replay_with_its_sentence(tmp_path: Path) -> None:
    app = still(GamedayApp(house=FakeHouse(), visit=Revisit(tmp_path, CODENAME, replay=True)))
    async with app.run_test() as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
    assert isinstance(app.failure, BadJournal)
    assert app.return_code == 2
