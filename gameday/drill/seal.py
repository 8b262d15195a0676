"""Whether a drill's debrief may be shown yet.

The two drills of a block are variants of one family. What the first one's debrief tells would be known in
the second, and what practice does would pass for what the AI does. So it stays sealed until both are done.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gameday.errors import BadRecords, GamedayError
from gameday.journal.manifest import MANIFEST_FILE, Assignment, read_manifest

if TYPE_CHECKING:
    from gameday.records.schedule import Planned


@dataclass(frozen=True)
class Seal:
    """A debrief is closed."""

    sentence: str
    """Until when, and what opens it."""


class DebriefSealed(GamedayError):
    """What was asked for would spoil a drill that is still to come; the text says until when."""

    def __init__(self, seal: Seal) -> None:
        super().__init__(seal.sentence)
        self.seal = seal


def seal_of(assignment: Assignment | None, block: Sequence[Planned]) -> Seal | None:
    """The seal of a drill that has ended, from its own assignment and its block's two drills as planned.

    It opens by itself when the other drill is done or withdrawn, or once a lead opened the block.
    """
    from gameday.records.sealing import to_come

    if assignment is None:
        return None
    waiting = [drill for drill in to_come(block) if drill.order != assignment.order]
    if not waiting:
        return None
    return Seal(
        f"Sealed until the other drill of block {assignment.block} is done, planned for "
        f"{_day(waiting[0])}: what this one was about would help in that one."
    )


def _day(drill: Planned) -> str:
    """When it is planned for, by the clock of its engineer."""
    return f"{dt.datetime.fromtimestamp(drill.at, zoneinfo.ZoneInfo(drill.zone)):%a %d %b %Y %H:%M}"


def seal_of_export(name: str, planned: Iterable[Planned]) -> Seal | None:
    """The seal on everything that is kept of somebody, from all drills that were ever planned for them.

    It would tell what the drills to come are about, those of pairs that nobody has begun too.
    """
    from gameday.records.sealing import to_come

    waiting = to_come(planned)
    if not waiting:
        return None
    count = len({drill.block for drill in waiting})
    what = f"{count} pairs of {name}'s drills are" if count > 1 else f"a pair of {name}'s drills is"
    return Seal(
        f"Sealed while {what} not complete, the last drill planned for "
        f"{_day(max(waiting, key=lambda drill: drill.at))}: it would tell what they are about; "
        "--unseal exports it all the same, and no comparison counts such a pair then"
    )


def seal_on(run_folder: Path) -> Seal | None:
    """The seal on a run's debrief, if any. Where the records can't be asked, it stays closed.

    Raises:
        BadJournal: the run's manifest cannot be read.
    """
    assignment = _assignment(run_folder)
    if assignment is None:
        return None
    from gameday.records.database import Database
    from gameday.records.schedule import Schedule

    try:
        database = Database()
    except BadRecords as reason:
        return Seal(f"Sealed, because nobody can look whether its block is complete: {reason}")
    try:
        return seal_of(assignment, Schedule(database).drills(block=assignment.block))
    finally:
        database.close()


def unseal(run_folder: Path) -> str:
    """Open a run's debrief early, for a lead; its block is not randomised any more.

    Returns:
        What was done, in a sentence; empty if it was not sealed.

    Raises:
        BadJournal: the run's manifest cannot be read.
        BadRecords: the store cannot be used.
    """
    assignment = _assignment(run_folder)
    if assignment is None:
        return ""
    from gameday.records.database import Database
    from gameday.records.schedule import Schedule

    database = Database()
    try:
        schedule = Schedule(database)
        if seal_of(assignment, schedule.drills(block=assignment.block)) is None:
            return ""
        schedule.set_aside(assignment.block, unseal=True)
    finally:
        database.close()
    return f"Block {assignment.block} is open and marked as not randomised; comparisons leave it out."


def _assignment(run_folder: Path) -> Assignment | None:
    """What a plan assigned; a journal without a manifest belongs to no plan."""
    if not (run_folder / MANIFEST_FILE).is_file():
        return None
    return read_manifest(run_folder).assignment
