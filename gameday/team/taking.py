"""Taking one's own next drill from a plan: mode, variant, policy and style are the plan's."""

from __future__ import annotations

from dataclasses import replace

from gameday.drill.start import Wish
from gameday.errors import GamedayError
from gameday.journal.events import Mode
from gameday.journal.manifest import Assignment
from gameday.records.database import Database
from gameday.records.schedule import Planned, Schedule


def take_next(
    engineer: str,
    *,
    mode: Mode | None = None,
    seed: int | None = None,
    limit_s: float | None = None,
    observer: str = "",
) -> tuple[Planned, Wish]:
    """The first open drill of an engineer, and what is asked for to play it.

    Args:
        mode: a lead's override; it takes the pair out of every comparison.

    Raises:
        GamedayError: nothing is planned for them, or everything is done.
        BadRecords: the store cannot be used.
    """
    database = Database()
    try:
        schedule = Schedule(database)
        drill = schedule.next_of(engineer)
        if drill is None:
            known = schedule.drills(engineer=engineer)
            raise GamedayError(
                f"everything that was planned for {engineer} is done or withdrawn"
                if known
                else f"nothing is planned for {engineer}; --as says who you are in the plan"
            )
        overridden = mode is not None and mode != drill.mode
        if overridden:
            schedule.set_aside(drill.block)
    finally:
        database.close()
    wish = _wish(drill, mode or drill.mode, overridden)
    return drill, replace(wish, engineer=engineer, seed=seed, limit_s=limit_s, observer=observer)


def _wish(drill: Planned, mode: Mode, overridden: bool) -> Wish:
    return Wish(
        pack=f"{drill.pack}/{drill.variant}",
        mode=mode,
        advisor=drill.advisor,
        policy=drill.policy or "natural",
        style=drill.style,
        spoiled=False,
        assignment=Assignment(
            block=drill.block,
            order=1 if drill.order == 1 else 2,
            mode=drill.mode,
            policy=drill.policy,
            randomised=drill.randomised and not overridden,
        ),
    )
