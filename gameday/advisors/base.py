"""What every advisor is: something that is asked now and then, and answers with hints.

An advisor sees the read tier only, as frozen snapshots. It never gets the pack, the truth, the fault or
anything that writes; who asks it decides what reaches the engineer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gameday.advisors.snapshot import Snapshot
from gameday.journal.events import HintShown, Style


@dataclass(frozen=True)
class Moment:
    """When an advisor is asked, and what it may look at."""

    since_page_s: float
    before: Snapshot | None = None
    """The company while nothing was wrong; None if nobody looked."""
    now: Snapshot | None = None
    """The latest look; None if nobody looked yet."""
    took_s: float = 0.0
    """How long that look took."""


class Advisor(Protocol):
    """Answers each moment with the hints that are new. Their numbers are given by who shows them."""

    @property
    def looks(self) -> bool:
        """Whether it wants snapshots."""
        ...

    def hints(self, moment: Moment) -> Sequence[HintShown]: ...


def in_style(hint: HintShown, style: Style) -> HintShown | None:
    """The hint as an engineer gets to see it; None if nothing is left to say.

    In the style `evidence` the facts stay, word for word, and what was concluded from them goes: the
    claim, the sentence that states it, the suggestion and the alternatives.
    """
    if style == "verdict":
        return hint
    if not hint.evidence:
        return None
    return hint.model_copy(
        update={
            "hint_kind": "observation",
            "claim": None,
            "confidence": 1.0,
            "says": "What stands out.",
            "alternatives": (),
            "suggests": "",
        }
    )
