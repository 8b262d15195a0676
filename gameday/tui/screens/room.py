"""The war room: everything known about the incident, and every way to answer it, on one screen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import var
from textual.widgets import ContentSwitcher
from textual.worker import Worker

from gameday.drill.commands import Look
from gameday.drill.session import Session
from gameday.drill.views import Changed, Views
from gameday.tui.history import SignalHistory
from gameday.tui.logs import LogBuffer
from gameday.tui.messages import Send
from gameday.tui.palette import RoomCommands
from gameday.tui.screens.deeds import Deeds
from gameday.tui.state import RoomState
from gameday.tui.tabs.base import Looked, Tab
from gameday.tui.tabs.changes import MOST, ChangesTab
from gameday.tui.tabs.logs import LogsTab
from gameday.tui.tabs.map import MapTab
from gameday.tui.tabs.runbooks import RunbooksTab
from gameday.tui.tabs.shell import ShellTab
from gameday.tui.tabs.signals import SignalsTab
from gameday.tui.tabs.traces import TracesTab
from gameday.tui.widgets.header import RoomHeader
from gameday.tui.widgets.hints import HintsPanel
from gameday.tui.widgets.key_footer import KeyFooter
from gameday.tui.widgets.key_line import Pressable, pressable
from gameday.tui.widgets.ops_line import OpsLine
from gameday.tui.widgets.pager import PagerStrip
from gameday.tui.widgets.side import Side
from gameday.tui.words import MUTED, row
from sandbox.errors import SandboxError

WIDE = 110
"""Columns from which the side has a column of its own."""
TABS = {
    "signals": "Signals", "logs": "Logs", "traces": "Traces", "map": "Map", "changes": "Changes",
    "runbooks": "Runbooks", "shell": "Shell", "side": "Side",
}  # fmt: skip
_SHORT = 3
"""Letters of a tab's title where not all of them fit."""
_AGAIN_S = 60.0
"""Looking at the same within so many seconds is one look in the record."""
_CHANGES_EVERY_S = 5.0
_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]


class RoomScreen(Deeds):
    """Lays out the widgets, and moves between them; they draw themselves."""

    LIVE: ClassVar[bool] = True
    """There is a drill whose record tells what was looked at."""
    HORIZONTAL_BREAKPOINTS = _BREAKPOINTS
    AUTO_FOCUS = ""
    COMMANDS: ClassVar[set[Any]] = {RoomCommands}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Find", key_display="/"),
        Binding("c", "clock", "Clock", show=False),
        *(Binding(str(number), f"tab('{tab}')", show=False) for number, tab in enumerate(TABS, 1)),
        Binding("escape", "release", show=False),
    ]

    signals: var[SignalHistory] = var(SignalHistory(), always_update=True)
    changes: var[tuple[Changed, ...]] = var((), always_update=True)
    clock_shown: var[bool] = var(True)
    tab: var[str] = var("signals", init=False)

    def __init__(self, session: Session, logs: LogBuffer, now: Callable[[], float]) -> None:
        super().__init__(session)
        self._logs = logs
        self._now = now
        self._looked: dict[str, float] = {}
        self._made: dict[str, Tab | Side] = {}
        self._looking: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield RoomHeader(self._now).data_bind(RoomScreen.room, RoomScreen.clock_shown)
        yield PagerStrip().data_bind(RoomScreen.room)
        with Horizontal(id="middle"):
            with Vertical(id="main"):
                yield Pressable(id="tabs")
                with ContentSwitcher(initial="signals"):
                    yield self._make("signals")
            yield Side(id="column").data_bind(RoomScreen.room)
        yield OpsLine(self._session.vocabulary)
        yield KeyFooter(compact=True, show_command_palette=self.LIVE)

    def _make(self, name: str) -> Tab | Side:
        """A tab, made when it is first opened: most drills need three of them, and the room opens sooner."""
        views = self._views
        made: dict[str, Callable[[], Tab | Side]] = {
            "signals": lambda: SignalsTab(views, self._session.vocabulary, id="signals"),
            "logs": lambda: LogsTab(views, self._logs, self._now, id="logs"),
            "traces": lambda: TracesTab(views, id="traces"),
            "map": lambda: MapTab(views, id="map"),
            "changes": lambda: ChangesTab(views, self._now, id="changes"),
            "runbooks": lambda: RunbooksTab(views, id="runbooks"),
            "shell": lambda: ShellTab(views, id="shell"),
            "side": lambda: Side(id="side"),
        }
        self._made[name] = made[name]()
        return self._made[name]

    def _views(self) -> Views:
        """Those of now: the session has none before the company runs, and none after."""
        return self._session.views

    def on_mount(self) -> None:
        self.install_forms()
        self.set_interval(_CHANGES_EVERY_S, self._follow_changes)
        self.call_after_refresh(self._follow_changes)
        self.call_after_refresh(self._begin)
        self._draw_tabs()
        self._tell()

    def _begin(self) -> None:
        """The keys that the open tab tells of work from the start."""
        if self.focused is None:
            self.rest()

    def _tell(self) -> None:
        """Hand what is known to the tab that is open; the others hear of it when they are."""
        opened = self._made.get(self.tab)
        if opened is None or not self.is_mounted:
            return
        if opened.room is not self.room:
            opened.room = self.room
        if isinstance(opened, SignalsTab):
            if opened.history is not self.signals:
                opened.history = self.signals
            if opened.changes is not self.changes:
                opened.changes = self.changes

    def _follow_changes(self) -> None:
        """The signals mark what changed, so the commits are looked at beside them too."""
        looking = self._looking is not None and not self._looking.is_finished
        if self.tab == "signals" and self.is_current and not looking:
            self._looking = self.run_worker(self._look_at_changes, name="look", group="changes")

    async def _look_at_changes(self) -> None:
        # A company that doesn't answer has no marks; the tab of changes says why.
        with suppress(SandboxError):
            self.post_message(ChangesTab.Seen(await self._views().changes(MOST)))

    @on(ChangesTab.Seen)
    def changed(self, event: ChangesTab.Seen) -> None:
        self.changes = event.changes

    def watch_signals(self) -> None:
        self._tell()

    def watch_changes(self) -> None:
        self._tell()

    def on_resize(self, event: events.Resize) -> None:
        # Where the keys of a drill take the whole line, the ops line's hint tells of the palette.
        self.query_one(KeyFooter).show_command_palette = self.LIVE and event.size.width >= WIDE
        if event.size.width >= WIDE and self.tab == "side":
            self.tab = "signals"
        self._draw_tabs()

    def watch_room(self, room: RoomState) -> None:
        if self.is_mounted:
            self._tell()
            self._draw_tabs()
            self.refresh_bindings()

    def watch_tab(self, tab: str) -> None:
        self.query_one(ContentSwitcher).current = tab
        self._tell()
        self.query_one(OpsLine).shell = tab == "shell"
        self._draw_tabs()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "tab" and parameters == ("side",):
            return self._narrow
        if action == "hints" and isinstance(self.focused, HintsPanel):
            return False
        return super().check_action(action, parameters)

    @property
    def _narrow(self) -> bool:
        return self.size.width < WIDE

    @property
    def _open(self) -> Tab | None:
        opened = self._made.get(self.tab)
        return opened if isinstance(opened, Tab) else None

    def in_hand(self) -> tuple[str, str]:
        return self.tab, "" if self._open is None else self._open.evidence()

    # Keys that only move about

    async def _go_to(self, tab: str) -> None:
        """Open a tab, and make it if it was never opened."""
        if tab not in self._made:
            made = self._make(tab)
            made.display = False
            await self.query_one(ContentSwitcher).mount(made)
        self.tab = tab

    async def action_tab(self, tab: str) -> None:
        await self._go_to(tab)
        opened = self._open
        if opened is None:
            self.set_focus(None)
            return
        self.query_one(opened.TARGET).focus()
        opened.entered()

    def action_search(self) -> None:
        if self._open is not None:
            self._open.search()

    @on(Looked)
    def looked(self, event: Looked) -> None:
        """Write it down, but not each time somebody passes by."""
        now = self._now()
        if self.LIVE and now - self._looked.get(event.line, float("-inf")) >= _AGAIN_S:
            self._looked[event.line] = now
            self.post_message(Send(Look(event.line), quiet=True))

    async def action_hints(self) -> None:
        if self._narrow:
            await self._go_to("side")
        panel = self.query_one("#side" if self._narrow else "#column").query_one(HintsPanel)
        panel.focus(scroll_visible=False)
        self.call_after_refresh(panel.scroll_visible, animate=False)

    def action_clock(self) -> None:
        self.clock_shown = not self.clock_shown

    def action_release(self) -> None:
        """Close what is open in the tab; else leave what is written in, or answered."""
        if self._open is None or not self._open.back():
            self.rest()

    @on(OpsLine.Left)
    def rest(self) -> None:
        """Give the keys to what the open tab shows; the room's own work beside them."""
        opened = self._open
        self.set_focus(None if opened is None else self.query_one(opened.REST or opened.TARGET))

    def _draw_tabs(self) -> None:
        drawn = self._tabs(len(max(TABS.values(), key=len)))
        if drawn.cell_length > self.size.width:
            drawn = self._tabs(_SHORT)
        self.query_one("#tabs", Pressable).update(drawn, layout=False)

    def _tabs(self, most: int) -> Content:
        """Every tab with at most so many letters of its title; that of the open one is whole."""
        pieces = []
        waits = self.room.waiting_hints or self.room.asked
        for number, (tab, title) in enumerate(TABS.items(), 1):
            if tab == "side" and not self._narrow:
                continue
            mark = "•" if tab == "side" and waits else ""
            if tab == self.tab:
                drawn = row((f" {number} {title}{mark} ", "bold $block-cursor-foreground on $primary"))
            else:
                space = " " if most > _SHORT else ""
                drawn = row((f" {number} {title[:most]}{mark}{space}", MUTED))
            pieces.append(pressable(drawn, f"screen.tab('{tab}')"))
        return row(*pieces)
