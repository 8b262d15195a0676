"""The pages of the leads' screen: the report's drawings for a terminal, drawn again for every width."""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, RenderResult
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from gameday.reports.leads.page import ReportPage
from gameday.reports.leads.page_text import Drawing


class Drawn:
    """A page of the report as a rich renderable that learns its width when it is drawn."""

    def __init__(self, page: ReportPage, drawing: Drawing) -> None:
        self._page = page
        self._drawing = drawing

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self._drawing(self._page, options.max_width)


class ReadingPage(VerticalScroll):
    """One page to read, and to scroll."""

    def __init__(self, page: ReportPage, drawing: Drawing, *, id: str) -> None:
        super().__init__(id=id)
        self._drawn = Drawn(page, drawing)

    def compose(self) -> ComposeResult:
        yield Static(self._drawn)
