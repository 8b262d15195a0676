"""What can be pressed, where it applies; a click on it does the same."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content
from textual.reactive import var
from textual.style import Style
from textual.widgets import Static

from gameday.tui.words import MUTED, row

KEY = "bold $text-accent"


def pressable(content: Content, action: str) -> Content:
    """The same, and a click on it runs an action, such as `screen.acknowledge`."""
    return content.stylize(Style.from_meta({"@click": action}))


class Pressable(Static):
    """A text in which some can be clicked on; it looks as it would without."""

    auto_links = var(False)


def page_titles(pages: Mapping[str, str], shown: str) -> Content:
    """Name and title of each page with its number; a click opens it by the screen's `page`."""
    pieces = []
    for number, (page, title) in enumerate(pages.items(), 1):
        style = "bold $block-cursor-foreground on $primary" if page == shown else MUTED
        pieces.append(pressable(row((f" {number} {title} ", style)), f"screen.page('{page}')"))
    return row(" ", Content(" ").join(pieces))


class KeyLine(Pressable):
    """Keys with what each does: `(" enter ", "keep", "enter")`, the last being its name or empty."""

    def __init__(self, *keys: tuple[str, str, str]) -> None:
        pieces = [(row((shown, KEY), says), key) for shown, says, key in keys]
        pressed = [pressable(said, f"app.simulate_key('{key}')") if key else said for said, key in pieces]
        super().__init__(Content("   ").join(pressed))
