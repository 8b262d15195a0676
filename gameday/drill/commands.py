"""What a person can ask of a drill. Imperative, frozen, the same from a key press, a script or the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gameday.journal.events import Bearing, Fate


@dataclass(frozen=True)
class Begin:
    """The briefing was read; start the baseline."""


@dataclass(frozen=True)
class Acknowledge:
    """I have the page."""


@dataclass(frozen=True)
class Note:
    text: str


@dataclass(frozen=True)
class Operate:
    """Carry out one `ops` line, such as `scale vision 4`; the leading `ops` may be left out."""

    line: str


@dataclass(frozen=True)
class Shell:
    """Run one command line on the bastion."""

    line: str


@dataclass(frozen=True)
class PagePerson:
    """Ring a colleague, by key or by name; the answer comes on the on-call channel."""

    who: str
    question: str = ""


@dataclass(frozen=True)
class Believe:
    """State a provisional belief; empty components and mechanisms mean `don't know yet`."""

    components: tuple[str, ...]
    mechanisms: tuple[str, ...]
    confidence: float
    text: str = ""


@dataclass(frozen=True)
class Pin:
    """Keep something seen as evidence; `source` says where it was seen.

    It may speak for or against a hypothesis, which is told by its components and mechanisms.
    """

    source: str
    text: str
    bearing: Bearing = "none"
    components: tuple[str, ...] = ()
    mechanisms: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleOut:
    """It isn't this, and why."""

    components: tuple[str, ...]
    mechanisms: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Look:
    """I looked at what this read line shows, in a view of my own; only written down."""

    line: str


@dataclass(frozen=True)
class DisposeHint:
    hint: int
    fate: Fate
    reason: str = ""


@dataclass(frozen=True)
class SubmitDiagnosis:
    components: tuple[str, ...]
    mechanisms: tuple[str, ...]
    trigger: str
    contributing: tuple[str, ...]
    confidence: float
    text: str = ""


@dataclass(frozen=True)
class StandDown:
    reason: str = ""


@dataclass(frozen=True)
class Pause:
    """A facilitator stops the drill's clock, from the page on; only notes are taken until `Resume`."""

    reason: str = ""


@dataclass(frozen=True)
class Resume:
    """The drill's clock goes on."""


@dataclass(frozen=True)
class Reflect:
    """Say how long it felt (s), and how many times as long it would have been without the AI; or neither."""

    felt_s: float | None = None
    without_ai: float | None = None


@dataclass(frozen=True)
class Abort:
    reason: str = field(default="stopped by the engineer")


Command = (
    Begin
    | Acknowledge
    | Note
    | Operate
    | Shell
    | PagePerson
    | Believe
    | Pin
    | RuleOut
    | Look
    | DisposeHint
    | SubmitDiagnosis
    | StandDown
    | Pause
    | Resume
    | Reflect
    | Abort
)
