"""The room on a real company, by keys: what its tabs ask is asked of services that run."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from gameday.drill.start import Wish, open_drill, rules_for
from gameday.journal.events import Acknowledged, Believed, EvidencePinned, Operated, StoodDown
from gameday.journal.reader import read
from gameday.tui.app import GamedayApp
from gameday.tui.house import OwnHouse
from gameday.tui.screens.debrief import DebriefScreen
from sandbox.runtime.choose import open_runtime
from sandbox.runtime.registry import new_id
from tests.tui.conftest import drawn, still

SEED = 154
"""It draws a short delay."""


class _Player:
    """Keys, and the patience that a real company needs."""

    def __init__(self, app: GamedayApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def until(self, pattern: str, within_s: float = 60.0) -> None:
        """Until what stands on the terminal matches."""
        try:
            async with asyncio.timeout(within_s):
                while not re.search(pattern, drawn(self.app)):
                    await self.pilot.pause(0.1)
        except TimeoutError:
            raise AssertionError(f"{pattern!r} did not come; there is:\n{drawn(self.app)}") from None

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, line: str) -> None:
        field = self.app.focused
        assert isinstance(field, Input)
        field.insert_text_at_cursor(line)
        await self.press("enter")


@pytest.mark.process
@pytest.mark.timeout(400)
async def test_the_room_looks_into_a_company_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Map, traces, commits, PromQL and shell answer; what is done is in the journal; there is a debrief."""
    monkeypatch.setenv("GAMEDAY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("GAMEDAY_STATE", str(tmp_path / "state"))
    rules = rules_for(Wish(pack="cache-loss/maxmemory", seed=SEED, engineer="ada"))
    session = open_drill(rules, open_runtime("process", new_id()))
    app = still(GamedayApp(session, house=OwnHouse("ada", "process")))
    async with app.run_test(size=(120, 36)) as pilot:
        player = _Player(app, pilot)
        await player.until("press enter when you are ready", 120)
        await player.press("enter")
        await player.until("1 Signals", 120)
        await _look_around(player)
        await player.until("PAGE", 120)
        await _work(player)
        await player.press("s", "y")
        await player.until("The capacity problem that was a cache", 120)
        assert isinstance(app.screen, DebriefScreen)
    events = [item.event for item in read(Path(session.run_folder))]
    (pinned,) = [event for event in events if isinstance(event, EvidencePinned)]
    believed = next(event for event in events if isinstance(event, Believed))
    assert (pinned.source, pinned.bearing) == ("changes", "against")
    assert (pinned.components, pinned.mechanisms) == (believed.components, believed.mechanisms)
    lines = {event.line for event in events if isinstance(event, Operated)}
    assert {"topology", "traces slowest", "changes", "metrics up --range 5m"} <= lines
    (shell,) = [event for event in events if isinstance(event, Operated) and event.tier == "shell"]
    assert (shell.exit_code, "maxmemory" in shell.output) == (0, True)
    assert {Acknowledged, StoodDown} <= {type(event) for event in events}
    assert list((tmp_path / "state").glob("sandboxes/*")) == []


async def _look_around(player: _Player) -> None:
    """Everything answers while all is well."""
    await player.press("4")
    await player.until(r"storefront +2/2 +\d+\.\d/s")
    await player.press("3")
    await player.until(r"✓ +\d+ ms +(GET|POST) /")
    await player.press("1", "slash")
    await player.type("up")
    await player.until("job=|vision")
    await player.press("escape", "5")
    await player.until("config vision")


async def _work(player: _Player) -> None:
    """Take the page, believe, pin what speaks against it, and look from the bastion."""
    await player.press("a")
    await player.until("acknowledged")
    await player.press("b", "space", "tab", "space", "tab", "7", "ctrl+s")
    await player.until("70% ")
    await player.press("5")
    await player.until("config vision")
    await player.press("e", "down", "down", "enter")
    async with asyncio.timeout(60):
        while not player.app.room.evidence:
            await player.pilot.pause(0.1)
    await player.press("7")
    await player.type("redis-cli -h cache config get maxmemory")
    await player.until(r"\n +maxmemory +")
    await player.press("escape")
