"""The leads' screen: the report for a lead who has five minutes, a page for each question."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Static

from gameday.text import one_line
from gameday.tui.house import House
from gameday.tui.leads import Leads
from gameday.tui.screens.keys import explain
from gameday.tui.widgets.key_footer import KeyFooter
from gameday.tui.widgets.key_line import Pressable, page_titles
from gameday.tui.words import MUTED, row

if TYPE_CHECKING:
    from gameday.reports.leads.page import ReportPage

PAGES = {
    "short": "In short",
    "practice": "By hand",
    "comparison": "AI or not",
    "reliance": "Reliance",
    "families": "Families",
    "next": "Next",
}
KEYS = (
    ("1 to 6", "the pages: in short, by hand, AI or not, reliance, families, next"),
    ("tab", "the next page"),
    ("up down", "scroll; page up and page down by screens"),
    ("n", "codenames instead of names, and back"),
    ("ctrl+t", "light or dark"),
    ("q", "leave"),
)
NOTE = (
    "Nobody is ranked: people stand in the order of names. The same as one page to print or send: "
    "`gameday report --html FILE`. How it is reckoned: docs/comparison.md."
)
_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]


class LeadsScreen(Screen[None]):
    """Pages of one report, read and computed in a thread."""

    CSS_PATH = "leads.tcss"
    HORIZONTAL_BREAKPOINTS = _BREAKPOINTS
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"page('{page}')", show=False) for number, page in enumerate(PAGES, 1)),
        Binding("tab", "turn(1)", "Next page"),
        Binding("shift+tab", "turn(-1)", show=False),
        Binding("n", "names", "Names or codenames"),
        Binding("question_mark", "explain", "Help", key_display="?"),
        Binding("q,escape", "app.home", "Leave", key_display="q"),
    ]

    page: reactive[str] = reactive("short", init=False)

    def __init__(self, house: House) -> None:
        super().__init__()
        self._house = house
        self._pseudonyms = False
        self._reading = False

    def compose(self) -> ComposeResult:
        yield Static(id="leads-title")
        yield Static(id="leads-simulated")
        yield Pressable(id="leads-tabs")
        yield Static(id="leads-said")
        yield ContentSwitcher(id="leads-pages")
        yield KeyFooter(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self._draw_tabs()
        self._read()

    # Reading, in a thread

    @work(name="leads")
    async def _read(self) -> None:
        self._reading = True
        self.refresh_bindings()
        # What was shown goes first, so that names are gone as soon as codenames are asked for.
        await self._show(Leads())
        self._say("reading the records and reckoning…", MUTED)
        found = await asyncio.to_thread(self._house.leads, pseudonyms=self._pseudonyms)
        self._reading = False
        self.refresh_bindings()
        await self._show(found)

    async def _show(self, found: Leads) -> None:
        switcher = self.query_one("#leads-pages", ContentSwitcher)
        switcher.current = None
        await switcher.remove_children()
        self._draw_title(found.page)
        self._draw_simulated(found.page)
        self._say(one_line(found.trouble), "$text-warning")
        if found.page is not None:
            await self._mount_pages(switcher, found.page)
            self.watch_page(self.page)

    async def _mount_pages(self, switcher: ContentSwitcher, report: ReportPage) -> None:
        from gameday.reports.leads import page_text
        from gameday.tui.widgets.leads import ReadingPage

        drawings = (
            page_text.in_short,
            page_text.practice,
            page_text.comparison,
            page_text.reliance,
            page_text.hurting,
            page_text.what_next,
        )
        pages = [ReadingPage(report, drawing, id=page) for page, drawing in zip(PAGES, drawings, strict=True)]
        for page in pages:
            page.display = False
        await switcher.mount_all(pages)

    # Drawing

    def _draw_title(self, report: ReportPage | None) -> None:
        about = ""
        if report is not None:
            drills, people = report.comparison.comparison.drills, len(report.currency.engineers)
            about = f"{drills:,} drills, {people:,} engineers, on {report.currency.on}"
        codenames = "   in codenames" if self._pseudonyms else ""
        title = row(
            (" TEAM ", "bold $block-cursor-foreground on $primary"),
            ("  for leads", "bold"),
            (f"   {about}{codenames}", MUTED),
        )
        self.query_one("#leads-title", Static).update(title)

    def _draw_simulated(self, report: ReportPage | None) -> None:
        banner = self.query_one("#leads-simulated", Static)
        banner.display = report is not None and report.simulated
        if banner.display:
            from gameday.reports.leads.practising_text import SIMULATED

            banner.update(SIMULATED)

    def _say(self, words: str, style: str) -> None:
        said = self.query_one("#leads-said", Static)
        said.display = bool(words)
        said.update(row((words, style)))

    def _draw_tabs(self) -> None:
        self.query_one("#leads-tabs", Pressable).update(page_titles(PAGES, self.page), layout=False)

    def watch_page(self, page: str) -> None:
        self._draw_tabs()
        if self.query(f"#{page}"):
            self.query_one("#leads-pages", ContentSwitcher).current = page
            self.query_one(f"#{page}").focus()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # One reading at a time; a second one would only make both slower.
        return None if action == "names" and self._reading else True

    def action_page(self, page: str) -> None:
        self.page = page

    def action_turn(self, by: int) -> None:
        pages = tuple(PAGES)
        self.page = pages[(pages.index(self.page) + by) % len(pages)]

    def action_names(self) -> None:
        self._pseudonyms = not self._pseudonyms
        self._read()

    def action_explain(self) -> None:
        explain(self, "Team", KEYS, NOTE)
