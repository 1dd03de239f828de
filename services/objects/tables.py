"""The tables of a service that keeps objects, besides its own rows that name them.

Declared on the service's own metadata, for its migrations; the code of this package speaks to them by name.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, column, table, text
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.transactions import Database, UtcDateTime

KEY_LENGTH = 500

# Rows are compared with the store in the order of the store's listing: that of bytes, whatever the database's language.
ObjectKey = String(KEY_LENGTH).with_variant(String(KEY_LENGTH, collation="C"), "postgresql")

retired_objects = table(
    "retired_objects",
    column("key", ObjectKey),
    column("retired_at", UtcDateTime),
    column("kept_until", UtcDateTime),
    column("erased_at", UtcDateTime),
)
unknown_objects = table(
    "unknown_objects",
    column("key", ObjectKey),
    column("first_seen_at", UtcDateTime),
)
installation = table("installation", column("id", String))


class ObjectTables:
    """Declares the tables on `db`'s metadata; the models are attributes, for migrations and tests."""

    def __init__(self, db: Database) -> None:
        self.RetiredObject = _model("RetiredObject", _RetiredObject, db)
        self.UnknownObject = _model("UnknownObject", _UnknownObject, db)
        self.Installation = _model("Installation", _Installation, db)
        pending = text("erased_at IS NULL")
        Index(
            "ix_retired_objects_to_erase",
            self.RetiredObject.kept_until,
            sqlite_where=pending,
            postgresql_where=pending,
        )


def _model(name: str, shape: type, db: Database) -> Any:
    return type(name, (shape, db.Model), {})


class _RetiredObject:
    """An object that was replaced or deleted: it can be restored until `kept_until`, then its bytes are erased."""

    __tablename__ = "retired_objects"

    key: Mapped[str] = mapped_column(ObjectKey, primary_key=True)
    retired_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kept_until: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class _UnknownObject:
    """An object that no row names, since when reconciliation has seen it."""

    __tablename__ = "unknown_objects"

    key: Mapped[str] = mapped_column(ObjectKey, primary_key=True)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class _Installation:
    """Which installation this database belongs to: at most one row; the store holds the same id."""

    __tablename__ = "installation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
