"""Under which rules one drill is played, and how it is called."""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass

from gameday.journal.events import AdvisorName, Mode, Policy, Style
from gameday.journal.manifest import Assignment
from sandbox.world.proposals import Proposal
from sandbox.world.setting import Setting
from scenarios.history import commits
from scenarios.model import Case, Pack, Variant

_BIRDS = (
    "KESTREL", "MERLIN", "OSPREY", "PLOVER", "CURLEW", "DUNLIN", "SHRIKE", "LINNET", "AVOCET", "BITTERN",
    "FULMAR", "GANNET", "HOBBY", "HERON", "KNOT", "PETREL", "RAVEN", "ROLLER", "SISKIN", "TERN",
)  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """What is played, by whom, and how."""

    pack: Pack
    variant: Variant
    mode: Mode
    engineer: str
    seed: int
    advisor: AdvisorName = "pattern"
    policy: Policy = "natural"
    """Which of the advisor's lines are spoken; hidden from the engineer."""
    style: Style = "verdict"
    spoiled: bool = False
    """The engineer chose the pack by name."""
    limit_s: float | None = None
    """Instead of the pack's own limit."""
    assignment: Assignment | None = None
    """What a plan assigned; it goes into the run's manifest."""
    observer: str = ""
    """Who watches the drill; empty if nobody does."""

    @functools.cached_property
    def case(self) -> Case:
        """The scenario as this drill's variant plays it."""
        return self.pack.scenario.of(self.variant.id)

    @functools.cached_property
    def proposals(self) -> tuple[Proposal, ...]:
        """What lies in the company's history besides its own commits.

        Raises:
            SandboxError: one of them is not valid.
        """
        return commits(self.pack, self.variant.id)

    def check(self) -> None:
        """Read what is only read later, so that what is wrong with it is said before anything starts.

        Raises:
            SandboxError: a commit of the pack is not valid.
        """
        _ = self.case, self.proposals

    @property
    def setting(self) -> Setting:
        """How busy the shop is and how much is written down."""
        load, seen = self.case.load, self.case.observability
        return Setting(
            load.profile,
            load.customers,
            load.arrivals_per_s,
            load.new_photo_share,
            seen.log_sampling,
            seen.trace_sampling,
            load.album,
        )

    @property
    def drill_s(self) -> float:
        """How long the engineer has from the onset, s."""
        return self.limit_s if self.limit_s is not None else self.pack.scenario.limits.drill_s

    @property
    def hold_s(self) -> float:
        return self.pack.scenario.limits.hold_s

    def delay_s(self) -> float:
        """The hidden delay between the proven baseline and the fault, s; a function of the seed."""
        delay = self.pack.scenario.delay
        return random.Random(f"delay:{self.seed}").uniform(delay.least_s, delay.most_s)


def draw_codename(dice: random.Random) -> str:
    """A name that says nothing about what will happen."""
    return f"{dice.choice(_BIRDS)}-{dice.randint(1, 99)}"
