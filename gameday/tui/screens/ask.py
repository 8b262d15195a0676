"""Short questions: yes or no, one line of text, and the wait until the sandbox is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from gameday.drill.commands import Note
from gameday.text import one_line, plain
from gameday.tui.messages import Send, Settled
from gameday.tui.widgets.key_line import KeyLine
from gameday.tui.words import MUTED, row


class ConfirmScreen(ModalScreen[bool]):
    """One question that only `y` says yes to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape", "answer(False)", "No"),
    ]

    def __init__(self, question: str, detail: str, *, subject: str = "") -> None:
        super().__init__()
        self._question = question
        self._detail = plain(detail)
        self._subject = plain(subject)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._question)
            if self._subject:
                yield Static(row((self._subject, "bold $text-primary")), classes="subject")
            yield Static(Content(self._detail), classes="detail")
            yield KeyLine((" y ", "yes", "y"), (" n ", "no", "n"))

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class NoteScreen(ModalScreen[None]):
    """A note for the timeline; it stays open until it is taken, so nothing typed is lost."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Leave")]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Note"
            yield Input(placeholder="what you saw, ruled out or decided", compact=True, id="note")
            yield KeyLine((" enter ", "keep", "enter"), (" esc ", "leave", "escape"))

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.post_message(Send(Note(event.value.strip()), self))

    @on(Settled)
    def settled(self, event: Settled) -> None:
        if event.refusal is None:
            self.dismiss()


class ChoiceScreen(ModalScreen[tuple[str, str] | None]):
    """One of several, and a line of text about it; None if it is left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Next field"),
        Binding("escape", "leave", "Leave"),
    ]

    def __init__(self, title: str, choices: Mapping[str, str], *, placeholder: str, lacking: str) -> None:
        super().__init__()
        self._title, self._placeholder, self._lacking = title, placeholder, lacking
        self._choices = dict(choices)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide") as dialog:
            dialog.border_title = Content(self._title)
            options = [Option(Content(one_line(says)), id=key) for key, says in self._choices.items()]
            yield OptionList(*options, id="choices", compact=True)
            yield Input(placeholder=self._placeholder, compact=True)
            yield KeyLine((" ↑↓ ", "choose", ""), (" enter ", "go on", "enter"), (" esc ", "leave", "escape"))

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        event.stop()
        at = self.query_one(OptionList).highlighted
        said = event.value.strip()
        if at is None or (self._lacking and not said):
            self.notify(self._lacking or "Choose one first.", severity="warning", markup=False)
            return
        self.dismiss((list(self._choices)[at], said))

    def action_leave(self) -> None:
        self.dismiss(None)


class LeavingScreen(ModalScreen[None]):
    """Shown while something is waited for; there is nothing to press."""

    def __init__(
        self,
        why: str,
        doing: str = "removing the sandbox…",
        detail: str = "the journal is safe; this takes a few seconds",
    ) -> None:
        super().__init__()
        self._why = why
        self._doing = doing
        self._detail = detail

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._why
            yield Static(row((self._doing, "bold")))
            yield Static(row((self._detail, MUTED)))
