"""How busy the machine of a drill was.

Drills that are there already lose their digest, so that their run folders are read again, as in 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("drills", sa.Column("busy", sa.Double()))
    op.execute("UPDATE drills SET digest = ''")


def downgrade() -> None:
    op.drop_column("drills", "busy")
