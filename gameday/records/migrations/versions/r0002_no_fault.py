"""What a drill in which nothing was wrong came to: it has nothing to mitigate, so no time for it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NONE_IF_NOTHING_WRONG: tuple[tuple[str, sa.types.TypeEngine[Any]], ...] = (
    ("time_to_mitigate_s", sa.Double()),
    ("mitigated", sa.Boolean()),
)


def upgrade() -> None:
    with op.batch_alter_table("scorecards") as scorecards:
        for name, kind in _NONE_IF_NOTHING_WRONG:
            scorecards.alter_column(name, existing_type=kind, nullable=True)
        scorecards.add_column(sa.Column("no_fault", sa.String()))
        scorecards.add_column(sa.Column("stood_down_s", sa.Double()))


def downgrade() -> None:
    op.execute("DELETE FROM scorecards WHERE time_to_mitigate_s IS NULL")
    with op.batch_alter_table("scorecards") as scorecards:
        scorecards.drop_column("stood_down_s")
        scorecards.drop_column("no_fault")
        for name, kind in _NONE_IF_NOTHING_WRONG:
            scorecards.alter_column(name, existing_type=kind, nullable=False)
