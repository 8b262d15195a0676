"""How did it feel? Asked over the whole screen, so that no clock can be seen, before anything is revealed."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input, Static

from gameday.drill.commands import Reflect
from gameday.tui.messages import Send, Settled
from gameday.tui.widgets.key_line import KeyLine
from gameday.tui.words import MUTED, row


class ReflectScreen(Screen[None]):
    """One or two figures; escape says neither."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "skip", "Don't say")]
    AUTO_FOCUS = "#minutes"

    def __init__(self, *, ai: bool) -> None:
        super().__init__(classes="reflect")
        self._ai = ai

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "The drill is over. How did it feel?"
            yield Static("How many minutes did it take, from the page to the end? Don't look it up.")
            yield Input(placeholder="minutes, as it felt", compact=True, type="number", id="minutes")
            if self._ai:
                yield Static("And how many times as long would it have taken without the AI?")
                yield Input(placeholder="1 is no difference", compact=True, type="number", id="without-ai")
            yield KeyLine((" enter ", "say so", "enter"), (" esc ", "don't say", "escape"))
            yield Static(row(("what it was comes next", MUTED)))

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        event.stop()
        fields = list(self.query(Input))
        if event.input is not fields[-1]:
            fields[-1].focus()
            return
        figures = [float(field.value) if field.value and field.is_valid else None for field in fields]
        felt_s = None if figures[0] is None else figures[0] * 60
        self.post_message(Send(Reflect(felt_s, figures[1] if self._ai else None), self))

    def action_skip(self) -> None:
        self.post_message(Send(Reflect(), self))

    @on(Settled)
    def settled(self, event: Settled) -> None:
        if event.refusal is None and self.is_current:
            self.dismiss()
