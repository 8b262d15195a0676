"""How the app ends: quitting, a session that fails, the debrief."""

from __future__ import annotations

from pathlib import Path

import pytest

from gameday.drill.commands import Acknowledge, Reflect
from gameday.errors import GamedayError
from gameday.journal.events import DrillEnded, Reflected, ReflectionAsked
from gameday.tui.app import GamedayApp
from gameday.tui.fake import FakeSession
from gameday.tui.screens.ask import LeavingScreen
from gameday.tui.screens.debrief import DebriefScreen
from gameday.tui.screens.reflect import ReflectScreen
from gameday.tui.screens.room import RoomScreen
from sandbox.errors import SandboxError
from tests.builders import hint_rejected
from tests.tui import scenes
from tests.tui.conftest import OpenRoom, still


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+c"])
async def test_quitting_asks_once_and_waits_for_the_cleanup(
    open_room: OpenRoom, session: FakeSession, key: str
) -> None:
    session.hold_cleanup()
    async with open_room(scenes.paged) as room:
        await room.press(key)
        assert "Leave the drill?" in room.drawn()
        assert not session.cancelled
        await room.press("y")
        assert isinstance(room.app.screen, LeavingScreen)
        assert "removing the sandbox…" in room.drawn()
        assert session.cancelled
        assert not session.cleaned_up
        await room.press(key)
        assert isinstance(room.app.screen, LeavingScreen)
        session.release_cleanup()
        await room.until(lambda: session.cleaned_up)
    assert session.cleaned_up
    assert room.app.return_code == 130


async def test_quitting_can_be_thought_better_of(open_room: OpenRoom, session: FakeSession) -> None:
    async with open_room(scenes.paged) as room:
        await room.press("ctrl+q", "n")
        assert isinstance(room.app.screen, RoomScreen)
        assert not session.cancelled


async def test_the_quit_key_twice_means_yes(open_room: OpenRoom, session: FakeSession) -> None:
    session.hold_cleanup()
    async with open_room(scenes.paged) as room:
        await room.press("i", "ctrl+c", "ctrl+c")
        assert session.cancelled
        session.release_cleanup()


async def test_whatever_ends_the_app_the_session_cleans_up(open_room: OpenRoom, session: FakeSession) -> None:
    async with open_room(scenes.paged) as room:
        room.app.exit()
    assert session.cleaned_up


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (SandboxError("edge did not come up"), 4, "edge did not come up"),
        (GamedayError("no such pack"), 2, "no such pack"),
        (RuntimeError("a [bug]"), 1, "RuntimeError: a [bug]"),
    ],
)
async def test_a_failing_session_ends_the_app_with_its_message(
    session: FakeSession, error: Exception, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is the error's; the error is there for the caller, and its text for the person."""
    app = still(GamedayApp(session, now=session.now))
    async with app.run_test() as pilot:
        session.fail(error)
        await pilot.pause()
        await pilot.pause()
    assert app.failure is error
    assert app.return_code == code
    assert said in capsys.readouterr().err


async def test_a_sandbox_that_fails_in_a_command_is_a_toast_and_no_crash(
    open_room: OpenRoom, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(command: object) -> None:
        raise SandboxError("the bastion does not answer")

    monkeypatch.setattr(session, "send", broken)
    async with open_room(scenes.paged) as room:
        await room.press("a")
        assert [toast.message for toast in room.app._notifications] == ["the bastion does not answer"]
        assert room.app.is_running


async def test_the_end_waits_for_the_cleanup_and_then_debriefs(tmp_path: Path) -> None:
    """The drill's end shows what is waited for, whatever form was open; then the truth is told."""
    hint_rejected().write(tmp_path)
    session = FakeSession(run_folder=str(tmp_path))
    app = still(GamedayApp(session, now=session.now))
    async with app.run_test(size=(120, 36)) as pilot:
        scenes.mitigated(session)
        await pilot.pause()
        await pilot.press("d")
        session.emit(DrillEnded(reason="resolved"))
        await pilot.pause()
        assert isinstance(app.screen, LeavingScreen)
        session.finish()
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, DebriefScreen)
        await pilot.pause()
        svg = app.export_screenshot()
        assert "capacity" in svg
        assert len(app.screen_stack) == 2
        await pilot.press("q")
    assert app.return_code == 0
    assert session.sent == []


async def test_a_debrief_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    session = FakeSession(run_folder=str(tmp_path / "nothing"))
    app = still(GamedayApp(session, now=session.now))
    async with app.run_test() as pilot:
        session.finish()
        await pilot.pause()
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, DebriefScreen)
        assert "nothing" in app.export_screenshot()


async def test_events_that_came_before_the_app_are_heard(session: FakeSession) -> None:
    """A session replays what already happened to whoever listens."""
    scenes.paged(session)
    app = still(GamedayApp(session, now=session.now))
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.pause()
        assert isinstance(app.screen, RoomScreen)
        await pilot.press("a")
        await pilot.pause()
        assert session.sent == [Acknowledge()]


async def test_it_is_asked_how_it_felt_with_no_clock_in_sight(
    open_room: OpenRoom, session: FakeSession
) -> None:
    """Minutes and a ratio; then the sandbox is waited for, as ever."""
    async with open_room(scenes.paged) as room:
        session.emit(DrillEnded(reason="resolved"), ReflectionAsked(ai=True))
        await room.settle()
        assert isinstance(room.app.screen, ReflectScreen)
        assert "KESTREL" not in room.drawn()
        await room.type("14")
        assert session.sent == []
        await room.type("1.5")
        assert session.sent == [Reflect(840.0, 1.5)]
        session.emit(Reflected(felt_s=840.0, without_ai=1.5))
        await room.settle()
        assert isinstance(room.app.screen, LeavingScreen)


async def test_tab_goes_from_one_figure_to_the_other(open_room: OpenRoom, session: FakeSession) -> None:
    async with open_room(scenes.paged) as room:
        session.emit(DrillEnded(reason="resolved"), ReflectionAsked(ai=True))
        await room.settle()
        await room.press("1", "0", "tab", "2", "enter")
        assert session.sent == [Reflect(600.0, 2.0)]


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
async def test_nobody_needs_to_say_how_it_felt(open_room: OpenRoom, session: FakeSession, key: str) -> None:
    """Leaving the question doesn't abort a drill that is over; without an AI there is only one figure."""
    async with open_room(scenes.paged) as room:
        session.emit(DrillEnded(reason="resolved"))
        await room.settle()
        session.emit(ReflectionAsked(ai=False))
        await room.settle()
        assert "without the AI" not in room.drawn()
        await room.press(key)
        assert session.sent == [Reflect()]
        assert not session.cancelled
