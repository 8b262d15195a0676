"""Shows how a company comes up: a row a part, with the step that it is at."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace

from rich.console import Console
from rich.live import Live
from rich.table import Table

from sandbox.runtime.base import Progress, Step

_SIGNS: dict[Step, str] = {"create": "·", "start": "▸", "wait": "…", "ready": "✓"}


class Board:
    """What each part said last. Safe to be told from several threads."""

    def __init__(self, live: Live | None = None) -> None:
        self._live = live
        self._lock = threading.Lock()
        self._rows: dict[str, Progress] = {}
        self._elapsed_s = 0.0

    def report(self, progress: Progress) -> None:
        with self._lock:
            before = self._rows.get(progress.service)
            self._elapsed_s = max(self._elapsed_s, progress.elapsed_s)
            if before is not None and before.step == "ready" == progress.step:
                return
            self._rows[progress.service] = progress
            table = self.table()
        if self._live is not None:
            self._live.update(table)

    def say(self, part: str, step: Step, detail: str) -> None:
        """A part that no runtime knows of."""
        self.report(replace(Progress(part, step, self._elapsed_s), detail=detail))

    def table(self) -> Table:
        """A row a part in the order in which they were first heard of, and what has passed."""
        ready = sum(row.step == "ready" for row in self._rows.values())
        title = f"{self._elapsed_s:.1f} s, {ready} of {len(self._rows)} ready"
        table = Table(title=title, title_justify="left", box=None, show_header=False, pad_edge=False)
        for name, row in self._rows.items():
            style = "dim" if row.step == "ready" else ""
            table.add_row(_SIGNS[row.step], name, row.step, f"{row.elapsed_s:.1f} s", row.detail, style=style)
        return table


@contextlib.contextmanager
def shown(console: Console) -> Iterator[Board]:
    """A board on the terminal while it lasts; where there is none, nothing is shown."""
    if not console.is_terminal:
        yield Board()
        return
    with Live(console=console, refresh_per_second=8, transient=True) as live:
        yield Board(live)
