"""The tables of services that store objects, made by their first migration."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import where

KEY = sa.String(500).with_variant(sa.String(500, collation="C"), "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def add_object_tables() -> None:
    op.create_table("installation", sa.Column("id", sa.String(32), primary_key=True))
    op.create_table(
        "retired_objects",
        sa.Column("key", KEY, primary_key=True),
        sa.Column("retired_at", _MOMENT, nullable=False),
        sa.Column("kept_until", _MOMENT, nullable=False),
        sa.Column("erased_at", _MOMENT),
        sa.Index("ix_retired_objects_to_erase", "kept_until", **where("erased_at IS NULL")),
    )
    op.create_table(
        "unknown_objects",
        sa.Column("key", KEY, primary_key=True),
        sa.Column("first_seen_at", _MOMENT, nullable=False),
    )
