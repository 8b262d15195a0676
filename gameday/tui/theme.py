"""The room's two themes. Widgets and styles name only their variables, so any Textual theme works."""

from __future__ import annotations

from rich.terminal_theme import TerminalTheme
from textual.theme import Theme

DARK = Theme(
    name="gameday-dark",
    dark=True,
    primary="#6cb6ff",
    secondary="#8a9bb0",
    accent="#f0b429",
    foreground="#d7dee8",
    background="#0f141b",
    surface="#141b24",
    panel="#1c2530",
    success="#57c98a",
    warning="#f0b429",
    error="#ff7070",
)
LIGHT = Theme(
    name="gameday-light",
    dark=False,
    primary="#1c5fb8",
    secondary="#56657a",
    accent="#9a5b00",
    foreground="#1f2630",
    background="#f6f5f1",
    surface="#fdfcf9",
    panel="#e8e6df",
    success="#1b7a46",
    warning="#9a5b00",
    error="#bf2430",
)

_NAMES = ("surface", "error", "success", "warning", "primary", "accent", "secondary", "foreground")


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def ansi(theme: Theme) -> TerminalTheme:
    """The eight colours that reports name, such as `green`, in the theme's own."""
    colours = [_rgb(getattr(theme, name)) for name in _NAMES]
    return TerminalTheme(_rgb(str(theme.background)), _rgb(str(theme.foreground)), colours, colours)


ANSI_DARK = ansi(DARK)
ANSI_LIGHT = ansi(LIGHT)
