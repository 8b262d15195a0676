"""Makes the pictures in this folder from a real drill, so that they show what there is.

    python docs/pictures.py

A company comes up as plain processes, `cache-loss` breaks it, and the drill is played by keys and commands;
between them the screens are drawn. It takes about three minutes, and leaves nothing but `pictures/*.svg`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from gameday.drill.commands import Believe, Command, Note, Operate, SubmitDiagnosis
from gameday.tui.app import GamedayApp
from gameday.tui.house import Choice, OwnHouse
from gameday.tui.messages import Practise
from gameday.tui.screens.debrief import DebriefScreen
from gameday.tui.screens.home import HomeScreen
from gameday.tui.screens.reflect import ReflectScreen
from gameday.tui.screens.replay import ReplayScreen
from gameday.tui.screens.room import RoomScreen
from gameday.tui.screens.start import StartScreen

PICTURES = Path(__file__).with_name("pictures")
SIZE = (120, 36)


class Photographer:
    """Waits for a moment, and draws it."""

    def __init__(self, app: GamedayApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def until(self, condition: Callable[[], bool], what: str, within_s: float = 180.0) -> None:
        """Wait for a moment.

        Raises:
            SystemExit: it did not come.
        """
        deadline = time.monotonic() + within_s
        while not condition():
            if time.monotonic() > deadline:
                sys.exit(f"{what} did not come within {within_s:g} s")
            await asyncio.sleep(0.2)
        await self.pilot.pause()

    async def on(self, screen: type[object]) -> None:
        await self.until(lambda: isinstance(self.app.screen, screen), screen.__name__)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def send(self, *commands: Command) -> None:
        for command in commands:
            await self.app.session.send(command)

    async def draw(self, name: str) -> None:
        await self.pilot.pause()
        path = PICTURES / f"{name}.svg"
        path.write_text(self.app.export_screenshot(title="gameday"), encoding="utf-8")
        print(path)


async def take(app: GamedayApp) -> None:
    """One drill, from home to its replay."""
    async with app.run_test(size=SIZE) as pilot:
        eye = Photographer(app, pilot)
        await eye.on(HomeScreen)
        await pilot.pause()
        await app.workers.wait_for_complete()
        await eye.draw("home")
        app.post_message(Practise(Choice("advise", "cache-loss/maxmemory")))
        await eye.on(StartScreen)
        await eye.until(lambda: sum(part.step == "ready" for part in app.room.parts) >= 9, "half a company")
        await eye.draw("start")
        await eye.until(lambda: bool(app.room.briefing), "the briefing")
        await eye.press("enter")
        await eye.on(RoomScreen)
        await eye.until(lambda: app.room.page is not None, "the page")
        await eye.press("a")
        await eye.send(Operate("status"), Believe(("vision",), ("capacity-shortfall",), 0.3))
        await eye.until(lambda: any(hint.kind == "diagnosis" for hint in app.room.hints), "the advice")
        await eye.send(Note("customers come as often as before; the cache stopped helping"))
        await eye.draw("room")
        await eye.send(
            Believe(("cache",), ("cache-eviction",), 0.7),
            Operate("redis cache CONFIG SET maxmemory 256mb"),
            Operate("config set edge routes.upload.retries 0"),
        )
        await eye.until(lambda: app.room.stage == "mitigated", "mitigation")
        contributing = ("retry-amplification", "missing-alert")
        await eye.send(
            SubmitDiagnosis(("cache",), ("cache-eviction",), "configuration-push", contributing, 0.9)
        )
        await eye.on(ReflectScreen)
        await eye.press("3", "enter", "2", "enter")
        await eye.on(DebriefScreen)
        await app.workers.wait_for_complete()
        await eye.press("space", "space")
        await eye.draw("debrief")
        await eye.press("2", *["down"] * 12)
        await eye.draw("timeline")
        await eye.press("3")
        await eye.draw("told-apart")
        await eye.press("r")
        await eye.on(ReplayScreen)
        await eye.press(*["n"] * 4)
        await eye.draw("replay")
        await eye.press("q")
        await eye.on(HomeScreen)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GAMEDAY_DATA"] = folder
        os.environ["GAMEDAY_STATE"] = str(Path(folder) / "state")
        os.environ.pop("GAMEDAY_DATABASE_URL", None)
        app = GamedayApp(house=OwnHouse("ada", "process"))
        app.animation_level = "none"
        asyncio.run(take(app))


if __name__ == "__main__":
    main()
