"""From the first process to a shop full of customers: what is awaited, and what one is in for."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.screen import Screen
from textual.widgets import Static

from gameday.drill.commands import Begin
from gameday.tui.messages import Send, Settled
from gameday.tui.state import RoomState
from gameday.tui.widgets.coming_up import CompanyBoard, CustomersBoard
from gameday.tui.widgets.key_footer import KeyFooter
from gameday.tui.widgets.key_line import KEY, Pressable, pressable
from gameday.tui.widgets.steps import steps
from gameday.tui.words import MUTED, row

_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]


class StartScreen(Screen[None]):
    """`enter` begins, as soon as the briefing was given."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "begin", "Begin"),
        Binding("question_mark", "app.help", "Help", key_display="?"),
    ]
    AUTO_FOCUS = "#briefing"
    HORIZONTAL_BREAKPOINTS = _BREAKPOINTS

    room: var[RoomState] = var(RoomState(), always_update=True, init=False)
    begun: var[bool] = var(False)

    def compose(self) -> ComposeResult:
        yield Static(id="start-title")
        with Horizontal(id="start-middle"):
            with VerticalScroll(id="parts", can_focus=False) as parts:
                parts.border_title = "The company"
                yield CompanyBoard().data_bind(StartScreen.room)
            with VerticalScroll(id="briefing") as briefing:
                briefing.border_title = "Briefing"
                yield Static(id="briefing-text")
                yield Static(row(("How it works", "bold")), id="steps")
                yield from steps()
        yield CustomersBoard(id="start-customers").data_bind(StartScreen.room)
        yield Pressable(id="start-next")
        yield KeyFooter(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.watch_room(self.room)

    def watch_room(self, room: RoomState) -> None:
        if not self.is_mounted:
            return
        self.query_one("#start-title", Static).update(_title(room))
        self.query_one("#briefing-text", Static).update(
            Content(room.briefing) if room.briefing else row(("comes when the shop is up", MUTED))
        )
        self.query_one("#start-next", Static).update(self._next(room))
        self.refresh_bindings()

    def watch_begun(self) -> None:
        self.watch_room(self.room)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "begin":
            return bool(self.room.briefing) and not self.begun and self.room.phase != "baseline"
        return True

    def action_begin(self) -> None:
        self.begun = True
        self.post_message(Send(Begin(), self))

    def on_settled(self, event: Settled) -> None:
        self.begun = event.refusal is None

    def _next(self, room: RoomState) -> Content:
        if self.begun or room.phase == "baseline":
            return row(
                ("customers come in; the drill is armed once they are served well", "bold $text-primary")
            )
        if room.briefing:
            return pressable(
                row("press ", ("enter", KEY), " when you are ready to be on call"), "screen.begin"
            )
        return row((_awaited(room), MUTED))


def _title(room: RoomState) -> Content:
    return row(
        (f" {room.codename or 'Gameday'} ", "bold $block-cursor-foreground on $primary"),
        (f" {room.mode.upper()} ", "bold $text-accent on $accent-muted"),
        (f"  {_doing(room)}", "bold"),
        (f"  on {room.runtime}" if room.runtime else "", MUTED),
    )


def _doing(room: RoomState) -> str:
    return {
        "starting": "starting a small company",
        "briefing": "ready when you are",
        "baseline": "measuring what customers get on a good day",
    }.get(room.stage, room.stage)


def _awaited(room: RoomState) -> str:
    waiting = [part.service for part in room.parts if part.step != "ready"]
    if not room.parts:
        return "making room for a small company"
    return f"waiting for {', '.join(waiting)}" if waiting else "handing over the company's repository"
