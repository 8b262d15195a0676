"""What home waits for before it is there: as little as can be."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import get_args

import pytest

from gameday.journal.events import Mode
from gameday.tui.widgets.home import MODES

_HOME = "gameday.cli.screen, gameday.cli.who, gameday.tui.screens.home"


def run(code: str) -> int:
    return subprocess.run([sys.executable, "-c", code], check=False).returncode


@pytest.mark.parametrize(
    "heavy", ["pydantic", "yaml", "httpx", "sqlalchemy", "docker", "scipy", "gameday.tui.screens.room"]
)
def test_home_is_there_before_what_a_drill_needs(heavy: str) -> None:
    """Events, records and runtimes are imported once home is painted."""
    assert run(f"import sys, {_HOME}; sys.exit({heavy!r} in sys.modules)") == 0


def test_home_knows_every_mode() -> None:
    """It tells of them without the events, which take long to import."""
    assert set(MODES) == set(get_args(Mode))


def test_what_was_there_at_the_start_is_never_walked_again() -> None:
    """Nothing is collected until the first picture; afterwards only what came since."""
    code = """
import gc, sys
from gameday.tui import collector
collector.settle()
untouched = gc.isenabled() and gc.get_freeze_count() == 0
collector.hold()
held = not gc.isenabled()
collector.settle()
sys.exit(not (untouched and held and gc.isenabled() and gc.get_freeze_count() > 1000))
"""
    assert run(code) == 0


@pytest.mark.parametrize(("given", "frames"), [({}, 240), ({"TEXTUAL_FPS": "30"}, 30)])
def test_the_room_is_painted_as_often_as_it_may_change(given: dict[str, str], frames: int) -> None:
    """A key waits for less than a frame of Textual's sixty a second; who wants another rate has it."""
    code = "import sys, gameday.tui.app; from textual.constants import MAX_FPS; sys.exit(MAX_FPS % 256)"
    environment = {name: value for name, value in os.environ.items() if name != "TEXTUAL_FPS"} | given
    assert subprocess.run([sys.executable, "-c", code], check=False, env=environment).returncode == frames
