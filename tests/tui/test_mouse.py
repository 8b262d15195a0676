"""The room with a mouse: what says how it is pressed can be clicked on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.command import CommandPalette

from gameday.drill.commands import Acknowledge, Believe, DisposeHint, Look, Operate, StandDown
from gameday.tui.app import GamedayApp
from gameday.tui.fake import FakeHouse, FakeSession
from gameday.tui.house import Choice
from gameday.tui.screens.forms import BeliefForm, DiagnosisForm
from gameday.tui.screens.room import RoomScreen
from gameday.tui.widgets.log_view import LogView
from tests.builders import hint_rejected
from tests.tui import scenes
from tests.tui.conftest import OpenRoom, Room, still
from tests.tui.test_debrief import debriefing
from tests.tui.test_room import deeds


async def click(room: Room, said: str) -> None:
    """On the first place where the terminal says this, a regular expression."""
    for y, line in enumerate(room.drawn().splitlines()):
        found = re.search(said, line)
        if found is not None:
            await room.pilot.click(offset=(found.start() + 1, y))
            await room.settle()
            return
    raise AssertionError(f"{said!r} is nowhere:\n{room.drawn()}")


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_click_on_the_page_acknowledges_it(
    open_room: OpenRoom, session: FakeSession, size: tuple[int, int]
) -> None:
    async with open_room(scenes.paged, size) as room:
        await click(room, "a  acknowledge")
        assert deeds(session) == [Acknowledge()]


async def test_a_click_on_a_tab_opens_it(open_room: OpenRoom, session: FakeSession) -> None:
    """A click in it takes in hand what is there."""
    async with open_room(scenes.paged) as room:
        screen = room.app.screen
        assert isinstance(screen, RoomScreen)
        scenes.logs(session)
        await click(room, "2 Logs")
        assert screen.tab == "logs"
        await room.until(lambda: "slot wait 1813 ms" in room.drawn())
        await click(room, "slot wait 1813 ms")
        assert "slot wait 1813 ms" in screen.in_hand()[1]
        assert not screen.query_one(LogView).follow
        scenes.signals(session, range(60, 120))
        await click(room, "1 Signals")
        await click(room, r"vision  .*/s")
        assert "vision last 3 minutes" in room.drawn()
        assert [each.line for each in session.sent if isinstance(each, Look)] == ["logs all", "top"]


async def test_a_belief_is_stated_by_clicks(open_room: OpenRoom, session: FakeSession) -> None:
    """Components, mechanism, confidence, and the key line that submits."""
    async with open_room(scenes.paged) as room:
        await click(room, "b Belief")
        assert isinstance(room.app.screen, BeliefForm)
        await click(room, r"\[ \] vision")
        await click(room, r"\[ \] capacity-shortfall")
        await room.pilot.click("Confidence", offset=(1 + len("how sure  ") + 15, 0))
        await room.settle()
        await click(room, r"\^s Submit")
        assert deeds(session) == [Believe(("vision",), ("capacity-shortfall",), 0.8)]


async def test_what_is_found_in_the_palette_is_clicked_on_and_asks(
    open_room: OpenRoom, session: FakeSession
) -> None:
    """The question's yes can be clicked on too."""
    session.radii["rollback cache"] = "cache: one version back"
    async with open_room(scenes.paged) as room:
        await click(room, r"\^p palette")
        assert isinstance(room.app.screen, CommandPalette)
        await room.pilot.press(*"rollback", "space", *"cache")
        await room.until(lambda: "write: Go back" in room.drawn())
        await click(room, "write: Go back")
        await room.until(lambda: "cache: one version back" in room.drawn())
        await click(room, " y yes")
        assert deeds(session) == [Operate("rollback cache")]
        await click(room, "s Stand down")
        await click(room, " n no")
        assert StandDown not in map(type, deeds(session))


async def test_a_hint_is_answered_by_clicks(open_room: OpenRoom, session: FakeSession) -> None:
    """The first click takes it in hand, the second decides."""
    async with open_room(scenes.hinted) as room:
        await click(room, "h to answer it")
        assert deeds(session) == []
        await click(room, "x reject")
        assert deeds(session) == [DisposeHint(1, "rejected")]


async def test_the_good_news_leads_to_the_diagnosis(open_room: OpenRoom) -> None:
    async with open_room(scenes.mitigated) as room:
        await click(room, "d  say what it was")
        assert isinstance(room.app.screen, DiagnosisForm)


async def test_the_pages_of_a_debrief_open_by_clicks(tmp_path: Path) -> None:
    hint_rejected().write(tmp_path)
    async with debriefing(tmp_path) as room:
        await click(room, "4 Scorecard")
        assert "What the AI's advice was worth" in room.drawn()


async def test_a_click_at_home_changes_the_mode_or_starts_a_drill(session: FakeSession) -> None:
    """Only the card's own lines start one."""
    house = FakeHouse(session, library=scenes.LIBRARY)
    app = still(GamedayApp(now=session.now, house=house))
    async with app.run_test(size=(120, 36)) as pilot:
        room = Room(app, pilot, session)
        await room.until(lambda: "cache-loss" in room.drawn())
        await click(room, "m       mode manual")
        assert ("mode advise" in room.drawn(), house.opened) == (True, [])
        await click(room, "a blind drill")
        await room.until(lambda: house.opened == [Choice("advise")])
