"""The advisor's panel. It offers; whether anything is done, and what, stays with the engineer."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from gameday.journal.events import Fate
from gameday.reports.words import cause
from gameday.tui.state import Hint, RoomState
from gameday.tui.words import MUTED, column, hms, percent, row

_FATES: dict[Fate, str] = {
    "accepted": "✓ accepted",
    "modified": "✎ modified",
    "rejected": "✗ rejected",
    "ignored": "– ignored",
}


class HintsPanel(Static, can_focus=True):
    """One hint in full, the others in a line each. It is not there in manual drills."""

    BORDER_TITLE = "Advisor"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dispose('accepted')", "Accept"),
        Binding("m", "dispose('modified')", "Modify"),
        Binding("x", "dispose('rejected')", "Reject"),
        Binding("up", "choose(-1)", "Older", show=False),
        Binding("down", "choose(1)", "Newer", show=False),
    ]

    room: reactive[RoomState] = reactive(RoomState(), always_update=True)
    chosen: reactive[int | None] = reactive(None)
    """Number of the hint that is shown in full; None for the newest that waits."""

    class Disposed(Message):
        """The engineer decided on a hint."""

        def __init__(self, hint: Hint, fate: Fate) -> None:
            self.hint = hint
            self.fate = fate
            super().__init__()

    @property
    def current(self) -> Hint | None:
        """The hint that is shown in full."""
        hints = self.room.waiting_hints or self.room.hints
        named = [hint for hint in self.room.hints if hint.number == self.chosen]
        return next(iter((*named, *hints[-1:])), None)

    def watch_room(self, room: RoomState) -> None:
        self.display = room.mode != "manual"
        self.set_class(bool(room.waiting_hints), "waiting")
        self._draw()

    def watch_chosen(self) -> None:
        self._draw()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        if self.is_mounted:
            self._draw()

    def action_choose(self, step: int) -> None:
        numbers = [hint.number for hint in self.room.hints]
        if self.current is not None:
            at = numbers.index(self.current.number) + step
            self.chosen = numbers[max(0, min(len(numbers) - 1, at))]

    def action_dispose(self, fate: Fate) -> None:
        hint = self.current
        if hint is not None and hint.fate is None:
            self.chosen = None
            self.post_message(self.Disposed(hint, fate))

    def _draw(self) -> None:
        current = self.current
        if current is None:
            self.update(row(("nothing to say yet", MUTED)))
            return
        others = [_in_a_line(hint) for hint in reversed(self.room.hints) if hint is not current]
        self.update(column([*_in_full(current, focused=self.has_focus), *others]))


def _in_full(hint: Hint, *, focused: bool) -> list[Content]:
    lines = [
        row(
            (f"{hint.kind} ", "bold"),
            (f"{percent(hint.confidence)} sure", "bold $text-accent"),
            (f"  {hint.source}", MUTED),
        )
    ]
    if hint.components or hint.mechanisms:
        lines.append(row((cause(hint.components, hint.mechanisms), "bold")))
    lines.append(Content(hint.says))
    lines += [row(("because ", MUTED), item if focused else _short(item)) for item in hint.evidence]
    lines += [row(("or ", MUTED), item) for item in hint.alternatives]
    if hint.suggests:
        lines.append(row(("try ", MUTED), (hint.suggests, "bold $text-primary")))
    if hint.fate is not None:
        lines.append(row((_FATES[hint.fate], "bold")))
    elif focused:
        lines.append(row(("y accept  m modify  x reject", "bold $text-accent")))
    else:
        lines.append(row(("h to answer it", MUTED)))
    return lines


def _short(evidence: str) -> str:
    """Without the query behind it, which takes three lines of a column; `h` shows it."""
    return evidence.partition(" (")[0]


def _in_a_line(hint: Hint) -> Content:
    fate = "waits" if hint.fate is None else _FATES[hint.fate]
    return row((f"{hms(hint.wall)} ", MUTED), f"{hint.kind}: {fate}")
