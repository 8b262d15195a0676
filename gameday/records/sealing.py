"""Which drills of a plan would be spoiled by what is told of their block: one rule, in two forms.

Whoever has a block's drills asks `to_come`; whoever reads many rows at once has the database ask, by
`SEALED_ROW`. A test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from gameday.records.tables import drills, planned

if TYPE_CHECKING:
    from gameday.records.schedule import Planned


def to_come(plan: Iterable[Planned]) -> list[Planned]:
    """Of planned drills, those still to come whose block no lead opened early: they can be spoiled."""
    return [drill for drill in plan if drill.open and not drill.unsealed]


DONE: sa.ScalarSelect[Any] = (
    sa.select(sa.func.min(drills.c.run))
    .where(drills.c.block == planned.c.block, drills.c.block_order == planned.c.block_order, ~drills.c.void)
    .correlate(planned)
    .scalar_subquery()
)
"""The drill that fulfils a planned one; NULL while it is to be done."""

_SEALED = sa.select(planned.c.block).where(~planned.c.withdrawn, ~planned.c.unsealed, DONE.is_(None))

SEALED_ROW: sa.ColumnElement[bool] = sa.func.coalesce(drills.c.block.in_(_SEALED), sa.false())
"""Whether a drill's block has one that `to_come` would name; false outside a plan."""
