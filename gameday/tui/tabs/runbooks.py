"""What the company wrote down about its alerts, and the briefing; some of it is out of date, as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from gameday.tui.state import RoomState
from gameday.tui.tabs.base import Looked, Tab
from gameday.tui.widgets.rows import RowsView
from gameday.tui.words import MUTED, Styled, column, row

BRIEFING = "the briefing"
_MARKED = re.compile(r"(`[^`]+`|\*\*[^*]+\*\*|(?<![\w*])\*[^*\s][^*]*\*(?![\w*]))")
_STYLES = {"`": "bold $text-primary", "**": "bold", "*": "italic"}


class RunbooksTab(Tab):
    """Names, and below them the page that is open."""

    DEFAULT_CSS = """
    RunbooksTab {
        #runbooks-rows { height: auto; max-height: 30%; }
        #runbook-page { padding: 0 1; }
    }
    """
    TARGET: ClassVar[str] = "#runbooks-rows"

    _drawn: tuple[tuple[str, str], ...] | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="runbooks-status", classes="status")
        yield RowsView(id="runbooks-rows")
        with VerticalScroll(id="runbook-page", classes="pane"):
            yield Static(id="runbook-text")

    @property
    def _pages(self) -> tuple[tuple[str, str], ...]:
        return ((BRIEFING, self.room.briefing), *self.room.runbooks)

    def watch_room(self, room: RoomState) -> None:
        pages = self._pages
        if self.is_mounted and self._drawn != pages:
            self._drawn = pages
            view = self.query_one(RowsView)
            widest = max(len(name) for name, _ in pages)
            view.show([row(f"{name:<{widest}}  ", (_title(text), MUTED)) for name, text in pages])
            view.styles.height = min(len(pages), 8)
            self._show(view.cursor)
            self.say(
                ("the company's own pages, of uneven age; arrows choose, enter reads", "$foreground 60%")
            )

    @on(RowsView.Moved)
    def moved(self, event: RowsView.Moved) -> None:
        event.stop()
        self._show(event.index)

    @on(RowsView.Selected)
    def read(self, event: RowsView.Selected) -> None:
        """The focus goes to the page, to scroll it."""
        event.stop()
        name = self._pages[event.index][0]
        if name != BRIEFING:
            self.post_message(Looked(f"runbook {name}"))
        self.query_one("#runbook-page").focus()

    def back(self) -> bool:
        was = self.query_one("#runbook-page").has_focus
        if was:
            self.query_one(RowsView).focus()
        return was

    def _show(self, at: int) -> None:
        pages = self._pages
        text = pages[at][1] if at < len(pages) else ""
        self.query_one("#runbook-text", Static).update(column(list(page(text))))

    def evidence(self) -> str:
        at = self.query_one(RowsView).cursor
        return f"runbook {self._pages[at][0]}" if 0 < at < len(self._pages) else ""


def _title(text: str) -> str:
    """What a runbook calls itself; empty if it has no heading."""
    first = text.partition("\n")[0]
    return first.lstrip("# ").removeprefix("Runbook: ") if first.startswith("#") else ""


def page(text: str) -> Iterator[Content]:
    """Markdown as a person reads it: headings bold, emphasis and code as such, nothing hidden."""
    code = False
    for line in text.splitlines():
        if line.startswith("```"):
            code = not code
            continue
        if code:
            yield row(("  " + line, "$text-primary"))
        elif line.startswith("#"):
            yield row((line.lstrip("# "), "bold $text-accent"))
        else:
            yield _inline(line)


def _inline(line: str) -> Content:
    bullet = re.match(r"(\s*)[-*] ", line)
    if bullet:
        line = f"{bullet[1]}• {line[bullet.end() :]}"
    pieces = _MARKED.split(line)
    return row(*(_styled(piece) if at % 2 else piece for at, piece in enumerate(pieces)))


def _styled(marked: str) -> Styled:
    mark = next(mark for mark in _STYLES if marked.startswith(mark))
    return marked[len(mark) : -len(mark)], _STYLES[mark]
