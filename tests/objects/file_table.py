"""The smallest table that names objects."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.transactions import Database
from services.objects import ObjectKey


def declare_file(db: Database) -> Any:
    """The model `File` on `db`'s metadata: an id, and a key that is unique."""
    return type("File", (_File, db.Model), {"__tablename__": "files"})


class _File:
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(ObjectKey, unique=True)
