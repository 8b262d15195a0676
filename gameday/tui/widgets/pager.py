"""The pager: silent, ringing, or in somebody's hand; and the good news when it comes."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from gameday.reports.words import clock
from gameday.tui.state import RoomState
from gameday.tui.words import MUTED, fit, row


class PagerStrip(Widget):
    """One line under the header."""

    room: reactive[RoomState] = reactive(RoomState(), always_update=True)

    def watch_room(self, room: RoomState) -> None:
        self.set_class(room.stage == "incident" and room.acknowledged_at is None, "ringing")
        self.set_class(room.stage == "mitigated", "mitigated")

    def render(self) -> Content:
        room, page = self.room, self.room.page
        if room.stage == "mitigated":
            ask = "wrapping up…" if room.diagnosed else "d  say what it was"
            return self._line(("✓ MITIGATED ", "bold $text-success"), "customers are served again", ask)
        if page is None:
            quiet = "acknowledged without a page" if room.acknowledged_at else "the pager is quiet"
            return row((f" ☎ {quiet}", MUTED))
        if room.acknowledged_at is None:
            return self._line(
                ("☎ PAGE ", "bold $text-error"), f"{page.alert}: {page.summary}", "a  acknowledge"
            )
        after = clock(room.acknowledged_at - page.wall)
        return self._line(
            ("☎ yours ", "bold $text-primary"), f"{page.alert}: {page.summary}", f"acknowledged at {after}"
        )

    def _line(self, head: tuple[str, str], body: str, tail: str) -> Content:
        space = self.size.width - len(head[0]) - len(tail) - 4
        return row(" ", head, fit(body, max(8, space)), "  ", (tail, "bold"))
