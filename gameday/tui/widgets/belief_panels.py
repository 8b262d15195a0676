"""What one believes, what speaks for it, and what it is not."""

from __future__ import annotations

from textual.content import Content

from gameday.reports.words import cause
from gameday.tui.beliefs import Evidence, Hypothesis, ranked, weighed
from gameday.tui.state import RoomState
from gameday.tui.widgets.panel import Panel
from gameday.tui.words import MUTED, column, hms, percent, row

_MOST = 5
_BAR = 5
_SIGNS = {
    "none": ("⌖ ", "bold $text-accent"),
    "for": ("+ ", "bold $text-success"),
    "against": ("− ", "bold $text-error"),
}


class BeliefsPanel(Panel):
    """Hypotheses, the likeliest first; those ruled out below them with the reason."""

    BORDER_TITLE = "Beliefs"

    def say(self, room: RoomState) -> Content:
        likeliest = ranked(room.hypotheses)[:_MOST]
        lines = [_hypothesis(each, *weighed(each.claim, room.evidence)) for each in likeliest]
        if room.asked:
            asked = row(("? what do you believe now? ", "bold $text-accent"), ("b answers", MUTED))
            return column([asked, *lines])
        if lines:
            return column(lines)
        if room.beliefs:
            return row((f"{hms(room.beliefs[-1].wall)} ", MUTED), "don't know yet")
        return row(("none stated; b states one", MUTED))


def _hypothesis(each: Hypothesis, speaks_for: int, against: int) -> Content:
    """One belief, with how much evidence was pinned for it (`+`) and against it (`−`)."""
    said = cause(each.components, each.mechanisms)
    if each.ruled_out:
        reason = f": {each.reason}" if each.reason else ""
        return row(("✗ not ", "bold $text-error"), (said, "strike $foreground 60%"), (reason, MUTED))
    full = round(each.confidence * _BAR)
    return row(
        ("━" * full, "bold $text-accent"),
        ("─" * (_BAR - full), MUTED),
        (f" {percent(each.confidence):>4} ", "bold"),
        said,
        (f" +{speaks_for}" if speaks_for else "", "bold $text-success"),
        (f" −{against}" if against else "", "bold $text-error"),
    )


class EvidencePanel(Panel):
    """What was pinned, the newest last; it is there once something is."""

    BORDER_TITLE = "Evidence"

    def say(self, room: RoomState) -> Content:
        return column([_kept(each) for each in room.evidence[-_MOST:]])

    def watch_room(self, room: RoomState) -> None:
        self.display = bool(room.evidence)
        super().watch_room(room)


def _kept(each: Evidence) -> Content:
    return row(_SIGNS[each.bearing], (f"{each.source} ", MUTED), each.text)
