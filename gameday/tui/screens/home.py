"""Where one arrives: practise now, what one has played, what there is to play, and what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from gameday.text import one_line
from gameday.tui.house import Choice, Ground, House, Past, Shelved, Standing
from gameday.tui.messages import Practise, Revisit, ShowTeam
from gameday.tui.screens.ask import ConfirmScreen
from gameday.tui.screens.keys import explain
from gameday.tui.widgets.home import MODES, DrillList, PackList, PractiseCard, StandingPanel, StepsPanel
from gameday.tui.widgets.key_footer import KeyFooter
from gameday.tui.words import MUTED, column, row

if TYPE_CHECKING:
    from gameday.journal.events import Mode

_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
KEYS = (
    ("enter p", "a blind drill in the mode that is shown"),
    ("m", "another mode"),
    ("d", "your past drills: enter is the debrief, r the replay"),
    ("l", "the library: enter plays a pack by name, which spoils it"),
    ("t", "the team, for leads: who is current, what the AI is worth, which families hurt, what is next"),
    ("esc", "back to practising"),
    ("ctrl+t", "light or dark"),
    ("q", "quit"),
)
NOTE = "In a drill, ? tells the keys of the room. docs/drill.md tells how a drill goes."


class HomeScreen(Screen[None]):
    """Draws what the house says, each part as soon as it is known; enter practises."""

    CSS_PATH = "home.tcss"
    HORIZONTAL_BREAKPOINTS = _BREAKPOINTS
    AUTO_FOCUS = "PractiseCard"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "practise", "Practise"),
        Binding("m", "mode", "Mode"),
        Binding("d", "focus_on('#recent')", "Past drills"),
        Binding("l", "focus_on('#library')", "Library"),
        Binding("t", "team", "Team"),
        Binding("question_mark", "explain", "Help", key_display="?"),
        Binding("q", "app.quit", "Quit"),
        Binding("escape", "focus_on('#practise')", show=False),
    ]

    mode: reactive[Mode] = reactive("manual")
    past: reactive[Past | None] = reactive(None, init=False)
    standing: reactive[Standing | None] = reactive(None, init=False)
    ground: reactive[Ground | None] = reactive(None, init=False)
    library: reactive[tuple[Shelved, ...]] = reactive((), init=False)

    def __init__(self, house: House, said: Sequence[str] = ()) -> None:
        """Args:
        said: what is to be read on arrival, such as why a drill could not be played.
        """
        super().__init__()
        self._house = house
        self._said = tuple(one_line(each) for each in said)

    def compose(self) -> ComposeResult:
        yield Static(self._title(), id="home-title")
        yield self._said_in(Static(id="home-said"))
        with Horizontal(id="home-now"):
            yield PractiseCard(id="practise").data_bind(HomeScreen.mode, HomeScreen.ground)
            yield StandingPanel(id="standing").data_bind(HomeScreen.standing)
        with Horizontal(id="home-lists"):
            yield DrillList(id="recent").data_bind(HomeScreen.past)
            yield StepsPanel(id="steps-panel")
            yield PackList(id="library").data_bind(HomeScreen.library, HomeScreen.ground)
        yield KeyFooter(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#steps-panel").display = False
        # Reading imports and computes much; the screen is painted before.
        self.call_after_refresh(self._read)

    def _read(self) -> None:
        self._read_ground()
        self._read_past()
        self._read_library()

    # Reading, in threads

    @work(name="ground")
    async def _read_ground(self) -> None:
        self.ground = await asyncio.to_thread(self._house.ground)

    @work(name="past")
    async def _read_past(self) -> None:
        self.past = await asyncio.to_thread(self._house.past)
        # After it, since who stands how depends on what was just taken in.
        self.standing = await asyncio.to_thread(self._house.standing)

    @work(name="library")
    async def _read_library(self) -> None:
        self.library = await asyncio.to_thread(self._house.library)

    def watch_past(self, past: Past | None) -> None:
        """Somebody who has played nothing is shown how it works, where the past drills would be."""
        new = past is not None and not past.drills and not past.trouble
        self.query_one("#steps-panel").display = new
        self.query_one("#recent").display = not new
        self._draw()

    def watch_ground(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        self.query_one("#home-title", Static).update(self._title())
        self._said_in(self.query_one("#home-said", Static))

    def _said_in(self, said: Static) -> Static:
        """What is to be read on arrival or is missing, where there is any of it."""
        lines = [row(("! ", "bold $text-warning"), line) for line in self._lines()]
        said.display = bool(lines)
        said.content = column(lines)
        return said

    def _title(self) -> Content:
        ground = self.ground
        if ground is None:
            where = ("looking around…", MUTED)
        elif ground.kind:
            where = (f"✓ a company can run here ({ground.kind})", "$text-success")
        else:
            where = ("✗ no company can run here yet", "bold $text-error")
        return row((" GAMEDAY ", "bold $block-cursor-foreground on $primary"), "  ", where)

    def _lines(self) -> Iterable[str]:
        yield from self._said
        if self.ground is not None and not self.ground.kind:
            yield f"{one_line(self.ground.why)}. `gameday doctor --fix` fetches what can be had without root."
        if self.past is not None and self.past.trouble:
            yield f"Your past drills: {one_line(self.past.trouble)}."

    # Keys

    def action_explain(self) -> None:
        explain(self, "Home", KEYS, NOTE)

    def action_practise(self) -> None:
        self.post_message(Practise(Choice(self.mode)))

    def action_mode(self) -> None:
        modes = list(MODES)
        self.mode = modes[(modes.index(self.mode) + 1) % len(modes)]

    def action_team(self) -> None:
        self.post_message(ShowTeam())

    def action_focus_on(self, what: str) -> None:
        target = self.query_one(what)
        if target.display:
            self.set_focus(target)

    @on(PractiseCard.Pressed)
    def pressed(self) -> None:
        self.action_practise()

    @on(DrillList.Chosen)
    def chosen(self, event: DrillList.Chosen) -> None:
        from gameday.journal.home import runs_home

        folder = runs_home() / event.drill.run
        self.post_message(Revisit(folder, event.drill.codename, replay=event.replay))

    @on(PackList.Chosen)
    def named(self, event: PackList.Chosen) -> None:
        """A pack that one names is practice, but no proof of anything; so that is asked."""
        choice = Choice(self.mode, event.pack.name)

        def answered(sure: bool | None) -> None:
            if sure:
                self.post_message(Practise(choice))

        detail = "You will know what it is about: the drill is marked as spoiled and counts for no currency."
        self.app.push_screen(ConfirmScreen("Play this pack?", detail, subject=event.pack.name), answered)
