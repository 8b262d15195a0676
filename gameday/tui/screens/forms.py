"""What the engineer thinks it is: a belief on the way, and the diagnosis at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Grid, Vertical
from textual.content import Content
from textual.events import DescendantFocus, ScreenResume
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, OptionList, Static

from gameday.drill.commands import Believe, SubmitDiagnosis
from gameday.drill.session import Vocabulary
from gameday.tui.beliefs import Hypothesis
from gameday.tui.messages import Send, Settled
from gameday.tui.widgets.pickers import Confidence, TermPicker
from scenarios.match import match
from scoring.diagnosis import MOST_COMPONENTS, MOST_MECHANISMS


class TermForm(ModalScreen[None]):
    """Pickers, the meaning of the term in hand, and a confidence. It closes when its command is taken."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Submit"),
        Binding("tab", "app.focus_next", "Next field"),
        Binding("escape", "leave", "Leave"),
    ]
    TITLE_LINE: ClassVar[str]
    LACKING = "Pick a component or a mechanism first."

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def compose(self) -> ComposeResult:
        with Vertical(classes="form") as form:
            form.border_title = self.TITLE_LINE
            yield from self.first()
            with Grid(classes="pickers"):
                yield from self.pickers()
            yield Static(id="explanation")
            yield Confidence()
        yield Footer(compact=True, show_command_palette=False)

    def pickers(self) -> ComposeResult:
        vocabulary = self._vocabulary
        yield TermPicker("Components", vocabulary.components, MOST_COMPONENTS, id="components")
        yield TermPicker("Mechanisms", vocabulary.mechanisms, MOST_MECHANISMS, id="mechanisms")

    def first(self) -> ComposeResult:
        yield from ()

    def command(self) -> Believe | SubmitDiagnosis:
        raise NotImplementedError

    def picked(self, picker: str) -> tuple[str, ...]:
        return self.query_one(f"#{picker}", TermPicker).picked

    def action_leave(self) -> None:
        self.dismiss()

    def action_submit(self) -> None:
        command = self.command()
        if command.components or command.mechanisms:
            self.post_message(Send(command, self))
        else:
            self.notify(self.LACKING, severity="warning", markup=False)

    @on(Settled)
    def settled(self, event: Settled) -> None:
        if event.refusal is None and self.is_current:
            self.dismiss()

    @on(OptionList.OptionHighlighted)
    @on(DescendantFocus)
    def explain(self) -> None:
        focused = self.focused
        meaning = focused.explanation if isinstance(focused, TermPicker) else ""
        self.query_one("#explanation", Static).update(Content(meaning), layout=False)


class BeliefForm(TermForm):
    """A provisional belief."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("u", "unknown", "Don't know yet")]
    TITLE_LINE = "What do you think it is, right now?"
    LACKING = "Pick something, or press u for: don't know yet."

    def command(self) -> Believe:
        return Believe(self.picked("components"), self.picked("mechanisms"), self.query_one(Confidence).share)

    def action_unknown(self) -> None:
        self.post_message(Send(Believe((), (), 0.0), self))


class DiagnosisForm(TermForm):
    """The diagnosis that is scored. The room keeps the form, so leaving it loses nothing."""

    TITLE_LINE = "Diagnosis: what was it?"
    AUTO_FOCUS = "#words"

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__(vocabulary)
        self._supposed: Hypothesis | None = None
        self._understood = ""
        """The words that were last looked through for terms."""
        self._by_hand: set[str] = set()
        """The pickers that somebody has used."""

    @property
    def _touched(self) -> bool:
        return bool(self._by_hand or self._understood)

    def suppose(self, hypothesis: Hypothesis | None) -> None:
        """What one believes most, to begin with; nothing once something was picked here."""
        if not self._touched:
            self._supposed = hypothesis

    def first(self) -> ComposeResult:
        yield Input(placeholder="in your own words; what they name is picked", compact=True, id="words")

    def pickers(self) -> ComposeResult:
        yield from super().pickers()
        vocabulary = self._vocabulary
        yield TermPicker("Trigger", vocabulary.triggers, 1, id="trigger")
        yield TermPicker(
            "Contributing", vocabulary.contributing, len(vocabulary.contributing), id="contributing"
        )

    @on(ScreenResume)
    def begin(self) -> None:
        if self._supposed is not None and not self._touched:
            self._pick("components", self._supposed.components)
            self._pick("mechanisms", self._supposed.mechanisms)
            self.query_one(Confidence).value = round(self._supposed.confidence * 100)

    def _pick(self, picker: str, terms: Sequence[str]) -> None:
        if terms:
            self.query_one(f"#{picker}", TermPicker).pick(terms)

    @on(TermPicker.Picked)
    def touched(self, event: TermPicker.Picked) -> None:
        if event.picker.id is not None:
            self._by_hand.add(event.picker.id)

    @on(Input.Submitted, "#words")
    def take_words(self, event: Input.Submitted) -> None:
        """Pick what the words mean, and ask for what they don't speak of next."""
        event.stop()
        self._understand()
        lacking = (
            f"#{picker}" for picker in ("components", "mechanisms", "trigger") if not self.picked(picker)
        )
        self.query_one(next(lacking, "Confidence")).focus()

    @on(Input.Blurred, "#words")
    def leave_words(self) -> None:
        self._understand()

    def action_submit(self) -> None:
        """What the words have picked is seen before it is sent."""
        if self._understand():
            self.notify("Picked what your words name; ctrl+s sends it.", markup=False)
        else:
            super().action_submit()

    def _understand(self) -> bool:
        """Pick what new words mean, where nothing was picked by hand; whether that changed a pick."""
        words = self.query_one("#words", Input).value.strip()
        if words == self._understood:
            return False
        self._understood = words
        meant = match(words, self._vocabulary.components)
        named = {
            "components": meant.components,
            "mechanisms": meant.mechanisms,
            "trigger": meant.triggers,
            "contributing": meant.contributing,
        }
        before = [self.picked(picker) for picker in named]
        for picker, terms in named.items():
            if not (picker in self._by_hand and self.picked(picker)):
                self._pick(picker, terms)
        return before != [self.picked(picker) for picker in named]

    def command(self) -> SubmitDiagnosis:
        return SubmitDiagnosis(
            components=self.picked("components"),
            mechanisms=self.picked("mechanisms"),
            trigger="".join(self.picked("trigger")),
            contributing=self.picked("contributing"),
            confidence=self.query_one(Confidence).share,
            text=self.query_one("#words", Input).value.strip(),
        )
