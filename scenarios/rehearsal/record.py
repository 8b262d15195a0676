"""`rehearsal.json`: what a rehearsal saw, point by point, and the scale that scores are measured by."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

RECORD_FILE = "rehearsal.json"

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


class Point(_Part):
    """One of the nine, with what was seen."""

    name: PointName
    passed: bool
    says: str = Field(description="The verdict in one sentence, with its figure.")
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
    restored_s: float | None = Field(description="From its first step until customers were served again.")
    failed_step: str = ""


class Rehearsal(_Part):
    """One variant on one runtime."""

    schema_version: Literal[1] = 1
    pack: str
    variant: str
    runtime: str
    machine: Machine
    digest: str = Field(description="Of the pack's files; a changed pack has to be rehearsed again.")
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


def digest_of(folder: Path) -> str:
    """Of every file of a pack but the records of its rehearsals."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != RECORD_FILE and "__pycache__" not in path.parts:
            whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
