"""What the screens look like, at the size of a comfortable and of a classic terminal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from gameday.tui.app import GamedayApp
from gameday.tui.fake import START, FakeSession
from tests.builders import hint_rejected
from tests.tui import scenes
from tests.tui.conftest import Scene, still

Compare = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(120, 36), (80, 24)], ids=["120x36", "80x24"])


def played(
    session: FakeSession, scene: Scene, *keys: str, light: bool = False
) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Play a scene with its signals and logs, then press keys."""

    async def run_before(pilot: Pilot[None]) -> None:
        await pilot.pause()
        if light:
            await pilot.press("ctrl+t")
        scene(session)
        now = session.wall
        second = int(now - START)
        scenes.signals(session, range(max(0, second - 180), second), well_at=scenes.PAGE_S + 84)
        session.wall = now
        scenes.logs(session)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        for view in pilot.app.screen.query("LogView"):
            view.call_next(view.take_new)  # type: ignore[attr-defined]
        await pilot.pause()

    return run_before


@SIZES
@pytest.mark.parametrize(
    ("scene", "keys"),
    [
        pytest.param(scenes.coming_up, (), id="start"),
        pytest.param(scenes.measuring, (), id="baseline"),
        pytest.param(scenes.fighting, (), id="signals"),
        pytest.param(scenes.paged, ("2",), id="logs"),
        pytest.param(scenes.fighting, ("3", "i", *"scale vi"), id="ops"),
        pytest.param(scenes.hinted, ("h",), id="hint"),
        pytest.param(scenes.mitigated, (), id="mitigated"),
        pytest.param(scenes.mitigated, ("d", "down", "space"), id="diagnosis"),
    ],
)
def test_screen(snap_compare: Compare, size: tuple[int, int], scene: Scene, keys: tuple[str, ...]) -> None:
    session = FakeSession()
    app = still(GamedayApp(session, now=session.now))
    assert snap_compare(app, terminal_size=size, run_before=played(session, scene, *keys))


def test_light_theme(snap_compare: Compare) -> None:
    session = FakeSession()
    app = still(GamedayApp(session, now=session.now))
    run_before = played(session, scenes.hinted, "h", light=True)
    assert snap_compare(app, terminal_size=(120, 36), run_before=run_before)


@SIZES
def test_debrief(snap_compare: Compare, size: tuple[int, int], tmp_path: Path) -> None:
    run_folder = tmp_path / "run-1"
    hint_rejected().write(run_folder)
    session = FakeSession(run_folder=str(run_folder))
    app = still(GamedayApp(session, now=session.now))

    async def run_before(pilot: Pilot[None]) -> None:
        scenes.mitigated(session)
        session.finish()
        await pilot.pause()
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=run_before)
