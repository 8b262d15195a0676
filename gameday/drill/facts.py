"""What is so in a drill right now, shared by those who run it; never shown as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gameday.journal.events import Actor, Event, HintShown
from gameday.journal.pauses import Pauses

Say = Callable[[Event, Actor], None]
"""Writes an event to the journal, in somebody's name."""


@dataclass
class Facts:
    """Times are UNIX seconds."""

    onset: float | None = None
    paged_at: float | None = None
    acknowledged: bool = False
    diagnosed: bool = False
    ended: bool = False
    pauses: Pauses = field(default_factory=Pauses)
    checkpoint: int | None = None
    """The checkpoint that waits for an answer."""
    hints: dict[int, HintShown] = field(default_factory=dict)
    disposed: set[int] = field(default_factory=set)

    @property
    def open_hints(self) -> list[int]:
        """Hints that nobody has answered."""
        return sorted(set(self.hints) - self.disposed)
