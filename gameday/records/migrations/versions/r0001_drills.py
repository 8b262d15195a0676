"""People, teams, drills and what became of them.

The schedule's blocks come with a step of their own: a block refers to drills, no drill to a block.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _people()
    _drills()
    _scorecards()
    _hints()
    op.create_table(
        "forgotten",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("forgotten_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("run", name="pk_forgotten"),
    )


def downgrade() -> None:
    for table in ("forgotten", "hints", "vectors", "scorecards", "drills", "memberships", "teams", "people"):
        op.drop_table(table)


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _people() -> None:
    op.create_table(
        "people",
        _required("id", sa.Integer()),
        sa.Column("name", sa.String()),
        _required("pseudonym", sa.String()),
        _required("made_at", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("name", name="uq_people_name"),
        sa.UniqueConstraint("pseudonym", name="uq_people_pseudonym"),
    )
    op.create_table(
        "teams",
        _required("id", sa.Integer()),
        _required("name", sa.String()),
        _required("made_at", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
        sa.UniqueConstraint("name", name="uq_teams_name"),
    )
    op.create_table(
        "memberships",
        _required("team_id", sa.Integer()),
        _required("person_id", sa.Integer()),
        _required("since", sa.Double()),
        sa.PrimaryKeyConstraint("team_id", "person_id", name="pk_memberships"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], "fk_memberships_team_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], "fk_memberships_person_id", ondelete="CASCADE"),
    )
    op.create_index("ix_memberships_person_id", "memberships", ["person_id"])


def _drills() -> None:
    words = ("codename", "pack", "variant", "family", "mode", "advisor", "policy", "style", "runtime")
    op.create_table(
        "drills",
        _required("id", sa.Integer()),
        _required("run", sa.String()),
        _required("digest", sa.String()),
        _required("person_id", sa.Integer()),
        *(_required(name, sa.String()) for name in words),
        _required("seed", sa.BigInteger()),
        _required("started", sa.Double()),
        _required("ended", sa.Double()),
        _required("outcome", sa.String()),
        _required("limit_s", sa.Double()),
        sa.Column("par_s", sa.Double()),
        *(_required(name, sa.Boolean()) for name in ("void", "spoiled", "simulated")),
        _required("assistants", sa.JSON()),
        _required("schema", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_drills"),
        sa.UniqueConstraint("run", name="uq_drills_run"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], "fk_drills_person_id", ondelete="CASCADE"),
    )
    op.create_index("ix_drills_digest", "drills", ["digest"])
    op.create_index("ix_drills_started", "drills", ["started"])
    op.create_index("ix_drills_person_id_started", "drills", ["person_id", "started"])


def _scorecards() -> None:
    counts = ("rair_k", "rair_n", "rsr_k", "rsr_n", "commission_k", "commission_n")
    op.create_table(
        "scorecards",
        _required("drill_id", sa.Integer()),
        _required("schema", sa.Integer()),
        sa.Column("time_to_acknowledge_s", sa.Double()),
        sa.Column("time_to_hypothesis_s", sa.Double()),
        _required("time_to_mitigate_s", sa.Double()),
        _required("mitigated", sa.Boolean()),
        _required("diagnosis", sa.Double()),
        _required("correct", sa.Boolean()),
        sa.Column("confidence", sa.Double()),
        _required("customer_minutes_lost", sa.Double()),
        _required("money_lost", sa.Double()),
        sa.Column("response_skill", sa.Double()),
        _required("harmful", sa.Integer()),
        _required("stabilised_first", sa.Boolean()),
        _required("beliefs", sa.Integer()),
        sa.Column("brier", sa.Double()),
        sa.Column("overconfidence", sa.Double()),
        *(_required(name, sa.Integer()) for name in counts),
        sa.PrimaryKeyConstraint("drill_id", name="pk_scorecards"),
        sa.ForeignKeyConstraint(["drill_id"], ["drills.id"], "fk_scorecards_drill_id", ondelete="CASCADE"),
    )
    op.create_table(
        "vectors",
        _required("drill_id", sa.Integer()),
        _required("stated", sa.JSON()),
        _required("vector", sa.JSON()),
        sa.PrimaryKeyConstraint("drill_id", name="pk_vectors"),
        sa.ForeignKeyConstraint(["drill_id"], ["drills.id"], "fk_vectors_drill_id", ondelete="CASCADE"),
    )


def _hints() -> None:
    op.create_table(
        "hints",
        _required("drill_id", sa.Integer()),
        _required("number", sa.Integer()),
        _required("source", sa.String()),
        _required("kind", sa.String()),
        _required("at_s", sa.Double()),
        _required("confidence", sa.Double()),
        sa.Column("right", sa.Boolean()),
        _required("fate", sa.String()),
        _required("followed", sa.Boolean()),
        sa.Column("right_before", sa.Boolean()),
        sa.Column("right_after", sa.Boolean()),
        sa.PrimaryKeyConstraint("drill_id", "number", name="pk_hints"),
        sa.ForeignKeyConstraint(["drill_id"], ["drills.id"], "fk_hints_drill_id", ondelete="CASCADE"),
    )
