"""Opens the terminal's screens: a drill alone, or home, from where drills are played and looked back on.

What conducts a drill is imported when one is opened, so that home is there at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from gameday.tui import collector
from gameday.tui.app import GamedayApp
from gameday.tui.house import OwnHouse
from gameday.tui.messages import Revisit

if TYPE_CHECKING:
    from gameday.drill.conductor import Conductor
    from gameday.drill.rules import Rules

SCREEN_REFLECTS_WITHIN_S = 180.0


def play_on_screen(rules: Rules, runtime: str, console: Console) -> None:
    """Play a new drill, and leave when its debrief is left."""
    from gameday.cli.play import open_session

    session = open_session(rules, runtime, console, reflect_within_s=SCREEN_REFLECTS_WITHIN_S)
    show(session, rules.engineer, console, runtime)


def show(session: Conductor, engineer: str, console: Console, runtime: str = "auto") -> None:
    """Play one drill in the room, and leave when its debrief is left."""
    _run(GamedayApp(session, house=OwnHouse(engineer, runtime)), console)


def come_home(engineer: str, runtime: str) -> None:
    """Open the home screen, until it is left."""
    _run(GamedayApp(house=OwnHouse(engineer, runtime)), Console(stderr=True))


def look_back(folder: Path, engineer: str) -> None:
    """Show a past drill as the room was, and leave when that is left."""
    from gameday.journal.manifest import read_manifest

    visit = Revisit(folder, read_manifest(folder).codename, replay=True)
    _run(GamedayApp(house=OwnHouse(engineer), visit=visit), Console(stderr=True))


def _run(app: GamedayApp, console: Console) -> None:
    collector.hold()
    app.run()
    if app.unkept:
        from gameday.cli.play import put_on_record

        # It was told to end before it could keep the drill, or the drill broke.
        put_on_record(Path(app.unkept), console)
    if app.played and app.failure is None:
        console.print(f"Kept in {app.played}; `gameday debrief last` shows it again.", highlight=False)
    sys.exit(app.return_code)
