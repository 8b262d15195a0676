"""Plays a drill in the war room."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console

from gameday.cli.play import keep_reports, open_session, put_on_record
from gameday.drill.rules import Rules
from gameday.errors import BadJournal

_REFLECT_WITHIN_S = 180.0


def play_on_screen(rules: Rules, runtime: str, console: Console) -> None:
    """Open the room, and afterwards keep the reports of a drill that came to an end."""
    from gameday.tui.app import GamedayApp

    session = open_session(rules, runtime, console, reflect_within_s=_REFLECT_WITHIN_S)
    app = GamedayApp(session)
    app.run()
    folder = Path(session.run_folder)
    if app.failure is not None:
        put_on_record(folder, console)
        # The app has said why, in one sentence, once the terminal was itself again.
        sys.exit(app.return_code)
    try:
        keep_reports(folder)
    except BadJournal as reason:
        console.print(f"No score: {reason}", highlight=False)
    put_on_record(folder, console)
    console.print(f"Kept in {folder}; `gameday debrief last` shows it again.", highlight=False)
    sys.exit(app.return_code)
