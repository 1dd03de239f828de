"""The tables that a service needs to store objects, besides its own tables, whose rows name them.

They are declared on the service's metadata, for its migrations; the code of this package uses them by name.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, column, table, text
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.transactions import Database, UtcDateTime

KEY_LENGTH = 500

# Collation « C »: rows are compared with the store's listing in its order, by bytes, whatever the database's locale.
ObjectKey = String(KEY_LENGTH).with_variant(String(KEY_LENGTH, collation="C"), "postgresql")

retired_objects = table(
    "retired_objects",
    column("key", ObjectKey),
    column("retired_at", UtcDateTime),
    column("kept_until", UtcDateTime),
    column("erased_at", UtcDateTime),
)


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
    """An object whose file was replaced or deleted: it can be restored until `kept_until`, then it is erased."""

    __tablename__ = "retired_objects"

    key: Mapped[str] = mapped_column(ObjectKey, primary_key=True)
    retired_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kept_until: Mapped[datetime] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class _UnknownObject:
    """Of the version before, which may be at work on these tables; the release after this one drops both."""

    __tablename__ = "unknown_objects"

    key: Mapped[str] = mapped_column(ObjectKey, primary_key=True)
    first_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class _Installation:
    """Of the version before, as the table before."""

    __tablename__ = "installation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
