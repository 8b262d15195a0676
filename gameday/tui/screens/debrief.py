"""The debrief of a drill: what it was, when what happened, what tells it apart, the score, the draft."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import ClassVar

from rich.console import RenderableType
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.css.query import NoMatches
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static

from gameday.drill.seal import DebriefSealed, Seal
from gameday.errors import GamedayError
from gameday.journal.reader import read
from gameday.reports.case import Case, case_of, open_case
from gameday.reports.debrief import sealed_debrief
from gameday.reports.postmortem import POSTMORTEM_FILE, write_postmortem
from gameday.text import plain
from gameday.tui.editor import edit
from gameday.tui.messages import Revisit
from gameday.tui.screens.keys import explain
from gameday.tui.widgets.debrief import ApartPage, DraftPage, ScorePage, TimelinePage, TruthPage
from gameday.tui.widgets.key_footer import KeyFooter
from gameday.tui.widgets.key_line import Pressable, page_titles
from gameday.tui.words import MUTED, row

PAGES = {
    "truth": "What it was",
    "timeline": "Timeline",
    "apart": "Told apart",
    "score": "Scorecard",
    "draft": "Postmortem",
}


KEYS = (
    ("1 to 5", "the pages: what it was, timeline, told apart, scorecard, postmortem"),
    ("tab", "the next page"),
    ("space", "the next step of the chain; end shows all of them"),
    ("up down", "another moment of the timeline, or scroll"),
    ("e", "edit the postmortem in your editor (VISUAL or EDITOR)"),
    ("r", "the room again as it was"),
    ("ctrl+t", "light or dark"),
    ("q", "leave"),
)
_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]


class DebriefScreen(Screen[None]):
    """Pages of one case, read in a thread."""

    CSS_PATH = "debrief.tcss"
    HORIZONTAL_BREAKPOINTS = _BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"page('{page}')", show=False) for number, page in enumerate(PAGES, 1)),
        Binding("tab", "turn(1)", "Next page"),
        Binding("shift+tab", "turn(-1)", show=False),
        Binding("e", "edit", "Edit the draft"),
        Binding("r", "replay", "Replay"),
        Binding("question_mark", "explain", "Help", key_display="?"),
        Binding("q,escape", "app.home", "Leave", key_display="q"),
    ]
    AUTO_FOCUS = ""

    page: reactive[str] = reactive("truth", init=False)

    def __init__(self, run_folder: Path, codename: str) -> None:
        super().__init__()
        self._run_folder = run_folder
        self._codename = codename
        self._case: Case | None = None

    def compose(self) -> ComposeResult:
        yield Static(
            row(
                (f" {plain(self._codename)} ", "bold $block-cursor-foreground on $primary"),
                ("  the drill is over", "bold"),
                (f"   {plain(self._run_folder.name)}", MUTED),
            ),
            id="debrief-title",
        )
        yield Pressable(id="debrief-tabs")
        yield Static(row(("reading the journal…", MUTED)), id="debrief-said")
        yield ContentSwitcher(id="pages")
        yield KeyFooter(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self._draw_tabs()
        self._load()

    @work(name="debrief")
    async def _load(self) -> None:
        # Whoever leaves while it is read takes the pages along.
        with contextlib.suppress(NoMatches):
            await self._open()

    async def _open(self) -> None:
        said = self.query_one("#debrief-said", Static)
        try:
            case = await asyncio.to_thread(open_case, self._run_folder)
        except DebriefSealed as sealed:
            said.update(await asyncio.to_thread(_left_open, self._run_folder, sealed.seal))
            return
        except GamedayError as error:
            said.update(Content(plain(str(error))))
            return
        said.display = False
        pages: tuple[Widget, ...] = (
            TruthPage(case, id="truth"),
            TimelinePage(case, id="timeline"),
            ApartPage(case, id="apart"),
            ScorePage(case, id="score"),
            DraftPage(id="draft"),
        )
        switcher = self.query_one("#pages", ContentSwitcher)
        for page in pages:
            page.display = False
        await switcher.mount_all(pages)
        self._case = case
        self.refresh_bindings()
        await self._read_draft()
        self.watch_page(self.page)

    async def _read_draft(self) -> None:
        try:
            text = await asyncio.to_thread(_draft_of, self._run_folder)
        except (OSError, GamedayError) as error:
            text = f"It cannot be read: {error}"
        self.query_one(DraftPage).show(self._run_folder / POSTMORTEM_FILE, text)

    def watch_page(self, page: str) -> None:
        self._draw_tabs()
        if self._case is None:
            return
        self.query_one("#pages", ContentSwitcher).current = page
        self.query_one("#moments" if page == "timeline" else f"#{page}").focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action not in ("edit", "replay") or self._case is not None

    def action_page(self, page: str) -> None:
        self.page = page

    def action_turn(self, by: int) -> None:
        pages = tuple(PAGES)
        self.page = pages[(pages.index(self.page) + by) % len(pages)]

    def action_explain(self) -> None:
        explain(self, "Debrief", KEYS)

    def action_replay(self) -> None:
        self.post_message(Revisit(self._run_folder, self._codename, replay=True))

    async def action_edit(self) -> None:
        """The terminal is the editor's until it is closed; nothing else runs now that could miss it."""
        self.page = "draft"
        trouble = edit(self.app, self._run_folder / POSTMORTEM_FILE)
        if trouble:
            self.notify(trouble, severity="warning", markup=False)
        await self._read_draft()

    def _draw_tabs(self) -> None:
        self.query_one("#debrief-tabs", Pressable).update(page_titles(PAGES, self.page), layout=False)


def _left_open(run_folder: Path, seal: Seal) -> RenderableType:
    """What a sealed debrief still shows."""
    return sealed_debrief(case_of(run_folder, read(run_folder), None), seal)


def _draft_of(run_folder: Path) -> str:
    """The postmortem as it is, or a new draft where there is none.

    Raises:
        BadJournal, OSError: it can be neither read nor made.
    """
    path = run_folder / POSTMORTEM_FILE
    if not path.exists():
        write_postmortem(run_folder)
    return path.read_text(encoding="utf-8", errors="replace")
