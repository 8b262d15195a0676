"""Keeping something seen as evidence, and saying what it does to what one believes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from gameday.drill.commands import Pin
from gameday.reports.words import cause
from gameday.text import one_line
from gameday.tui.beliefs import Hypothesis
from gameday.tui.widgets.key_line import KeyLine


class PinScreen(ModalScreen[Pin | None]):
    """One line, and below it the hypotheses that it may speak for or against; None if it is left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "bear(-1)", show=False),
        Binding("down", "bear(1)", show=False),
        Binding("escape", "leave", "Leave"),
    ]
    AUTO_FOCUS = "Input"

    def __init__(self, source: str, text: str, standing: Sequence[Hypothesis]) -> None:
        """Args:
        source: the tab where it was seen.
        text: what is in hand there, to be kept or changed.
        standing: what one holds to be possible, the likeliest first.
        """
        super().__init__()
        self._source, self._text = source, one_line(text)
        self._bearings: list[tuple[str, Pin]] = [("only keep it", Pin(source, ""))]
        for each in standing:
            said = cause(each.components, each.mechanisms)
            self._bearings += [
                (f"+ for      {said}", Pin(source, "", "for", each.components, each.mechanisms)),
                (f"− against  {said}", Pin(source, "", "against", each.components, each.mechanisms)),
            ]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide") as dialog:
            dialog.border_title = f"Evidence from {self._source}"
            yield Input(self._text, placeholder="what did you see?", compact=True, select_on_focus=False)
            options = OptionList(
                *(Option(Content(said)) for said, _ in self._bearings), id="choices", compact=True
            )
            options.can_focus = False
            options.display = len(self._bearings) > 1
            yield options
            choose = ((" ↑↓ ", "what it does", ""),) if options.display else ()
            yield KeyLine(*choose, (" enter ", "keep", "enter"), (" esc ", "leave", "escape"))

    def on_mount(self) -> None:
        self.query_one(OptionList).highlighted = 0

    def action_bear(self, by: int) -> None:
        options = self.query_one(OptionList)
        options.highlighted = ((options.highlighted or 0) + by) % len(self._bearings)

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """With the mouse; the line has the keys."""
        event.stop()

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        event.stop()
        said = event.value.strip()
        pin = self._bearings[self.query_one(OptionList).highlighted or 0][1]
        kept = Pin(pin.source, said, pin.bearing, pin.components, pin.mechanisms)
        self.dismiss(kept if said else None)

    def action_leave(self) -> None:
        self.dismiss(None)
