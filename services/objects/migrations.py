"""Migration steps of services that store objects. They have been run by installations: they never change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

KEY = sa.String(500).with_variant(sa.String(500, collation="C"), "postgresql")


def add_object_tables() -> None:
    op.create_table("installation", sa.Column("id", sa.String(32), nullable=False), sa.PrimaryKeyConstraint("id"))
    op.create_table(
        "retired_objects",
        sa.Column("key", KEY, nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    pending = sa.text("erased_at IS NULL")
    op.create_index(
        "ix_retired_objects_to_erase",
        "retired_objects",
        ["kept_until"],
        sqlite_where=pending,
        postgresql_where=pending,
    )
    op.create_table(
        "unknown_objects",
        sa.Column("key", KEY, nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def drop_object_tables() -> None:
    for table in ("unknown_objects", "retired_objects", "installation"):
        op.drop_table(table)
