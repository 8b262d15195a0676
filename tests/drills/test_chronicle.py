"""What happened is told to those who come late as it was told to the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from gameday.drill.chronicle import Chronicle
from gameday.drill.session import SignalSample
from gameday.journal import Journal, ManualClock
from gameday.journal.events import Entry, Event
from sandbox.runtime.base import LogLine
from tests.builders import START, pinned, second_of_sli, wrong_hint


class Heard:
    def __init__(self) -> None:
        self.events: list[tuple[Entry, Event]] = []

    def on_event(self, entry: Entry, event: Event) -> None:
        self.events.append((entry, event))

    def on_logs(self, lines: Sequence[LogLine]) -> None:
        """Not looked at."""

    def on_signals(self, sample: SignalSample) -> None:
        """Not looked at."""


async def test_who_comes_late_hears_the_same(tmp_path: Path) -> None:
    """Each event with its type and its envelope, in order."""
    early, late = Heard(), Heard()
    with Journal(tmp_path, "run-1", ManualClock(START)) as journal:
        chronicle = Chronicle(journal, lambda entry, event: None)
        chronicle.open(asyncio.get_running_loop(), lambda failure: None)
        chronicle.listen(early)
        said = [second_of_sli(7, good=0.5, lost=2.5), wrong_hint(), pinned("arrivals are flat")]
        for event in said:
            chronicle.say(event)
        await asyncio.sleep(0)
        chronicle.listen(late)
    assert [event for _, event in early.events] == said
    assert late.events == early.events
