"""A whole drill in a real terminal: from `gameday` to the debrief and home again, on a real company."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills.playing import Gameday
from tests.drills.terminal import SHELL, Terminal
from tests.waiting import wait_until


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    if not Terminal.here():
        pytest.skip("tmux is not here: apt-get install tmux")
    opened = Terminal(tmp_path)
    yield opened
    opened.close()


@pytest.mark.process
@pytest.mark.timeout(420)
def test_from_home_through_a_drill_to_its_debrief_and_out(terminal: Terminal, gameday: Gameday) -> None:
    """Keys in, screen out: every screen comes, a resize is survived, and the terminal is as it was."""
    words = [sys.executable, "-m", "gameday", "--runtime", "process"]
    terminal.run(words, gameday.environment | {"TERM": "xterm-256color", "EDITOR": "sed -i 1i-edited"})
    terminal.until("Your first drill")
    terminal.until("cache-loss .*(proven|variants)")
    terminal.press("l", "Down", "Enter")
    terminal.until("Play this pack")
    terminal.press("y")
    terminal.until("The company")
    terminal.until("press enter when you are ready", 120)
    terminal.press("Enter")
    terminal.until("on call", 120)
    terminal.until("PAGE", 150)
    terminal.press("a")
    terminal.until("acknowledged")
    terminal.press("i")
    terminal.until("⏎ Run")
    terminal.type("status")
    terminal.until("❯ status")
    terminal.press("Enter")
    wait_until(lambda: "operated" in {event["kind"] for event in gameday.journal()}, 60)
    terminal.press("Escape")
    terminal.until("Stand down")
    terminal.resize(80, 24)
    terminal.until("5 Side|8 Side")
    terminal.resize(120, 36)
    terminal.until("╭─ Alerts")
    terminal.press("s")
    terminal.until(r"Stand down\?")
    terminal.press("y")
    terminal.until("How did it feel", 60)
    terminal.type("3")
    terminal.press("Enter")
    terminal.until("The capacity problem that was a cache", 120)
    terminal.press("Space")
    terminal.press("2")
    terminal.until("served.*[▁-█]")
    terminal.press("3")
    terminal.until("▲onset")
    terminal.press("4")
    terminal.until("felt time")
    terminal.press("e")
    terminal.until("(?m)^ *-edited")
    terminal.press("r")
    terminal.until("‖ paused")
    terminal.press("n", "n")
    terminal.until("the page")
    terminal.press("q")
    terminal.until("Past drills(.|\n)*spoiled")
    terminal.press("q")
    terminal.until(f"{SHELL}, code 0")
    assert terminal.restored
    (folder,) = (gameday.data / "runs").iterdir()
    assert (folder / "postmortem.md").read_text(encoding="utf-8").startswith("-edited")
    assert (folder / "series.json").is_file()
    gameday.assert_nothing_left()


@pytest.mark.process
@pytest.mark.timeout(240)
def test_a_terminal_that_goes_away_leaves_nothing(terminal: Terminal, gameday: Gameday) -> None:
    """Whoever closes the window in the middle of a start leaves no process behind."""
    words = [sys.executable, "-m", "gameday", "drill", "cache-loss", "--runtime", "process"]
    terminal.run(words, gameday.environment)
    terminal.until("of .* ready", 60)
    terminal.close()
    wait_until(lambda: not gameday.processes(), 60.0)
    wait_until(lambda: not any((gameday.state / "sandboxes").iterdir()), 60.0)
    gameday.assert_nothing_left()


@pytest.mark.process
@pytest.mark.timeout(420)
def test_a_fault_that_is_killed_ends_the_drill_with_a_sentence(terminal: Terminal, gameday: Gameday) -> None:
    """The process that holds the fault dies under an open room: home says so, and nothing is left."""
    words = [sys.executable, "-m", "gameday", "--runtime", "process"]
    terminal.run(words, gameday.environment | {"TERM": "xterm-256color"})
    terminal.until("cache-loss .*(proven|variants)")
    terminal.press("l", "Down", "Enter")
    terminal.until("Play this pack")
    terminal.press("y")
    terminal.until("press enter when you are ready", 120)
    terminal.press("Enter")
    terminal.until("PAGE", 270)
    (worker,) = (gameday.state / "done").glob("*.worker")
    os.kill(json.loads(worker.read_text(encoding="utf-8"))[0], signal.SIGKILL)
    terminal.until("kept the company broken ended before the drill did", 60)
    terminal.until("Past drills")
    terminal.press("q")
    terminal.until(f"{SHELL}, code 0")
    assert terminal.restored
    gameday.assert_nothing_left()
