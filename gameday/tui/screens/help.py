"""The keys and the words of the room, on one page."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from gameday.drill.session import Vocabulary
from gameday.text import one_line
from gameday.tui.widgets.hanging import Hanging
from gameday.tui.words import row

KEYS = (
    ("a", "acknowledge the page"),
    ("i  :", "write an ops line, or !command for the bastion's shell"),
    ("esc", "leave the line, the filter or a form"),
    ("ctrl+p", "find an operation, a person, a key by its words"),
    ("1 … 7", "signals, logs, traces, map, changes, runbooks, shell; 8 the side, where it is narrow"),
    ("/", "look for something: PromQL in signals, service:vision level:warn since:5m words in logs"),
    ("↑ ↓ enter", "move in a list, open what is in hand; esc goes back"),
    ("f", "follow or pause logs and traces"),
    ("e", "pin what is in hand as evidence, for or against a belief"),
    ("b", "say what you think it is, and how sure you are"),
    ("r", "rule a hypothesis out, and say why"),
    ("n", "keep a note"),
    ("g", "get somebody: page a colleague"),
    ("p", "pause the drill's clock, and let it go on; it counts no more"),
    ("h", "answer the advisor; what it suggests never runs by itself"),
    ("d", "submit the diagnosis"),
    ("s", "stand down: end the drill"),
    ("c", "hide or show the clock"),
    ("ctrl+t", "light or dark"),
    ("ctrl+q", "quit; the sandbox is removed"),
)


class HelpScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q", "dismiss", "Close")]
    AUTO_FOCUS = "VerticalScroll"

    def __init__(self, vocabulary: Vocabulary | None) -> None:
        """Without a vocabulary, as before the first drill, only the keys are told."""
        super().__init__()
        self._vocabulary = vocabulary

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide") as dialog:
            dialog.border_title = "Help"
            dialog.border_subtitle = "esc closes"
            with VerticalScroll():
                yield Static(row(("Keys in a drill", "bold underline")))
                yield Hanging([(row((f"{key:>9}  ", "bold $text-accent")), says) for key, says in KEYS])
                if self._vocabulary is not None:
                    yield Static(
                        row(
                            ("\nOps lines; a write says what it would touch, and asks once", "bold underline")
                        )
                    )
                    yield Hanging(_verbs(self._vocabulary))


def _verbs(vocabulary: Vocabulary) -> list[tuple[Content, str]]:
    width = max((len(verb.usage) for verb in vocabulary.verbs), default=0)
    return [
        (
            row(
                (f"  {one_line(verb.usage):<{width}}  ", "bold"),
                (f"{verb.tier:<6} ", "$text-accent"),
            ),
            one_line(verb.help),
        )
        for verb in vocabulary.verbs
    ]
