"""How terms of the vocabulary and a confidence are picked, with keys or a mouse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, Key
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from gameday.text import one_line
from gameday.tui.words import MUTED, row

_HOW_SURE = "how sure  "
_BAR = 20


class TermPicker(OptionList):
    """A list of terms of which at most `limit` are picked; with a limit of one, the last wins.

    A letter goes to the next term that begins with it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "select", "Pick")]

    class Picked(Message):
        """Somebody picked or unpicked a term by hand."""

        def __init__(self, picker: TermPicker) -> None:
            super().__init__()
            self.picker = picker

    def __init__(self, title: str, terms: Mapping[str, str], limit: int, *, id: str) -> None:
        self._terms = tuple(terms.items())
        self._limit = limit
        self.picked: tuple[str, ...] = ()
        super().__init__(*(Option(self._prompt(term)) for term, _ in self._terms), id=id, markup=False)
        most = f"up to {limit}" if limit < len(terms) else "any"
        self.border_title = f"{title}, {most if limit > 1 else 'one'}"

    @property
    def explanation(self) -> str:
        """What the highlighted term means."""
        if self.highlighted is None:
            return ""
        term, meaning = self._terms[self.highlighted]
        return one_line(f"{term}: {meaning}")

    def pick(self, terms: Sequence[str]) -> None:
        """Pick these instead of what was picked, as far as there are such terms and the limit goes."""
        known = [term for term, _ in self._terms]
        self.picked = tuple(term for term in terms if term in known)[: self._limit]
        for index, term in enumerate(known):
            self.replace_option_prompt_at_index(index, self._prompt(term))
        if self.picked:
            self.highlighted = known.index(self.picked[0])

    def on_key(self, event: Key) -> None:
        letter = event.character
        start = 0 if self.highlighted is None else self.highlighted + 1
        ahead = [*range(start, len(self._terms)), *range(start)]
        found = next((index for index in ahead if letter and self._terms[index][0].startswith(letter)), None)
        if found is not None:
            event.stop()
            self.highlighted = found

    def on_focus(self) -> None:
        if self.highlighted is None and self._terms:
            self.highlighted = 0

    @on(OptionList.OptionSelected)
    def _toggle(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        term = self._terms[event.option_index][0]
        if term in self.picked:
            self.picked = tuple(known for known in self.picked if known != term)
        elif self._limit == 1:
            self.picked = (term,)
        elif len(self.picked) == self._limit:
            self.notify(f"At most {self._limit}; unpick one first.", severity="warning", markup=False)
        else:
            self.picked = (*self.picked, term)
        self.post_message(self.Picked(self))
        for index, (known, _) in enumerate(self._terms):
            self.replace_option_prompt_at_index(index, self._prompt(known))

    def _prompt(self, term: str) -> Content:
        chosen = term in self.picked
        return row(
            ("[x] " if chosen else "[ ] ", "bold" if chosen else ""),
            (one_line(term), "bold" if chosen else ""),
        )


class Confidence(Widget, can_focus=True):
    """A share of certainty, set with the arrows or with a digit for tens of percent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "change(-5)", "Less sure"),
        Binding("right", "change(5)", "More sure"),
        *(Binding(str(digit), f"put({digit * 10 or 100})", show=False) for digit in range(10)),
    ]

    value: reactive[int] = reactive(50)
    """Percent."""

    @property
    def share(self) -> float:
        return self.value / 100

    def validate_value(self, value: int) -> int:
        return max(0, min(100, value))

    def action_change(self, by: int) -> None:
        self.value += by

    def action_put(self, value: int) -> None:
        self.value = value

    def on_click(self, event: Click) -> None:
        at = event.get_content_offset_capture(self).x - len(_HOW_SURE)
        if 0 <= at < _BAR:
            self.value = (at + 1) * 100 // _BAR

    def render(self) -> Content:
        full = round(self.value * _BAR / 100)
        return row(
            (_HOW_SURE, "bold"),
            ("━" * full, "bold $text-accent"),
            ("─" * (_BAR - full), MUTED),
            (f"  {self.value}%", "bold"),
            ("   ← → or a digit", MUTED),
        )
