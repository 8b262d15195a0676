"""`rehearsal.json`: what a rehearsal saw, point by point, and the scale that scores are measured by."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.world.proposals import read_proposal
from scenarios.model import Pack

RECORD_FILE = "rehearsal.json"
_MEMORY_DIFFERS = 0.05

PointName = Literal[
    "quiet", "bites", "lasts", "tempting", "accepted", "cheating", "discriminators", "no-leak", "nothing-left"
]
POINTS: tuple[tuple[PointName, str], ...] = (
    ("quiet", "quiet before"),
    ("bites", "it bites"),
    ("lasts", "it doesn't heal itself"),
    ("tempting", "tempting doesn't help"),
    ("accepted", "accepted works"),
    ("cheating", "cheating doesn't pass"),
    ("discriminators", "the discriminators discriminate"),
    ("no-leak", "no leak"),
    ("nothing-left", "nothing left"),
)
"""The nine points in the order in which they are told, each with its words."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Machine(_Part):
    """Where it was: figures from another machine are another scale."""

    system: str
    architecture: str
    cpus: int
    memory_gib: float

    def is_like(self, other: Machine) -> bool:
        """Whether figures of both are on one scale; what a kernel keeps for itself differs between boots."""
        same = (self.system, self.architecture, self.cpus) == (other.system, other.architecture, other.cpus)
        return same and math.isclose(self.memory_gib, other.memory_gib, rel_tol=_MEMORY_DIFFERS)


class Point(_Part):
    """One of the nine, with what was seen."""

    name: PointName
    passed: bool
    says: str = Field(description="The verdict in one sentence, with its figure.")
    took_s: float | None = Field(default=None, description="Since the point before, or since it began.")
    figures: dict[str, float | str | None] = Field(default_factory=dict, description="Times in seconds.")


class Losses(_Part):
    """What customers went without, and what the shop did, over a stretch of the incident."""

    over_s: float
    customer_minutes: float = Field(description="Minutes of service per customer.")
    money: float = Field(description="In the shop's currency.")


class FixRun(_Part):
    """One fix as it went."""

    id: str
    kind: Literal["accepted", "tempting"]
    mitigated: bool
    restored_s: float | None = Field(
        description="From its beginning until customers were served again; never before its first step."
    )
    failed_step: str = ""
    lost: Losses | None = Field(
        default=None, description="The harm of a tempting fix where nothing is wrong: from its first step on."
    )
    worst_sli: float | None = Field(
        default=None, description="Smallest share of good requests of any journey over ten seconds meanwhile."
    )


class Rehearsal(_Part):
    """One variant on one runtime."""

    schema_version: Literal[1] = 1
    pack: str
    variant: str
    runtime: str
    machine: Machine
    digest: str = Field(description="Of what was played; a changed variant has to be rehearsed again.")
    began: float = Field(description="UNIX seconds.")
    took_s: float
    points: tuple[Point, ...]
    onset_to_violation_s: float | None = None
    onset_to_page_s: float | None = None
    worst_sli: float | None = Field(
        default=None, description="Smallest share of good requests of any journey over ten seconds."
    )
    doing_nothing: Losses | None = Field(
        default=None, description="While nobody acts, carried on to the pack's limit."
    )
    best_fix: Losses | None = Field(
        default=None, description="Until the page, and then with the quickest accepted fix."
    )
    fixes: tuple[FixRun, ...] = ()

    @property
    def passed(self) -> bool:
        return all(point.passed for point in self.points) and len(self.points) == len(POINTS)

    @property
    def failed(self) -> Point | None:
        """The first point that failed."""
        return next((point for point in self.points if not point.passed), None)


def digest_of(pack: Pack, variant: str) -> str:
    """Of all that a rehearsal of one variant plays or looks at.

    Words that nobody acts on, such as the cast's lines, the reasons and the README, may be mended without
    rehearsing again; a step, a figure, a query, a commit or a line of the experiment may not.
    """
    case = pack.scenario.of(variant)
    played = {
        "configuration": dict(case.variant.configuration),
        "limits": case.limits.model_dump(),
        "load": case.load.model_dump(),
        "observability": case.observability.model_dump(),
        "expectations": case.expectations.model_dump(),
        "fraud": case.fraud and case.fraud.model_dump(),
        "components": case.truth.components,
        "signals": [(each.promql, each.before, each.after) for each in case.truth.discriminators],
        "accepted": [(each.id, each.steps, each.within_s) for each in case.fixes.accepted],
        "tempting": [(each.id, each.steps) for each in case.fixes.tempting],
    }
    whole = hashlib.sha256(json.dumps(played, sort_keys=True, default=str).encode())
    commits = [path for path in pack.commits.glob("*.yaml") if _belongs(path, variant)]
    for path in sorted([pack.experiment(variant), *commits]):
        if path.is_file():
            whole.update(path.relative_to(pack.folder).as_posix().encode() + b"\0")
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _belongs(commit: Path, variant: str) -> bool:
    variants = read_proposal(commit).variants
    return not variants or variant in variants
