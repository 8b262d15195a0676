"""What a rehearsal needs of a company: small, so that a scripted one can take the real one's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from scoring.sli import SecondSli

Cheat = Literal["stop-everything", "block-everybody", "silence-the-alert", "stop-the-customers"]
CHEATS: tuple[Cheat, ...] = (
    "stop-everything", "block-everybody", "silence-the-alert", "stop-the-customers",
)  # fmt: skip


@dataclass(frozen=True)
class Done:
    """What became of a step."""

    exit_code: int
    text: str


class Ground(Protocol):
    """One company with one pack's fault. Times are UNIX seconds; errors are `sandbox.errors`."""

    @property
    def runtime(self) -> str:
        """What it runs on."""
        ...

    def now(self) -> float: ...

    def wait(self, seconds: float) -> None:
        """Let so much time pass."""
        ...

    def up(self) -> None:
        """Start it, set as the pack wants it, with customers."""
        ...

    def inject(self) -> float:
        """Break it; the onset."""
        ...

    def take_back(self) -> Sequence[str]:
        """Take the fault back; what would not go."""
        ...

    def restore(self) -> None:
        """Undo what was done to it since it came up, apart from the fault."""
        ...

    def undo_fix(self) -> None:
        """Undo what a fix committed, and leave the fault as it is."""
        ...

    def operate(self, line: str) -> Done:
        """Do a line of the `ops` vocabulary, or a shell's line that begins with `!`."""
        ...

    def seconds(self) -> Sequence[SecondSli]:
        """What customers got, and what was stolen, every second so far."""
        ...

    def pages(self) -> Sequence[float]:
        """When each alert that pages began to fire."""
        ...

    def ringing(self, since: float) -> Sequence[str]:
        """Names of the alerts that page and were seen firing since a time, in the order they were seen."""
        ...

    def errors_logged(self, since: float) -> Sequence[str]:
        """Lines of the level `error` that the parts on the fault's path wrote."""
        ...

    def metric(self, promql: str, at: float) -> float | None: ...

    def cheat(self, how: Cheat, *, on: bool) -> str:
        """Do it, or undo it; what the company said when it was asked in the proper way."""
        ...

    def leaks(self) -> Sequence[str]:
        """Where the participant can read what this is, a line each."""
        ...

    def down(self) -> Sequence[str]:
        """Remove it; what is left."""
        ...
