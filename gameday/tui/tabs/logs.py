"""The live log as a tab."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from gameday.drill.views import Views
from gameday.text import one_line
from gameday.tui.logs import LogBuffer, LogFilter
from gameday.tui.tabs.base import Looked, Tab
from gameday.tui.widgets.log_view import LogPane, LogView


class LogsTab(Tab):
    LINE: ClassVar[str] = "logs all"
    TARGET: ClassVar[str] = "#log-view"

    def __init__(
        self, views: Callable[[], Views], logs: LogBuffer, now: Callable[[], float], *, id: str
    ) -> None:
        super().__init__(views, id=id)
        self._logs = logs
        self._now = now

    def compose(self) -> ComposeResult:
        yield LogPane(self._logs, self._now)

    def search(self) -> None:
        self.query_one(LogPane).ask()

    def back(self) -> bool:
        return self.query_one(LogPane).close()

    @on(LogPane.Filtered)
    def filtered(self, event: LogPane.Filtered) -> None:
        event.stop()
        self.post_message(Looked(as_line(event.wanted)))

    def evidence(self) -> str:
        item = self.query_one(LogView).in_hand
        return "" if item is None else f"{one_line(item.service)}-{item.replica} {item.message()}"


def as_line(wanted: LogFilter) -> str:
    """The `ops` line that looks for the same, as far as `ops` can: of several services it takes all."""
    service = next(iter(wanted.services)) if len(wanted.services) == 1 else "all"
    words = f" '{' '.join(wanted.words)}'" if wanted.words and "'" not in "".join(wanted.words) else ""
    return f"logs {service}{words}{f' --level {wanted.level}' if wanted.level else ''}"
