"""The debrief of the drill that was just played, as the reports make it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from rich.console import RenderableType
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from gameday.errors import GamedayError
from gameday.text import plain
from gameday.tui.words import MUTED, row


def load(run_folder: Path) -> RenderableType:
    """The debrief of a run, to be drawn.

    Raises:
        BadJournal: the journal cannot be read or is not of a finished drill.
    """
    from gameday.drill.projection import project, score_run
    from gameday.journal import read
    from gameday.reports.debrief import debrief

    recorded = read(run_folder)
    return debrief(recorded, project(recorded), score_run(run_folder))


class DebriefScreen(Screen[None]):
    """Scrolls with the usual keys; `q` goes home."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter,ctrl+q", "app.quit", "Quit", key_display="q"),
    ]
    AUTO_FOCUS = "#debrief"

    def __init__(self, run_folder: str, codename: str) -> None:
        super().__init__()
        self._run_folder = Path(run_folder)
        self._codename = codename

    def compose(self) -> ComposeResult:
        yield Static(
            row(
                (f" {self._codename} ", "bold $block-cursor-foreground on $primary"),
                ("  the drill is over", "bold"),
                (f"   {plain(str(self._run_folder.name))}   the arrow and page keys scroll", MUTED),
            ),
            id="debrief-title",
        )
        with VerticalScroll(id="debrief"):
            yield Static(row(("reading the journal…", MUTED)), id="debrief-text")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self._load()

    @work(name="debrief")
    async def _load(self) -> None:
        try:
            report: RenderableType | Content = await asyncio.to_thread(load, self._run_folder)
        except GamedayError as error:
            report = Content(plain(str(error)))
        self.query_one("#debrief-text", Static).update(report)
