"""What the screens look like, at the size of a comfortable and of a classic terminal."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from gameday.journal.series import write_series
from gameday.tui.app import GamedayApp
from gameday.tui.fake import START, FakeHouse, FakeSession
from gameday.tui.house import Ground, Past, Standing
from gameday.tui.messages import Revisit
from tests.builders import CODENAME, hint_rejected
from tests.tui import leads, recording, scenes
from tests.tui.conftest import Scene, still
from tests.tui.test_debrief import KEPT
from tests.tui.test_replay import KEPT as GOLDEN

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
        pytest.param(scenes.mitigated, ("d", "tab", "down", "space"), id="diagnosis"),
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


TABS = [
    pytest.param((), id="signals"),
    pytest.param(("2",), id="logs"),
    pytest.param(("3", "down"), id="traces"),
    pytest.param(("3", "down", "enter", "down"), id="waterfall"),
    pytest.param(("4", "down"), id="map"),
    pytest.param(("5", "down", "enter"), id="changes"),
    pytest.param(("6", "down", "down"), id="runbooks"),
    pytest.param(("7",), id="shell"),
]


def tab_opened(session: FakeSession, *keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """The recorded drill, then keys, each once the one before is answered."""

    async def run_before(pilot: Pilot[None]) -> None:
        await pilot.pause()
        recording.play(session)
        for key in ("", *keys):
            await pilot.press(*filter(None, [key]))
            for _ in range(4):
                await pilot.pause()
        for view in pilot.app.screen.query("LogView"):
            view.call_next(view.take_new)  # type: ignore[attr-defined]
        await pilot.pause()

    return run_before


@SIZES
@pytest.mark.parametrize("keys", TABS)
def test_tab_of_a_real_drill(snap_compare: Compare, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    session = FakeSession(start=recording.started_at())
    app = still(GamedayApp(session, now=session.now))
    assert snap_compare(app, terminal_size=size, run_before=tab_opened(session, *keys))


@pytest.mark.parametrize("keys", [("3", "down", "enter", "down"), ("4", "down"), ("5", "down", "enter")])
def test_tab_in_the_light(snap_compare: Compare, keys: tuple[str, ...]) -> None:
    session = FakeSession(start=recording.started_at())
    app = still(GamedayApp(session, now=session.now))
    assert snap_compare(app, terminal_size=(120, 36), run_before=tab_opened(session, "ctrl+t", *keys))


@SIZES
@pytest.mark.parametrize(
    "keys",
    [
        pytest.param(("space",), id="truth"),
        pytest.param(("2", "down", "down", "down"), id="timeline"),
        pytest.param(("3",), id="apart"),
        pytest.param(("4",), id="score"),
    ],
)
def test_debrief(snap_compare: Compare, size: tuple[int, int], tmp_path: Path, keys: tuple[str, ...]) -> None:
    run_folder = tmp_path / "run-1"
    hint_rejected().write(run_folder)
    write_series(run_folder, KEPT)
    session = FakeSession(run_folder=str(run_folder))
    app = still(GamedayApp(session, now=session.now))

    async def run_before(pilot: Pilot[None]) -> None:
        scenes.mitigated(session)
        session.finish()
        await pilot.pause()
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=run_before)


@pytest.fixture
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@SIZES
@pytest.mark.parametrize(
    "house",
    [
        pytest.param(FakeHouse(library=scenes.LIBRARY), id="new"),
        pytest.param(
            FakeHouse(
                library=scenes.LIBRARY,
                past=Past(tuple(scenes.past_drill(number) for number in range(9))),
                standing=scenes.LAPSING,
            ),
            id="known",
        ),
        pytest.param(
            FakeHouse(
                library=scenes.LIBRARY,
                past=Past(trouble="records.db is locked by another program"),
                standing=Standing(trouble="records.db is locked by another program"),
                ground=Ground("", "no runtime can start here: the process runtime lacks envoy"),
            ),
            id="lacking",
        ),
    ],
)
@pytest.mark.usefixtures("_in_utc")
def test_home(snap_compare: Compare, size: tuple[int, int], house: FakeHouse) -> None:
    app = still(GamedayApp(now=lambda: START, house=house))

    async def run_before(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=run_before)


@SIZES
def test_replay(snap_compare: Compare, size: tuple[int, int], tmp_path: Path) -> None:
    run_folder = tmp_path / "run-1"
    hint_rejected().write(run_folder)
    write_series(run_folder, GOLDEN)
    visit = Revisit(run_folder, CODENAME, replay=True)
    app = still(GamedayApp(house=FakeHouse(), visit=visit))

    async def run_before(pilot: Pilot[None]) -> None:
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("n", "n", "n", "right")
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=run_before)


def leads_shown(*keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Open the leads' screen from home, and press keys once the report is there."""

    async def run_before(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await pilot.press("t")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()

    return run_before


@SIZES
@pytest.mark.parametrize(
    "keys",
    [
        pytest.param((), id="short"),
        pytest.param(("2",), id="practice"),
        pytest.param(("3",), id="comparison"),
        pytest.param(("4",), id="reliance"),
        pytest.param(("5",), id="families"),
        pytest.param(("6",), id="next"),
    ],
)
def test_leads(snap_compare: Compare, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    app = still(GamedayApp(house=FakeHouse(leads=leads.year())))
    assert snap_compare(app, terminal_size=size, run_before=leads_shown(*keys))


def test_leads_of_nobody(snap_compare: Compare) -> None:
    app = still(GamedayApp(house=FakeHouse(leads=leads.nobody())))
    assert snap_compare(app, terminal_size=(80, 24), run_before=leads_shown())


def test_leads_in_the_light(snap_compare: Compare) -> None:
    app = still(GamedayApp(house=FakeHouse(leads=leads.year())))
    assert snap_compare(app, terminal_size=(120, 36), run_before=leads_shown("3", "ctrl+t"))
