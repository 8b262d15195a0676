"""The pages of a debrief, and the postmortem in one's own editor."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from gameday.drill.seal import Seal
from gameday.journal.events import MachineMeasured
from gameday.journal.series import Curve, SeriesKept, write_series
from gameday.reports.case import Case, open_case
from gameday.reports.postmortem import POSTMORTEM_FILE
from gameday.tui.app import GamedayApp
from gameday.tui.editor import editor_words
from gameday.tui.fake import FakeHouse, FakeSession
from gameday.tui.messages import Revisit
from gameday.tui.screens.debrief import DebriefScreen
from gameday.tui.screens.home import HomeScreen
from tests.builders import CODENAME, ONSET, ONSET_S, hint_rejected
from tests.tui.conftest import Room, still

KEPT = SeriesKept(
    begin=ONSET - 60,
    step_s=1.0,
    told_apart=(Curve(promql="cache_hit_ratio", values=(0.9,) * 60 + (0.1,) * 180),),
)


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run-1"
    hint_rejected().write(folder)
    write_series(folder, KEPT)
    return folder


@asynccontextmanager
async def debriefing(run_folder: Path) -> AsyncIterator[Room]:
    session = FakeSession()
    app = still(GamedayApp(now=session.now, house=FakeHouse(session)))
    async with app.run_test(size=(120, 36)) as pilot:
        room = Room(app, pilot, session)
        app.post_message(Revisit(run_folder, CODENAME))
        await room.settle()
        await app.workers.wait_for_complete()
        await room.settle()
        yield room


async def test_the_chain_is_walked_step_by_step(run_folder: Path) -> None:
    """The next step comes when it is asked for; what happened to others comes last."""
    async with debriefing(run_folder) as room:
        assert "The capacity problem that was a cache" in room.drawn()
        assert "A config push cut" in room.drawn()
        assert "Redis evicted" not in room.drawn()
        assert "3 more" in room.drawn()
        await room.press("space")
        assert "Redis evicted" in room.drawn()
        assert "It happened to others" not in room.drawn()
        await room.press("space", "space")
        assert "doubled the load" in room.drawn()
        assert "It happened to others" in room.drawn()
        assert "and then?" not in room.drawn()


async def test_a_full_machine_is_told_before_anything_else(tmp_path: Path) -> None:
    full = MachineMeasured(busy=0.97, processors=2)
    hint_rejected().add(ONSET_S + 150, "conductor", full).write(tmp_path)
    async with debriefing(tmp_path) as room:
        drawn = room.drawn()
        assert "97% busy" in drawn
        assert drawn.index("97% busy") < drawn.index("The capacity problem that was a cache")


async def test_the_timeline_has_everything_on_one_axis(run_folder: Path) -> None:
    """The cursor in the list of moments is a cursor on the axis."""
    async with debriefing(run_folder) as room:
        await room.press("2")
        drawn = room.drawn()
        for lane in ("served", "world", "alerts", "actions", "beliefs", "hints"):
            assert lane in drawn
        assert "the world was broken" in drawn
        before = room.app.screen.query_one("AxisChart").at  # type: ignore[attr-defined]
        await room.press("down", "down")
        assert room.app.screen.query_one("AxisChart").at == before + 2  # type: ignore[attr-defined]


async def test_what_tells_it_apart_is_shown_with_this_drills_data(run_folder: Path) -> None:
    async with debriefing(run_folder) as room:
        await room.press("3")
        drawn = room.drawn()
        assert "The hit ratio fell before latency rose" in drawn
        assert "0.91 (expected about 0.9) before the onset" in drawn
        assert "█" in drawn
        assert "▲onset" in drawn


async def test_a_run_without_curves_says_so(tmp_path: Path) -> None:
    hint_rejected().write(tmp_path)
    async with debriefing(tmp_path) as room:
        await room.press("3")
        assert "no curve of it was kept" in room.drawn()


async def test_the_scorecard_says_what_each_entry_means(run_folder: Path) -> None:
    async with debriefing(run_folder) as room:
        await room.press("4")
        drawn = room.drawn()
        assert "time to mitigate" in drawn
        assert "Customers were served again 3 min after the onset" in drawn
        assert "What the AI's advice was worth" in drawn


async def test_a_draft_is_made_where_there_is_none_and_never_made_again(run_folder: Path) -> None:
    """What somebody wrote stays."""
    async with debriefing(run_folder) as room:
        await room.press("5")
        assert "# The capacity problem that was a cache" in room.drawn()
    (run_folder / POSTMORTEM_FILE).write_text("what I wrote \x1b]0;title\x07\n")
    async with debriefing(run_folder) as room:
        await room.press("5")
        assert "what I wrote" in room.drawn()
        assert "title" not in room.drawn()


async def test_the_editor_gets_the_terminal_and_the_draft_is_read_again(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "ed.sh"
    script.write_text('#!/bin/sh\necho "we were lucky" >> "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))

    @contextmanager
    def lent(app: GamedayApp) -> Iterator[None]:
        yield

    monkeypatch.setattr(GamedayApp, "suspend", lent)
    async with debriefing(run_folder) as room:
        await room.press("e")
        await room.until(lambda: "lucky" in (run_folder / POSTMORTEM_FILE).read_text().splitlines()[-1])
        await room.press("end")
        assert (run_folder / POSTMORTEM_FILE).read_text().endswith("we were lucky\n")
        assert "we were lucky" in room.drawn()


@pytest.mark.parametrize(
    ("editor", "said"), [("/nowhere/ed", "cannot be started"), ("false", "false ended with 1")]
)
async def test_an_editor_that_fails_is_a_sentence(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch, editor: str, said: str
) -> None:
    monkeypatch.setenv("VISUAL", editor)

    @contextmanager
    def lent(app: GamedayApp) -> Iterator[None]:
        yield

    monkeypatch.setattr(GamedayApp, "suspend", lent)
    async with debriefing(run_folder) as room:
        await room.press("e")
        await room.until(lambda: any(said in toast.message for toast in room.app._notifications))


async def test_where_the_terminal_cannot_be_lent_the_path_is_told(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "true")
    async with debriefing(run_folder) as room:
        await room.press("e")
        await room.until(lambda: any("postmortem.md" in toast.message for toast in room.app._notifications))


def test_the_editor_is_ones_own_with_its_options() -> None:
    """VISUAL before EDITOR; a value that is no command line is passed over."""
    assert editor_words({"VISUAL": "code -w", "EDITOR": "vi"}) == ["code", "-w"]
    assert editor_words({"VISUAL": "", "EDITOR": "vim"}) == ["vim"]
    assert editor_words({"VISUAL": "'", "EDITOR": "vim"}) == ["vim"]


async def test_a_sealed_debrief_tells_what_anybody_saw(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why it is closed, and figures; nothing of the cause, and no draft that tells it."""
    seal = Seal("Sealed until the other drill of block 3 is done.")
    monkeypatch.setattr("gameday.reports.case.seal_on", lambda folder: seal)
    async with debriefing(run_folder) as room:
        await room.until(lambda: "Sealed until the other drill" in room.drawn())
        assert "time to mitigate" in room.drawn()
        await room.press("5", "e")
        assert "cache" not in room.drawn()
        assert not (run_folder / POSTMORTEM_FILE).exists()


async def test_the_question_mark_tells_the_keys(run_folder: Path) -> None:
    async with debriefing(run_folder) as room:
        await room.press("question_mark")
        assert "edit the postmortem" in room.drawn()


async def test_leaving_leads_home(run_folder: Path) -> None:
    async with debriefing(run_folder) as room:
        await room.press("q")
        assert isinstance(room.app.screen, HomeScreen)


async def test_who_leaves_while_it_is_read_is_told_nothing_of_it(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal comes back to a screen that is gone: no traceback."""
    reading, left = threading.Event(), threading.Event()

    def slow(folder: Path) -> Case:
        reading.set()
        left.wait(20)
        return open_case(folder)

    monkeypatch.setattr("gameday.tui.screens.debrief.open_case", slow)
    session = FakeSession()
    app = still(GamedayApp(now=session.now, house=FakeHouse(session)))
    async with app.run_test() as pilot:
        screen = DebriefScreen(run_folder, CODENAME)
        await app.push_screen(screen)
        assert await asyncio.to_thread(reading.wait, 20)
        await screen.query_one("#pages").remove()
        left.set()
        await pilot.app.workers.wait_for_complete()
