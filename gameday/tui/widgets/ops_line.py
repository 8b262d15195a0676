"""Where an `ops` line or, after `!`, a shell line is written."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.suggester import Suggester
from textual.widgets import Input, Static

from gameday.drill.session import Vocabulary
from gameday.tui.completion import History, complete, verb_of
from gameday.tui.words import MUTED, row

_OPS_HELP = "an ops line, or !command for the shell"
_SHELL_HELP = "a line for the bastion's shell, or ops …"


class _FromVocabulary(Suggester):
    """Textual's way to ask for a completion."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._vocabulary = vocabulary

    async def get_suggestion(self, value: str) -> str | None:
        return complete(value, self._vocabulary)


class OpsInput(Input):
    """A line with what was typed before on the up and down keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Run", priority=False),
        Binding("tab", "complete", "Complete"),
        Binding("up", "recall(-1)", "History"),
        Binding("down", "recall(1)", "Newer", show=False),
        Binding("escape", "leave", "Leave the line"),
    ]

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__(
            placeholder=_OPS_HELP,
            suggester=_FromVocabulary(vocabulary),
            compact=True,
            select_on_focus=False,
            id="ops-input",
        )
        self._vocabulary = vocabulary
        self.history = History()

    def put(self, line: str) -> None:
        self.value = line
        self.cursor_position = len(line)

    def action_complete(self) -> None:
        completed = complete(self.value, self._vocabulary)
        if completed is not None:
            self.put(completed + " ")

    def action_recall(self, direction: int) -> None:
        recall = self.history.older if direction < 0 else self.history.newer
        self.put(recall(self.value))

    def action_leave(self) -> None:
        self.post_message(OpsLine.Left())


class OpsLine(Vertical):
    """The input, with a line beneath it that says how the verb is used or what is still running."""

    shell: reactive[bool] = reactive(False)
    """A line is the bastion's, unless it begins with `ops`; otherwise the other way round."""
    running: reactive[tuple[str, ...]] = reactive(())
    """Lines that were sent and not settled yet."""

    class Entered(Message):
        """A line is to be carried out. It stays in the input until `sent` says that it went."""

        def __init__(self, line: str) -> None:
            self.line = line
            super().__init__()

    class Left(Message):
        """Nobody writes here any more."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__(id="ops-line")
        self._vocabulary = vocabulary

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(Content("ops ❯ "), id="ops-prompt")
            yield OpsInput(self._vocabulary)
        yield Static(id="ops-usage")

    @property
    def input(self) -> OpsInput:
        return self.query_one(OpsInput)

    def on_mount(self) -> None:
        self._explain("")

    def offer(self, line: str) -> None:
        """Put a line in the input to be run or changed; what was there can be recalled."""
        self.input.history.add(self.input.value.strip())
        self.input.put(line)
        self.input.focus()

    def sent(self, line: str) -> None:
        """The line went to the sandbox: make room for the next."""
        self.input.history.add(line)
        self.input.put("")
        self.running = (*self.running, line)

    def settled(self, line: str, *, refused: bool) -> None:
        """The line is done. A refused one comes back, unless something else is being typed."""
        running = list(self.running)
        if line in running:
            running.remove(line)
        self.running = tuple(running)
        if refused and not self.input.value:
            self.input.put(line)

    def watch_running(self) -> None:
        if self.is_mounted:
            self._explain(self.input.value)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self._explain(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        line = event.value.strip()
        if line:
            self.post_message(self.Entered(self._meant(line)))

    def _meant(self, line: str) -> str:
        """As it would be written outside of the shell: `!` before what is the bastion's."""
        if not self.shell or line.startswith("!"):
            return line
        return line if line.split()[0] == "ops" else f"!{line}"

    def watch_shell(self) -> None:
        if self.is_mounted:
            self.input.placeholder = _SHELL_HELP if self.shell else _OPS_HELP
            self._explain(self.input.value)

    def _explain(self, value: str) -> None:
        on_bastion = value.startswith("!") or (self.shell and value.split(" ")[0] != "ops")
        prompt = Content("  $ ❯ " if on_bastion else "ops ❯ ")
        self.query_one("#ops-prompt", Static).update(prompt, layout=False)
        self.query_one("#ops-usage", Static).update(self._usage(value), layout=False)

    def _usage(self, value: str) -> Content:
        verb = None if value.startswith("!") else verb_of(value, self._vocabulary)
        if value.startswith("!") or (self.shell and value and not value.startswith("ops")):
            meant = verb_of(value, self._vocabulary) if self.shell else None
            otherwise = "" if meant is None else f"; ops {value.split()[0]} … operates"
            return row((f"on the bastion, as a shell would{otherwise}", MUTED))
        if verb is not None and value:
            return row(
                (f"{verb.usage} ", "bold"),
                (f" {verb.tier} ", "$text-accent"),
                (f" {verb.help}", MUTED),
            )
        if self.running:
            return row(("running: ", "bold $text-warning"), " · ".join(self.running))
        return row(("i writes here, tab completes, ctrl+p finds, ? explains", MUTED))
