"""The page of AI-on against AI-off: read from the records, compared, its looks kept."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from gameday.errors import BadRecords
from gameday.records.bridge import SealedDrill, comparable
from gameday.records.database import Database
from gameday.records.store import Records
from gameday.records.training import Training
from scoring.comparison import Comparison, Paired, Primary, Rep, compare, pair_up
from scoring.comparison.arms import By

PRIMARY: Primary = "time_to_mitigate"
OnReps = Callable[[Sequence[Rep], Paired, Sequence[SealedDrill]], object]
"""Is given the drills that may be told of, their pairs, and the drills that are sealed."""


@dataclass(frozen=True)
class Asked:
    """What a lead asked for."""

    by: By | None = None
    since: dt.datetime | None = None
    """Only drills that ended then or later, with a time zone; rules a verdict out."""
    primary: Primary | None = None
    """None takes the declared one, time to mitigate if none was."""
    pseudonyms: bool = False


@dataclass(frozen=True)
class ComparisonPage:
    """Everything that is shown."""

    comparison: Comparison
    by: By | None
    since: dt.datetime | None
    simulated: bool
    """Nobody played these drills."""
    helped: int
    """Sound drills without the AI on whose machine a known assistant ran."""
    sealed: int = 0
    """Drills that nothing is made of yet, because the other drill of their pair is to come."""
    not_kept: str = ""
    """Why a look that was taken could not be kept; empty if it was."""


def comparison_page(database: Database, asked: Asked, on_reps: OnReps | None = None) -> ComparisonPage:
    """Compare what is in the store, and keep the planned looks that this takes.

    Args:
        on_reps: is given the drills that were read, for whoever wants more of them than this page.

    Raises:
        BadRecords: the store cannot be read.
    """
    # Of the many objects that are made meanwhile none is left when collecting begins again, unless on_reps
    # keeps it.
    with _no_collection():
        return _page(database, asked, on_reps)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Don't look for garbage meanwhile: with so many drills at once that takes longer than the comparison."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _page(database: Database, asked: Asked, on_reps: OnReps | None) -> ComparisonPage:
    records, training = Records(database), Training(database)
    helped: list[str] = []
    closed: list[SealedDrill] = []
    known = comparable(records, pseudonyms=asked.pseudonyms, on_helped=helped.append, on_sealed=closed.append)
    reps = [rep for rep in known if asked.since is None or rep.ended >= asked.since]
    sealed = [drill for drill in closed if asked.since is None or drill.ended >= asked.since]
    paired = pair_up(reps)
    if on_reps is not None:
        on_reps(reps, paired, sealed)
    declared = training.declared()
    primary = asked.primary or declared or PRIMARY
    kept = training.looks(primary)
    found = compare(
        reps,
        primary=primary,
        by=asked.by,
        selected=asked.since is not None,
        kept=kept,
        declared=declared,
        paired=paired,
    )
    return ComparisonPage(
        comparison=found,
        by=asked.by,
        since=asked.since,
        simulated=records.simulated,
        helped=_still_there(helped, reps),
        sealed=len(sealed),
        not_kept=_keep(training, found) if len(found.verdict.looks) > len(kept) else "",
    )


def _still_there(helped: list[str], reps: list[Rep]) -> int:
    if not helped:
        return 0
    runs = set(helped)
    return sum(rep.run in runs and not (rep.void or rep.spoiled) for rep in reps)


def _keep(training: Training, found: Comparison) -> str:
    try:
        training.keep_looks(found.primary, found.verdict.looks)
    except BadRecords as reason:
        return f"The look that was taken could not be kept: {reason}"
    return ""
