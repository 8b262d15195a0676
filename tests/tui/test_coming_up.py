"""The company on its way up, and the moment from which its customers are served."""

from __future__ import annotations

from gameday.journal.events import SandboxProgressed
from gameday.tui.fake import START, FakeSession
from gameday.tui.state import Journey, RoomState, SliSecond
from gameday.tui.widgets.coming_up import served_for_s
from tests.tui import scenes
from tests.tui.conftest import OpenRoom


def room_of(**journeys: list[tuple[int, int]]) -> RoomState:
    """A room whose journeys had, second by second, so many requests and so many good ones."""
    return RoomState(
        journeys={
            name: Journey(tuple(SliSecond(at, count, good) for at, (count, good) in enumerate(seconds)))
            for name, seconds in journeys.items()
        }
    )


def test_served_is_counted_back_from_now_over_all_journeys() -> None:
    """One journey that is let down ends the run; a second without requests does not."""
    assert served_for_s(room_of(browse=[(10, 1), (10, 10), (10, 10)])) == 2
    assert served_for_s(room_of(browse=[(10, 10)] * 3, upload=[(4, 4), (4, 1), (0, 0)])) == 1
    assert served_for_s(room_of(browse=[(10, 10), (10, 2)])) == 0
    assert served_for_s(RoomState()) == 0


async def test_parts_are_counted_and_timed(open_room: OpenRoom) -> None:
    """What is ready, what is waited for, and the time that has passed."""
    async with open_room(scenes.coming_up) as room:
        drawn = room.drawn()
        assert "3 of 6 ready" in drawn
        assert "waits for accounts" in drawn
        assert "waiting for storefront, edge, metrics" in drawn


async def test_a_part_that_is_ready_keeps_the_time_at_which_it_was(
    open_room: OpenRoom, session: FakeSession
) -> None:
    async with open_room(scenes.coming_up) as room:
        session.emit(SandboxProgressed(service="cache", step="ready", elapsed_s=9.0), at=9)
        await room.settle()
        cache = next(part for part in room.app.room.parts if part.service == "cache")
        assert cache.elapsed_s == 0.4


async def test_customers_are_told_once_they_come(open_room: OpenRoom, session: FakeSession) -> None:
    """Nobody before the baseline; then the SLO, met or not."""
    async with open_room(scenes.briefed) as room:
        assert "SLO" not in room.drawn()
        session.emit(scenes.sli(int(START) + 10, upload=0.2), at=11)
        await room.settle()
        assert "not served within it yet" in room.drawn()
        session.emit(scenes.sli(int(START) + 11), at=12)
        await room.settle()
        assert "✓ served within it for 1 s" in room.drawn()
