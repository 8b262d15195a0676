"""Short questions: yes or no, one line of text, and the wait until the sandbox is gone."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from gameday.drill.commands import Note
from gameday.text import plain
from gameday.tui.messages import Send, Settled
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
            yield Static(row((" y ", "bold $text-accent"), "yes   ", (" n ", "bold $text-accent"), "no"))

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class NoteScreen(ModalScreen[None]):
    """A note for the timeline; it stays open until it is taken, so nothing typed is lost."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Leave")]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Note"
            yield Input(placeholder="what you saw, ruled out or decided", compact=True, id="note")
            yield Static(
                row((" enter ", "bold $text-accent"), "keep   ", (" esc ", "bold $text-accent"), "leave")
            )

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.post_message(Send(Note(event.value.strip()), self))

    @on(Settled)
    def settled(self, event: Settled) -> None:
        if event.refusal is None:
            self.dismiss()


class LeavingScreen(ModalScreen[None]):
    """Shown while the session cleans up; there is nothing to press."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self._why = why

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._why
            yield Static(row(("removing the sandbox…", "bold")))
            yield Static(row(("the journal is safe; this takes a few seconds", MUTED)))
