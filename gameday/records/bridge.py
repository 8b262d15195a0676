"""From the rows of the store to the drills that `scoring` compares.

Every row becomes a drill that says what it is (void, spoiled, repeated, outside a plan, not randomised,
simulated), and `scoring.comparison.pair_up` leaves out and counts by those reasons. Only drills that are
sealed stay behind here, so that no page that is made of drills can tell what they were about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, cast

from gameday.records.graded import from_lines, from_words
from gameday.records.store import Records
from gameday.records.store import Rep as Row
from scoring.comparison.reps import NONE, AiTrace, Latency, Policy, Rep, Stated
from scoring.reliance import AcceptanceTable, Proportion

NO_TEAM = "no team"

_NOTHING_SAID = AiTrace()
# Few values make up nearly all drills, and a comparison may be of a hundred thousand.
_share = lru_cache(maxsize=4096)(Proportion)
_cells = lru_cache(maxsize=4096)(AcceptanceTable)
_lines = lru_cache(maxsize=4096)(from_lines)


class SealedDrill(NamedTuple):
    """What may be known of a drill whose block is not complete."""

    ai: bool
    ended: dt.datetime


def comparable(
    records: Records,
    *,
    pseudonyms: bool = False,
    on_helped: Callable[[str], object] | None = None,
    on_sealed: Callable[[SealedDrill], object] | None = None,
) -> Iterator[Rep]:
    """Every drill of the store that isn't sealed, in the order in which they started.

    Args:
        pseudonyms: engineers by codename, the same one every time.
        on_helped: hears the name of each run without the AI on whose machine an assistant was seen.
        on_sealed: hears of each drill that is sealed.

    Raises:
        BadRecords: the store cannot be read.
    """
    teams, simulated = records.teams(), records.simulated
    rows = records.reps() if on_helped is None else _heard(records.reps(), on_helped)
    return as_reps(rows, teams, simulated_store=simulated, pseudonyms=pseudonyms, on_sealed=on_sealed)


def _heard(rows: Iterable[Row], on_helped: Callable[[str], object]) -> Iterator[Row]:
    for row in rows:
        if row.helped and row.mode == "manual":
            on_helped(row.run)
        yield row


def as_reps(
    rows: Iterable[Row],
    teams: Mapping[int, str],
    *,
    simulated_store: bool,
    pseudonyms: bool = False,
    on_sealed: Callable[[SealedDrill], object] | None = None,
) -> Iterator[Rep]:
    """Rows, oldest first, as drills; a variant that its engineer has met in an earlier row is repeated.

    Args:
        teams: by person's key.
        simulated_store: nobody played any of them, so being simulated is no reason to leave one out.
    """
    met: set[tuple[int, str, str]] = set()
    for row in rows:
        key = (row.person, row.pack, row.variant)
        # A void drill tells nothing, and is counted as void.
        if row.sealed and not row.void:
            if on_sealed is not None:
                on_sealed(SealedDrill(_planned_mode(row) != "manual", _utc(row.ended)))
        else:
            yield _rep(
                row,
                team=teams.get(row.person, NO_TEAM),
                engineer=shown_name(row, pseudonyms=pseudonyms),
                repeated=key in met,
                simulated=row.simulated and not simulated_store,
            )
        if row.met or (row.met is None and not row.void):
            met.add(key)


def shown_name(row: Row, *, pseudonyms: bool) -> str:
    """The engineer's name, or their codename if that is wanted or the name was taken off."""
    return row.pseudonym if pseudonyms or row.engineer is None else row.engineer


def _planned_mode(row: Row) -> str:
    return row.planned_mode or row.mode


def _utc(wall: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(wall, dt.UTC)


def _rep(row: Row, *, team: str, engineer: str, repeated: bool, simulated: bool) -> Rep:
    planned = _planned_mode(row)
    no_fault = row.no_fault is not None
    return Rep(
        run=row.run,
        engineer=engineer,
        team=team,
        family=row.family,
        variant=f"{row.pack}/{row.variant}",
        ai=planned != "manual",
        ended=_utc(row.ended),
        time_to_mitigate_s=row.limit_s if row.time_to_mitigate_s is None else row.time_to_mitigate_s,
        mitigated=bool(row.mitigated),
        limit_s=row.limit_s,
        diagnosis=row.diagnosis or 0.0,
        correct=bool(row.correct),
        block=row.block,
        order=row.block_order,
        # Whoever played another mode than the planned one set aside what chance had chosen.
        randomised=bool(row.randomised) and row.mode == planned,
        spoiled=row.spoiled,
        void=row.void,
        simulated=simulated,
        repeated=repeated,
        no_fault=no_fault,
        stood_down=row.no_fault == "correct_stand_down",
        policy=cast(Policy, row.policy) if planned != "manual" else None,
        felt_s=row.felt_s,
        real_s=row.real_s,
        beliefs=_beliefs(row.confidences),
        answer_components=_lines(row.answer_components),
        unnamed_missed=_share(row.missed_k or 0, row.missed_n) if row.missed_n else NONE,
        trace=_NOTHING_SAID if row.mode == "manual" or row.void else _trace(row),
    )


@lru_cache(maxsize=4096)
def _beliefs(column: str | None) -> tuple[Stated, ...]:
    return from_words(column)


def _trace(row: Row) -> AiTrace:
    cells = (row.right_taken or 0, row.right_left or 0, row.wrong_taken or 0, row.wrong_left or 0)
    return AiTrace(
        table=_cells(*cells),
        rair=_share(row.rair_k or 0, row.rair_n or 0),
        rsr=_share(row.rsr_k or 0, row.rsr_n or 0),
        commission=_share(row.commission_k or 0, row.commission_n or 0),
        claims_wrong=_share(cells[2] + cells[3], sum(cells)),
        wrong_components=_lines(row.wrong_components),
        latency=None
        if row.waiting_s is None or row.reading_s is None or row.astray_s is None
        else Latency(row.waiting_s, row.reading_s, row.astray_s),
    )
