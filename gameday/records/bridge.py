"""From the rows of the store to the drills that `scoring` compares.

Every row becomes a drill that says what it is (void, spoiled, repeated, outside a plan, not randomised,
simulated), and `scoring.comparison.pair_up` leaves out and counts by those reasons. Only drills that are
sealed stay behind here, so that no page that is made of drills can tell what they were about.

A comparison may be of a hundred thousand drills. So the database works out what it can, and a row is taken
apart at once, without an object in between.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from gameday.records.graded import from_lines, from_words
from gameday.records.sealing import SEALED_ROW
from gameday.records.store import MET, Records
from gameday.records.tables import drills, people, scorecards
from scoring.comparison.reps import NONE, NOTHING_SAID, AiTrace, Latency, Rep
from scoring.reliance import AcceptanceTable, Proportion

NO_TEAM = "no team"

# Few values make up nearly all drills.
_share = lru_cache(maxsize=4096)(Proportion)
_cells = lru_cache(maxsize=4096)(AcceptanceTable)
_lines = lru_cache(maxsize=4096)(from_lines)
_beliefs = lru_cache(maxsize=4096)(from_words)

_MODE = sa.func.coalesce(drills.c.planned_mode, drills.c.mode)
_BY_HAND = _MODE == "manual"


def _known(column: sa.Column[Any], otherwise: object) -> sa.ColumnElement[Any]:
    return sa.func.coalesce(column, otherwise)


# In the order in which `comparable` takes a row apart.
_ROWS = (
    sa.select(
        drills.c.person_id,
        drills.c.pack,
        drills.c.variant,
        MET,
        sa.and_(SEALED_ROW, ~drills.c.void),  # A void drill tells nothing, and is counted as void.
        sa.and_(drills.c.mode == "manual", sa.cast(drills.c.assistants, sa.String) != "[]"),
        drills.c.mode == "manual",
        drills.c.run,
        people.c.name,
        people.c.pseudonym,
        drills.c.family,
        ~_BY_HAND,
        drills.c.ended,
        drills.c.limit_s,
        _known(scorecards.c.time_to_mitigate_s, drills.c.limit_s),
        _known(scorecards.c.mitigated, sa.false()),
        _known(scorecards.c.diagnosis, 0.0),
        _known(scorecards.c.correct, sa.false()),
        drills.c.block,
        drills.c.block_order,
        # Whoever played another mode than the planned one set aside what chance had chosen.
        sa.and_(_known(drills.c.randomised, sa.false()), drills.c.mode == _MODE),
        drills.c.spoiled,
        drills.c.void,
        drills.c.simulated,
        scorecards.c.no_fault,
        sa.case((_BY_HAND, None), else_=drills.c.policy),
        scorecards.c.felt_s,
        scorecards.c.real_s,
        scorecards.c.confidences,
        scorecards.c.answer_components,
        _known(scorecards.c.missed_k, 0),
        _known(scorecards.c.missed_n, 0),
        drills.c.busy,
        # In the order in which `_trace` takes them.
        *(
            _known(scorecards.c[name], 0)
            for name in (
                "right_taken", "right_left", "wrong_taken", "wrong_left",
                "rair_k", "rair_n", "rsr_k", "rsr_n", "commission_k", "commission_n",
            )
        ),
        scorecards.c.wrong_components,
        scorecards.c.waiting_s,
        scorecards.c.reading_s,
        scorecards.c.astray_s,
    )
    .select_from(drills.join(people).outerjoin(scorecards))
    .order_by(drills.c.started, drills.c.id)
)  # fmt: skip


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

    A variant that its engineer has met in an earlier row is repeated. In a store of simulated drills nobody
    played any of them, so that being simulated is no reason to leave one out.

    Args:
        pseudonyms: engineers by codename, the same one every time.
        on_helped: hears the name of each run without the AI on whose machine an assistant was seen.
        on_sealed: hears of each drill that is sealed.

    Raises:
        BadRecords: the store cannot be read.
    """
    teams, all_simulated = records.teams(), records.simulated
    seen: set[tuple[int, str, str]] = set()
    utc = dt.UTC
    for row in records.streamed(_ROWS):
        (
            person, pack, variant, met, sealed, helped, by_hand, run, name, pseudonym, family, ai, ended,
            limit_s, taken_s, mitigated, diagnosis, correct, block, order, randomised, spoiled, void,
            simulated, no_fault, policy, felt_s, real_s, confidences, answer, missed_k, missed_n, busy, *said,
        ) = row  # fmt: skip
        key = (person, pack, variant)
        at = dt.datetime.fromtimestamp(ended, utc)
        if helped and on_helped is not None:
            on_helped(run)
        if sealed:
            if on_sealed is not None:
                on_sealed(SealedDrill(ai, at))
        else:
            # By place, in the order of Rep's fields: naming each would take longer than all the rest.
            yield Rep(
                run, pseudonym if pseudonyms or name is None else name, teams.get(person, NO_TEAM), family,
                f"{pack}/{variant}", ai, at, taken_s, mitigated, limit_s, diagnosis, correct, block, order,
                randomised, spoiled, void, simulated and not all_simulated, key in seen,
                no_fault is not None, no_fault == "correct_stand_down", policy, felt_s, real_s,
                _beliefs(confidences), _lines(answer), _share(missed_k, missed_n) if missed_n else NONE,
                NOTHING_SAID if by_hand or void else _trace(*said), busy,
            )  # fmt: skip
        if met:
            seen.add(key)


def _trace(
    right_taken: int, right_left: int, wrong_taken: int, wrong_left: int, rair_k: int, rair_n: int,
    rsr_k: int, rsr_n: int, commission_k: int, commission_n: int, wrong_components: str | None,
    waiting_s: float | None, reading_s: float | None, astray_s: float | None,
) -> AiTrace:  # fmt: skip
    wrong = wrong_taken + wrong_left
    return AiTrace(
        table=_cells(right_taken, right_left, wrong_taken, wrong_left),
        rair=_share(rair_k, rair_n),
        rsr=_share(rsr_k, rsr_n),
        commission=_share(commission_k, commission_n),
        claims_wrong=_share(wrong, wrong + right_taken + right_left),
        wrong_components=_lines(wrong_components),
        latency=None
        if waiting_s is None or reading_s is None or astray_s is None
        else Latency(waiting_s, reading_s, astray_s),
    )
