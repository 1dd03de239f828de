"""The tables that a service needs to store objects, besides its own, whose rows name them; and how
its first migration makes them."""

from typing import Any

from alembic import op
from sqlalchemy import Column, DateTime, MetaData, String, Table

from services.chassis.database.columns import NAMES, UtcDateTime
from services.chassis.database.migrations import keys, optional, partial_index, required
from services.chassis.database.transactions import Database

KEY_LENGTH = 500

# Collation « C »: rows are compared with the store's listing in its order, by bytes, whatever the
# database's locale.
ObjectKey = String(KEY_LENGTH).with_variant(String(KEY_LENGTH, collation="C"), "postgresql")

# Objects whose file was replaced or deleted: they can be restored until `kept_until`, then they are
# erased.
retired_objects = Table(
    "retired_objects",
    MetaData(naming_convention=NAMES),
    Column("key", ObjectKey, primary_key=True),
    Column("retired_at", UtcDateTime, nullable=False),
    Column("kept_until", UtcDateTime, nullable=False),
    Column("erased_at", UtcDateTime),
    partial_index("ix_retired_objects_to_erase", "kept_until", where="erased_at IS NULL"),
)


class ObjectTables:
    """The table of retired objects on `db`'s metadata, with its model as an attribute."""

    def __init__(self, db: Database) -> None:
        own = retired_objects.to_metadata(db.metadata)
        self.RetiredObject: Any = type("RetiredObject", (db.Model,), {"__table__": own})


# What a migration made stays as it was: these are not the table's columns above.
MIGRATED_KEY = String(500).with_variant(String(500, collation="C"), "postgresql")
_MIGRATED_INSTANT = DateTime(timezone=True)


def add_object_tables() -> None:
    """Make the tables, in the first migration of a service that stores objects."""
    op.create_table("installation", *keys(id=String(32)))
    op.create_table(
        "retired_objects",
        *keys(key=MIGRATED_KEY),
        *required(retired_at=_MIGRATED_INSTANT, kept_until=_MIGRATED_INSTANT),
        *optional(erased_at=_MIGRATED_INSTANT),
        partial_index("ix_retired_objects_to_erase", "kept_until", where="erased_at IS NULL"),
    )
    op.create_table(
        "unknown_objects", *keys(key=MIGRATED_KEY), *required(first_seen_at=_MIGRATED_INSTANT)
    )
