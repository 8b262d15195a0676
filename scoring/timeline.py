"""What the scorers need of one drill, and nothing else. All times are UNIX seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from scoring.skill import Scale
from scoring.sli import SecondSli
from scoring.slo import Slo

Mode = Literal["manual", "advise"]
Fate = Literal["accepted", "modified", "rejected", "ignored"]
Tier = Literal["read", "write", "shell"]


@dataclass(frozen=True)
class Claim:
    """That these components fail by these mechanisms; both empty means `don't know yet`."""

    components: frozenset[str] = frozenset()
    mechanisms: frozenset[str] = frozenset()

    @property
    def empty(self) -> bool:
        return not (self.components or self.mechanisms)


@dataclass(frozen=True)
class Belief:
    """What the engineer thought at one moment, and how sure, from 0 to 1."""

    at: float
    claim: Claim
    confidence: float


@dataclass(frozen=True)
class Hint:
    """What the advisor said, and what became of it."""

    number: int
    at: float
    claim: Claim | None
    """None for an observation that names no cause."""
    confidence: float
    suggests: str = ""
    """An operation, or empty."""
    fate: Fate = "ignored"
    took_s: float = 0.0
    """How long the advisor took to look."""
    disposed_at: float | None = None
    """When the engineer said what became of it; None if they never did."""


@dataclass(frozen=True)
class Answer:
    """The diagnosis that was submitted."""

    at: float
    claim: Claim
    trigger: str
    contributing: frozenset[str]
    confidence: float


@dataclass(frozen=True)
class Truth:
    """What really happened."""

    claim: Claim
    trigger: str
    contributing: frozenset[str]
    owners: frozenset[str] = frozenset()
    """The people to page: who owns a true component, or knows it best."""
    harmful: tuple[str, ...] = ()
    """Operations that make things worse; each stands for every line that begins with it."""

    @property
    def nothing_wrong(self) -> bool:
        """It was a page that meant nothing."""
        return self.claim.mechanisms == {"none"}


@dataclass(frozen=True)
class Operation:
    """One line that was carried out."""

    at: float
    line: str
    tier: Tier
    exit_code: int

    @property
    def words(self) -> tuple[str, ...]:
        return operation_words(self.line)


@dataclass(frozen=True)
class PersonPaged:
    """A colleague was rung."""

    at: float
    who: str


@dataclass(frozen=True)
class Feeling:
    """What the engineer said of it before anything was revealed."""

    duration_s: float | None
    """From the page to the end."""
    without_ai: float | None
    """How many times as long it would have taken without the AI."""


@dataclass(frozen=True)
class Timeline:
    """One drill, as a scorer sees it."""

    onset: float
    ended_at: float
    limit_s: float
    """Seconds from the onset at which the drill is censored."""
    hold_s: float
    mode: Mode
    truth: Truth
    sli: tuple[SecondSli, ...] = ()
    """Up to the end of the drill, in order."""
    baseline: Mapping[str, float] = field(default_factory=dict)
    """Demand by journey before the onset, requests/s."""
    slo: Slo = field(default_factory=Slo)
    customers: float = 1.0
    """Legitimate customers at a time; 1 makes customer-minutes the mean of each customer."""
    paged_at: float | None = None
    acknowledged_at: float | None = None
    mitigated_at: float | None = None
    """Start of the mitigation that still stood when the drill ended."""
    let_down: bool = False
    """Customers were not served within the SLO when the drill ended."""
    stood_down_at: float | None = None
    beliefs: tuple[Belief, ...] = ()
    hints: tuple[Hint, ...] = ()
    operations: tuple[Operation, ...] = ()
    felt: Feeling | None = None
    people_paged: tuple[PersonPaged, ...] = ()
    answer: Answer | None = None
    scale: Scale | None = None
    """What the variant's rehearsal lost; None if nobody has rehearsed it."""


def operation_words(line: str) -> tuple[str, ...]:
    """The words of an operation without the leading `ops`, so that two spellings compare equal."""
    words = tuple(line.split())
    return words[1:] if words[:1] == ("ops",) else words
