"""The advisor's panel. It offers; whether anything is done, and what, stays with the engineer."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, MouseDown
from textual.message import Message
from textual.reactive import var
from textual.style import Style
from textual.widgets import Static

from gameday.journal.events import Fate
from gameday.reports.words import cause
from gameday.tui.state import Hint, RoomState
from gameday.tui.widgets.key_line import KEY
from gameday.tui.words import MUTED, column, hms, percent, row

_REASONS = 3
"""Pieces of evidence that are told while nobody has the panel in hand."""
_FATES: dict[Fate, str] = {
    "accepted": "✓ accepted",
    "modified": "✎ modified",
    "rejected": "✗ rejected",
    "ignored": "– ignored",
}


class HintsPanel(Static, can_focus=True):
    """One hint in full while it waits or is in hand, the others in a line each; absent in manual drills."""

    BORDER_TITLE = "Advisor"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dispose('accepted')", "Accept"),
        Binding("m", "dispose('modified')", "Modify"),
        Binding("x", "dispose('rejected')", "Reject"),
        Binding("up", "choose(-1)", "Older", show=False),
        Binding("down", "choose(1)", "Newer", show=False),
    ]

    room: var[RoomState] = var(RoomState(), always_update=True)
    chosen: var[int | None] = var(None)
    """Number of the hint that is shown in full; None for the newest that waits."""

    _pressed: Fate | None = None
    """What the mouse went down on."""

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

    def on_mouse_down(self, event: MouseDown) -> None:
        self._pressed = event.style.meta.get("fate")

    def on_click(self, event: Click) -> None:
        """A click decides if the keys were there before; that which takes the panel in hand doesn't."""
        fate = event.style.meta.get("fate")
        if fate is not None and fate == self._pressed:
            self.action_dispose(fate)

    def _draw(self) -> None:
        said = self._said()
        if said != self.content:
            self.update(said)

    def _said(self) -> Content:
        current = self.current
        if current is None:
            return row(("nothing to say yet", MUTED))
        in_full = current.fate is None or self.has_focus
        others = [hint for hint in reversed(self.room.hints) if not (in_full and hint is current)]
        full = _in_full(current, focused=self.has_focus) if in_full else []
        return column([*full, *map(_in_a_line, others)])


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
    # What can be done stands above the evidence, of which there may be more than fits.
    if hint.suggests:
        lines.append(row(("try ", MUTED), (hint.suggests, "bold $text-primary")))
    if hint.fate is not None:
        lines.append(row((_FATES[hint.fate], "bold")))
    elif focused:
        fates: tuple[tuple[str, Fate], ...] = (
            ("y accept", "accepted"), ("m modify", "modified"), ("x reject", "rejected"),
        )  # fmt: skip
        keys = [row((said, KEY)).stylize(Style.from_meta({"fate": fate})) for said, fate in fates]
        lines.append(Content("  ").join(keys))
    else:
        lines.append(row(("h to answer it", MUTED)))
    evidence = list(hint.evidence) if focused else _short(hint.evidence)
    lines += [row(("because ", MUTED), item) for item in evidence[: None if focused else _REASONS]]
    more = 0 if focused else len(evidence) - _REASONS
    if more > 0:
        lines.append(row((f"and {more} more; h shows all", MUTED)))
    lines += [row(("or ", MUTED), item) for item in hint.alternatives]
    return lines


def _short(evidence: tuple[str, ...]) -> list[str]:
    """Without the queries behind it, which take three lines of a column each; `h` shows them."""
    return list(dict.fromkeys(item.partition(" (")[0] for item in evidence))


def _in_a_line(hint: Hint) -> Content:
    fate = "waits" if hint.fate is None else _FATES[hint.fate]
    about = cause(hint.components, hint.mechanisms) if hint.components or hint.mechanisms else hint.kind
    return row((f"{hms(hint.wall)} ", MUTED), f"{about}: ", (fate, "bold"))
