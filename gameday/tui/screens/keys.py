"""What `?` shows outside the room: every key that does something here, and what it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from gameday.tui.widgets.hanging import Hanging
from gameday.tui.words import MUTED, row

Key = tuple[str, str]
"""A key as it is written, and what it does."""


class KeysScreen(ModalScreen[None]):
    """Made for one screen, from what it says of itself."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q", "dismiss", "Close")]
    AUTO_FOCUS = "VerticalScroll"

    def __init__(self, title: str, keys: Sequence[Key], note: str = "") -> None:
        super().__init__()
        self._title = title
        self._keys = tuple(keys)
        self._note = note

    def compose(self) -> ComposeResult:
        width = max(len(key) for key, _ in self._keys)
        lines = [(row((f" {key:>{width}}  ", "bold $text-accent")), does) for key, does in self._keys]
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            dialog.border_subtitle = "esc closes"
            with VerticalScroll():
                yield Hanging(lines)
                if self._note:
                    yield Static(row((f"\n{self._note}", MUTED)))


def explain(screen: Screen[None], title: str, keys: Sequence[Key], note: str = "") -> None:
    """Show the keys of a screen over it."""
    screen.app.push_screen(KeysScreen(title, keys, note))
