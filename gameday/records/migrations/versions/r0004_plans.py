"""Plans, and the drills that they assign."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "plans",
        _required("id", sa.Integer()),
        _required("name", sa.String()),
        _required("digest", sa.String()),
        _required("seed", sa.BigInteger()),
        _required("made_at", sa.Double()),
        _required("length_min", sa.Integer()),
        _required("hints", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
        sa.UniqueConstraint("name", name="uq_plans_name"),
    )
    words = ("team", "family", "pack", "variant", "mode", "advisor", "style", "zone")
    op.create_table(
        "planned",
        _required("block", sa.String()),
        _required("block_order", sa.Integer()),
        _required("plan_id", sa.Integer()),
        _required("person_id", sa.Integer()),
        *(_required(name, sa.String()) for name in words),
        sa.Column("policy", sa.String()),
        _required("at", sa.Double()),
        *(_required(name, sa.Boolean()) for name in ("randomised", "unsealed", "withdrawn")),
        sa.PrimaryKeyConstraint("block", "block_order", name="pk_planned"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], "fk_planned_plan_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], "fk_planned_person_id", ondelete="CASCADE"),
    )
    for key in ("plan_id", "person_id"):
        op.create_index(f"ix_planned_{key}", "planned", [key])


def downgrade() -> None:
    op.drop_table("planned")
    op.drop_table("plans")


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)
