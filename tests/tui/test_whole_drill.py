"""A drill from its start to its debrief, by keys alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.drill.commands import (
    Acknowledge,
    Begin,
    Believe,
    Look,
    Operate,
    PagePerson,
    Pin,
    Reflect,
    RuleOut,
    Shell,
    SubmitDiagnosis,
)
from gameday.journal.events import Believed, DrillEnded, ReflectionAsked, RuledOut
from gameday.tui.app import GamedayApp
from gameday.tui.fake import FakeSession
from gameday.tui.screens.debrief import DebriefScreen
from gameday.tui.screens.reflect import ReflectScreen
from gameday.tui.screens.room import RoomScreen
from tests.builders import hint_rejected
from tests.tui import scenes
from tests.tui.conftest import Room, still


@pytest.mark.timeout(400)
async def test_a_whole_drill_by_keys(tmp_path: Path) -> None:
    """Begin, take the page, look, believe, rule out, ask, act, diagnose, say how it felt, and read."""
    folder = tmp_path / "run-1"
    hint_rejected().write(folder)
    session = FakeSession(run_folder=str(folder), radii={"rollback cache": "cache: one version back"})
    app = still(GamedayApp(session, now=session.now))
    async with app.run_test(size=(120, 36)) as pilot:
        room = Room(app, pilot, session)
        await room.play(scenes.briefed)
        await room.press("enter")
        await _incident(room)
        await _diagnosed(room)
        session.emit(DrillEnded(reason="resolved"), ReflectionAsked(ai=False))
        await room.until(lambda: isinstance(app.screen, ReflectScreen))
        await room.type("7")
        session.finish()
        await room.until(lambda: isinstance(app.screen, DebriefScreen))
    done = [command for command in session.sent if not isinstance(command, Look)]
    assert done == [
        Begin(),
        Acknowledge(),
        Pin("map", "storefront → vision: 16.0/s, 42.0% errors, p95 6.0 s"),
        Believe(("vision",), ("capacity-shortfall",), 0.7),
        RuleOut(("vision",), ("capacity-shortfall",), "arrivals are flat"),
        PagePerson("ines", "what changed?"),
        Shell("redis-cli -h cache info memory"),
        Operate("rollback cache"),
        SubmitDiagnosis(
            ("cache",), ("cache-eviction",), "configuration-push", (), 0.5,
            "a configuration push: the cache evicts",
        ),
        Reflect(420.0, None),
    ]  # fmt: skip
    assert [look.line for look in session.sent if isinstance(look, Look)] == ["topology", "changes"]


async def _incident(room: Room) -> None:
    """The pager rings; the first idea is wrong."""
    session = room.session
    await room.play(scenes.paged)
    scenes.seen(session)
    assert isinstance(room.app.screen, RoomScreen)
    await room.press("a", "4")
    await room.until(lambda: "42.0%" in room.drawn())
    await room.press("down", "down", "e", "enter")
    await room.press("escape", "b", "down", "down", "space", "tab", "space", "tab", "7", "ctrl+s")
    session.emit(Believed(components=("vision",), mechanisms=("capacity-shortfall",), confidence=0.7))
    await room.settle()
    await room.press("r", "enter")
    await room.type("arrivals are flat")
    session.emit(
        RuledOut(components=("vision",), mechanisms=("capacity-shortfall",), reason="arrivals are flat")
    )
    await room.press("g", "enter")
    await room.type("what changed?")


async def _diagnosed(room: Room) -> None:
    """The change is found and taken back, and customers are served."""
    await room.press("5")
    await room.until(lambda: "Right-size the caches" in room.drawn())
    await room.press("escape", "i")
    await room.type("!redis-cli -h cache info memory")
    await room.type("rollback cache")
    await room.press("y", "escape")
    await room.play(scenes.served_again)
    assert "MITIGATED" in room.drawn()
    await room.press("d")
    await room.type("a configuration push: the cache evicts")
    await room.press("ctrl+s")
