"""Golden signals of every service, one of them large, and whatever PromQL can say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var
from textual.suggester import Suggester
from textual.widgets import Input, Static

from gameday.drill.session import Vocabulary
from gameday.drill.views import Changed, Plotted, Views
from gameday.text import one_line
from gameday.tui.completion import History
from gameday.tui.history import SignalHistory
from gameday.tui.plot import Mark
from gameday.tui.promql import complete
from gameday.tui.state import RoomState
from gameday.tui.tabs.base import Looked, Tab
from gameday.tui.tabs.drawings import draw_plotted, draw_service, plotted_said, service_said
from gameday.tui.widgets.plot_view import PlotView
from gameday.tui.widgets.signal_board import SignalBoard
from gameday.tui.words import MUTED, Styled

SPAN_S = 300.0
"""What a query plots."""


class _Complete(Suggester):
    def __init__(self, field: PromInput) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._field = field

    async def get_suggestion(self, value: str) -> str | None:
        return self._field.completed(value)


class PromInput(Input):
    """One expression; up and down recall, tab completes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete"),
        Binding("up", "recall(-1)", "History"),
        Binding("down", "recall(1)", "Newer", show=False),
    ]

    def __init__(self, services: Sequence[str]) -> None:
        super().__init__(
            placeholder="PromQL; tab completes, enter plots the last five minutes",
            suggester=_Complete(self),
            compact=True,
            select_on_focus=False,
            id="promql",
            classes="field",
        )
        self._services = tuple(services)
        self.names: tuple[str, ...] = ()
        self.history = History()

    def completed(self, text: str) -> str | None:
        return complete(text, self.names, self._services)

    def _put(self, text: str) -> None:
        self.value = text
        self.cursor_position = len(text)

    def action_complete(self) -> None:
        self._put(self.completed(self.value) or self.value)

    def action_recall(self, direction: int) -> None:
        self._put((self.history.older if direction < 0 else self.history.newer)(self.value))


class SignalsTab(Tab):
    """The board of all services, the plots of one, or the answer to a query."""

    EVERY_S: ClassVar[float | None] = 5.0
    LINE: ClassVar[str] = "top"
    TARGET: ClassVar[str] = "#signal-board"

    history: var[SignalHistory] = var(SignalHistory(), always_update=True)
    changes: var[tuple[Changed, ...]] = var((), always_update=True)
    showing: var[str] = var("board", init=False)
    """`board`, `service` or `query`."""

    class Answered(Message):
        """What a query found."""

        def __init__(self, plotted: Plotted) -> None:
            self.plotted = plotted
            super().__init__()

    class Named(Message):
        """What there is to measure."""

        def __init__(self, names: tuple[str, ...]) -> None:
            self.names = names
            super().__init__()

    def __init__(self, views: Callable[[], Views], vocabulary: Vocabulary, *, id: str) -> None:
        super().__init__(views, id=id)
        self._vocabulary = vocabulary
        self._service = ""
        self._promql = ""
        self._plotted: Plotted | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="signals-status", classes="status")
        board = SignalBoard(id="signal-board")
        yield board.data_bind(SignalsTab.room, SignalsTab.history, SignalsTab.changes)
        yield PlotView(id="signal-plot")
        yield PromInput(tuple(self._vocabulary.components))

    def on_mount(self) -> None:
        self.query_one("#signal-plot").display = False
        self.query_one(PromInput).display = False
        self._tell()

    # What is shown

    def watch_showing(self, showing: str) -> None:
        self.query_one(SignalBoard).display = showing == "board"
        self.query_one(PlotView).display = showing != "board"
        self.query_one(PromInput).display = showing == "query"
        self._draw()

    def watch_history(self, history: SignalHistory) -> None:
        if self.is_mounted and self.showing == "service" and self.is_on_screen:
            self._draw()

    def watch_changes(self) -> None:
        if self.is_mounted and self.showing != "board":
            self._draw()

    def _draw(self) -> None:
        plotted, marks = self._plotted, marks_of(self.room, self.changes)
        view = self.query_one(PlotView)
        if self.showing == "service":
            view.show(lambda width, height: draw_service(self.history, self._service, marks, width, height))
        elif self.showing == "query" and plotted is not None:
            view.show(lambda width, height: draw_plotted(plotted, marks, width, height))
        elif self.showing == "query":
            view.show(lambda width, height: [])
        self._tell()

    def _tell(self) -> None:
        pieces: dict[str, tuple[Styled, ...]] = {
            "board": (("enter opens a service, / asks PromQL; ▲ your writes, ◆ commits", MUTED),),
            "service": (
                (f"{self._service} ", "bold"),
                ("last 3 minutes; esc goes back, / asks PromQL", MUTED),
            ),
            "query": (
                ("PromQL ", "bold"),
                (one_line(self._promql), "$text-primary"),
                ("  esc goes back", MUTED),
            ),
        }
        self.say(*pieces[self.showing])

    @on(SignalBoard.Chosen)
    def open_service(self, event: SignalBoard.Chosen) -> None:
        event.stop()
        self._service = event.service
        self.showing = "service"
        self._draw()
        self.post_message(Looked("top"))
        self.query_one(PlotView).focus()

    def search(self) -> None:
        """The console."""
        self.showing = "query"
        self.write_in(self.query_one(PromInput))
        if not self.query_one(PromInput).names:
            self.look(lambda: self.views().metric_names(), self.Named)

    def back(self) -> bool:
        was, self.showing = self.showing, "board"
        self.trouble = ""
        if was != "board":
            self.query_one(SignalBoard).focus()
            self._tell()
        return was != "board"

    # The console

    @on(Named)
    def named(self, event: Named) -> None:
        self.query_one(PromInput).names = tuple(map(one_line, event.names))

    @on(Input.Submitted, "#promql")
    def ask(self, event: Input.Submitted) -> None:
        event.stop()
        promql = event.value.strip()
        if promql:
            self._promql = promql
            self.query_one(PromInput).history.add(promql)
            self.post_message(Looked(f"metrics {promql} --range {SPAN_S / 60:.0f}m"))
            self._query()

    def refresh_look(self) -> None:
        """A plotted query is asked again; the signals come by themselves."""
        if self.showing == "query" and self._promql and not self.trouble:
            self._query()

    def _query(self) -> None:
        promql = self._promql
        asked = self.look(lambda: self.views().metrics(promql, SPAN_S), self.Answered)
        if not asked:
            self.set_timer(0.2, self._query)

    @on(Answered)
    def answered(self, event: Answered) -> None:
        if event.plotted.promql == self._promql:
            self._plotted = event.plotted
            self._draw()

    def evidence(self) -> str:
        if self.showing == "query":
            return "" if self._plotted is None else plotted_said(self._plotted)
        service = self._service if self.showing == "service" else self.query_one(SignalBoard).service
        return service_said(self.history, service) if service else ""


def marks_of(room: RoomState, changes: Sequence[Changed]) -> tuple[Mark, ...]:
    """One's own writes and everybody's commits, as marks on the plots."""
    commits = [Mark(each.at, "◆", f"{one_line(each.author)}: {one_line(each.subject)}") for each in changes]
    writes = [Mark(each.wall, "▲", each.line) for each in room.operations if each.tier == "write"]
    return (*commits, *writes)
