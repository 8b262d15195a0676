"""Plays a drill without a screen: from a script, narrated on standard error."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from gameday.cli.felt import REFLECT_WITHIN_S, Asking
from gameday.drill.commands import Reflect
from gameday.drill.conductor import Conductor
from gameday.drill.rules import Rules
from gameday.drill.script import Player, Step
from gameday.drill.seal import seal_on
from gameday.drill.session import Session, SignalSample
from gameday.drill.start import open_drill
from gameday.errors import DrillAborted
from gameday.journal.events import Entry, Event
from gameday.reports.keeping import keep_reports
from gameday.reports.narration import Narrator
from sandbox.runtime.base import LogLine
from sandbox.runtime.choose import choose, open_runtime
from sandbox.runtime.registry import new_id
from scoring.scorecard import Scorecard

_SCRIPT_REFLECTS_WITHIN_S = 10.0


class _Telling:
    """Prints the narration as the drill goes on."""

    def __init__(self, console: Console, *, reveal: bool, sealed: bool) -> None:
        self._console = console
        self._narrator = Narrator(reveal=reveal, sealed=sealed)

    def on_event(self, entry: Entry, event: Event) -> None:
        line = self._narrator.narrate(entry, event)
        if line is not None:
            self._console.print(line, soft_wrap=True)

    def on_logs(self, lines: Sequence[LogLine]) -> None:
        """Logs are not narrated."""

    def on_signals(self, sample: SignalSample) -> None:
        """Signals are not narrated."""


def open_session(rules: Rules, runtime: str, console: Console, *, reflect_within_s: float = 0.0) -> Conductor:
    """Choose the ground, say which and why, and open the drill on it."""
    choice = choose(runtime, lambda words: console.print(f"[dim]{words}[/]", highlight=False))
    console.print(f"[dim]runtime: {choice.kind}, because {choice.why}[/]", highlight=False)
    return open_drill(rules, open_runtime(choice.kind, new_id()), reflect_within_s=reflect_within_s)


async def conduct(session: Session, steps: Sequence[Step]) -> None:
    """The drill and its script side by side, until the drill ends; a script that fails ends it."""
    player = Player(session, steps)
    session.listen(player)
    drill = asyncio.create_task(session.run())
    script = asyncio.create_task(player.play())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, drill.cancel)
    try:
        await asyncio.wait({drill, script}, return_when=asyncio.FIRST_COMPLETED)
        if script.done() and script.exception() is not None:
            drill.cancel()
        await asyncio.wait({drill})
    finally:
        script.cancel()
        await asyncio.wait({script})
    if not script.cancelled():
        script.result()
    if drill.cancelled():
        raise DrillAborted("the drill was stopped; nothing was left behind")
    drill.result()


def reflects_within_s(steps: Sequence[Step]) -> float:
    """How long a drill without a screen waits to hear how it felt; 0 where nobody would answer."""
    if any(isinstance(step, Reflect) for step in steps):
        return _SCRIPT_REFLECTS_WITHIN_S
    return REFLECT_WITHIN_S if _somebody_is_there(steps) else 0.0


def _somebody_is_there(steps: Sequence[Step]) -> bool:
    return not steps and sys.stdin.isatty()


def play_headless(
    rules: Rules, runtime: str, steps: Sequence[Step], console: Console, *, reveal: bool = False
) -> tuple[Path, Scorecard]:
    """Play a new drill from a script and score it; see `play_out`."""
    session = open_session(rules, runtime, console, reflect_within_s=reflects_within_s(steps))
    return play_out(session, steps, console, reveal=reveal)


def play_out(
    session: Conductor, steps: Sequence[Step], console: Console, *, reveal: bool = False
) -> tuple[Path, Scorecard]:
    """Play a drill to its end from a script, and score it.

    Raises:
        DrillAborted: it was stopped by a signal.
        BadScript: a step of the script came to nothing.
        SandboxError: the sandbox did not come up, or broke under the drill.
    """
    folder = Path(session.run_folder)
    session.listen(_Telling(console, reveal=reveal, sealed=seal_on(folder) is not None))
    if _somebody_is_there(steps):
        session.listen(Asking(session, console))
    try:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(conduct(session, steps))
        return folder, keep_reports(folder)
    finally:
        put_on_record(folder, console)


def put_on_record(folder: Path, console: Console) -> None:
    """Put an ended drill, however it ended, into the records, or say why that failed."""
    from gameday.drill.recording import record

    trouble = record(folder)
    if trouble:
        console.print(trouble, style="yellow", highlight=False, markup=False, soft_wrap=True)
