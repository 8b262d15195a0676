"""The keys at the bottom of a screen, made again only when other keys apply.

A screen whose state changes every second asks every second which keys apply. Textual's footer makes all its
parts anew each time and holds on to the old ones, so that an hour's incident would fill the memory.
"""

from __future__ import annotations

from textual.screen import Screen
from textual.widgets import Footer


class KeyFooter(Footer):
    """A footer that knows what it shows."""

    _shown: tuple[object, ...] = ()

    def watch_show_command_palette(self) -> None:
        """After a resize there may be room for its key, or none."""
        if self.is_mounted:
            self.refresh(recompose=True)

    def bindings_changed(self, screen: Screen[object]) -> None:
        shown = tuple(
            (active.binding, active.enabled, active.tooltip) for active in screen.active_bindings.values()
        )
        if shown != self._shown:
            self._shown = shown
            super().bindings_changed(screen)
