"""The table that a service needs to store objects, besides its own tables, whose rows name them."""

from typing import Any

from sqlalchemy import Column, MetaData, String, Table

from services.chassis.database.columns import NAMES, UtcDateTime
from services.chassis.database.migrations import partial_index
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
    """Declares the table on `db`'s metadata; the model is an attribute."""

    def __init__(self, db: Database) -> None:
        own = retired_objects.to_metadata(db.metadata)
        self.RetiredObject: Any = type("RetiredObject", (db.Model,), {"__table__": own})
