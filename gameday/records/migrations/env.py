"""What Alembic runs: the steps that are missing, on the connection and in the transaction of the caller."""

from __future__ import annotations

from alembic import context

from gameday.records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
