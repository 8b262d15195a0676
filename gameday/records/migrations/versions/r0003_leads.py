"""What a plan assigned, what a comparison grades, ratings with their cards, planned looks, other names.

Drills that are there already lose their digest, so that their run folders are read again; where a folder is
gone, what only the journal knows stays null.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for column in _of_drills():
        op.add_column("drills", column)
    op.create_index("ix_drills_block", "drills", ["block"])
    for column in _of_scorecards():
        op.add_column("scorecards", column)
    op.execute("UPDATE drills SET digest = ''")
    op.create_table(
        "aliases",
        _required("name", sa.String()),
        _required("person_id", sa.Integer()),
        sa.PrimaryKeyConstraint("name", name="pk_aliases"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], "fk_aliases_person_id", ondelete="CASCADE"),
    )
    op.create_index("ix_aliases_person_id", "aliases", ["person_id"])
    op.create_table(
        "cards",
        _required("person_id", sa.Integer()),
        _required("family", sa.String()),
        _required("drills", sa.Integer()),
        _required("state", sa.Integer()),
        *(_required(name, sa.Double()) for name in ("stability", "difficulty", "due", "last_review")),
        sa.PrimaryKeyConstraint("person_id", "family", name="pk_cards"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], "fk_cards_person_id", ondelete="CASCADE"),
    )
    op.create_table(
        "looks",
        _required("outcome", sa.String()),
        _required("pairs", sa.Integer()),
        _required("looked_at", sa.Double()),
        _required("engineers", sa.Integer()),
        sa.Column("p", sa.Double()),
        sa.Column("least_p", sa.Double()),
        sa.Column("method", sa.String()),
        sa.Column("direction", sa.Integer()),
        *(sa.Column(name, sa.Double()) for name in ("effect", "low", "high", "level")),
        sa.PrimaryKeyConstraint("outcome", "pairs", name="pk_looks"),
    )


def downgrade() -> None:
    for table in ("looks", "cards", "aliases"):
        op.drop_table(table)
    for column in _of_scorecards():
        op.drop_column("scorecards", column.name)
    op.drop_index("ix_drills_block", "drills")
    for column in _of_drills():
        op.drop_column("drills", column.name)


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _of_drills() -> list[sa.Column[Any]]:
    return [
        sa.Column("block", sa.String()),
        sa.Column("block_order", sa.Integer()),
        sa.Column("planned_mode", sa.String()),
        sa.Column("planned_policy", sa.String()),
        sa.Column("randomised", sa.Boolean()),
        sa.Column("observer", sa.String()),
        sa.Column("met", sa.Boolean()),
    ]


def _of_scorecards() -> list[sa.Column[Any]]:
    counts = ("missed_k", "missed_n", "right_taken", "right_left", "wrong_taken", "wrong_left")
    return [
        sa.Column("felt_s", sa.Double()),
        sa.Column("real_s", sa.Double()),
        sa.Column("harm_minutes", sa.Double()),
        *(sa.Column(name, sa.String()) for name in ("answer_components", "wrong_components", "confidences")),
        *(sa.Column(name, sa.Integer()) for name in counts),
        *(sa.Column(name, sa.Double()) for name in ("waiting_s", "reading_s", "astray_s")),
        sa.Column("rating", sa.String()),
        sa.Column("rated_by_par_s", sa.Double()),
    ]
