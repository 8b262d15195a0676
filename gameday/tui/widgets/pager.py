"""The pager: silent, ringing, or in somebody's hand; and the good news when it comes."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive, var
from textual.widget import Widget

from gameday.reports.words import clock
from gameday.tui.state import RoomState
from gameday.tui.widgets.key_line import pressable
from gameday.tui.words import MUTED, fit, row


class PagerStrip(Widget):
    """One line under the header."""

    auto_links = var(False)
    room: reactive[RoomState] = reactive(RoomState(), always_update=True)

    def watch_room(self, room: RoomState) -> None:
        self.set_class(room.stage == "incident" and room.acknowledged_at is None, "ringing")
        self.set_class(room.stage == "mitigated", "mitigated")

    def render(self) -> Content:
        room, page = self.room, self.room.page
        if room.stage == "mitigated":
            said = "customers are served again"
            if room.diagnosed:
                return self._line(("✓ MITIGATED ", "bold $text-success"), said, "wrapping up…")
            return self._line(("✓ MITIGATED ", "bold $text-success"), said, "d  say what it was", "diagnose")
        if page is None:
            quiet = "acknowledged without a page" if room.acknowledged_at else "the pager is quiet"
            return row((f" ☎ {quiet}", MUTED))
        if room.acknowledged_at is None:
            return self._line(
                ("☎ PAGE ", "bold $text-error"),
                f"{page.alert}: {page.summary}",
                "a  acknowledge",
                "acknowledge",
            )
        after = clock(room.acknowledged_at - page.wall)
        return self._line(
            ("☎ yours ", "bold $text-primary"), f"{page.alert}: {page.summary}", f"acknowledged at {after}"
        )

    def _line(self, head: tuple[str, str], body: str, tail: str, action: str = "") -> Content:
        """`action` is the screen's that a click on the tail runs."""
        space = self.size.width - len(head[0]) - len(tail) - 4
        ending = pressable(row((tail, "bold")), f"screen.{action}") if action else row((tail, "bold"))
        return row(" ", head, fit(body, max(8, space)), "  ", ending)
