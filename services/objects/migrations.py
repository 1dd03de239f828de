"""The tables of services that store objects, made by their first migration."""

import sqlalchemy as sa
from alembic import op

from services.chassis.database.migrations import keys, optional, required, where

KEY = sa.String(500).with_variant(sa.String(500, collation="C"), "postgresql")
_MOMENT = sa.DateTime(timezone=True)


def add_object_tables() -> None:
    op.create_table("installation", *keys(id=sa.String(32)))
    op.create_table(
        "retired_objects",
        *keys(key=KEY),
        *required(retired_at=_MOMENT, kept_until=_MOMENT),
        *optional(erased_at=_MOMENT),
        sa.Index("ix_retired_objects_to_erase", "kept_until", **where("erased_at IS NULL")),
    )
    op.create_table("unknown_objects", *keys(key=KEY), *required(first_seen_at=_MOMENT))
