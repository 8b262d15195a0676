"""A room on a fake session, with time and the cursor standing still."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from gameday.tui.app import GamedayApp
from gameday.tui.fake import FakeSession
from tests.tui import scenes

Scene = Callable[[FakeSession], None]


@pytest.fixture(autouse=True)
def still_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A blinking cursor would make every picture a matter of luck."""
    monkeypatch.setattr(Input, "cursor_blink", False)


@pytest.fixture
def session() -> FakeSession:
    return FakeSession(radii={"scale vision 4": scenes.RADIUS, "rollback cache": "cache: one version back"})


@dataclass(frozen=True)
class Room:
    """An app that runs, and the keys to it."""

    app: GamedayApp
    pilot: Pilot[None]
    session: FakeSession

    async def play(self, scene: Scene) -> None:
        scene(self.session)
        await self.settle()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, line: str) -> None:
        """Write a line in what has the focus, and press enter."""
        field = self.app.focused
        assert isinstance(field, Input)
        field.insert_text_at_cursor(line)
        await self.press("enter")

    async def settle(self) -> None:
        """Until all that was posted is handled; twice, as a handler may post."""
        await self.pilot.pause()
        await self.pilot.pause()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Until `condition` holds, for at most half a minute."""
        async with asyncio.timeout(30):
            while not condition():
                await self.pilot.pause(0.05)

    def drawn(self) -> str:
        """What stands on the terminal, line under line."""
        return drawn(self.app)


OpenRoom = Callable[..., AbstractAsyncContextManager[Room]]


def drawn(app: GamedayApp) -> str:
    """What stands on the terminal, line under line."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def still(app: GamedayApp) -> GamedayApp:
    app.animation_level = "none"
    return app


@pytest.fixture
def open_room(session: FakeSession) -> OpenRoom:
    """Run the app on `session`, after `scene` was played."""

    @asynccontextmanager
    async def opened(scene: Scene | None = None, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Room]:
        app = still(GamedayApp(session, now=session.now))
        async with app.run_test(size=size) as pilot:
            room = Room(app, pilot, session)
            await room.settle()
            if scene is not None:
                await room.play(scene)
            yield room

    return opened
