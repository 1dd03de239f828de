"""The database of pieces, and what its tables share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    String,
    TextClause,
    text,
)

from services.chassis.database.transactions import Database
from services.chassis.events import EventTables
from services.objects import ObjectTables

db = Database()
event_tables = EventTables(db)
object_tables = ObjectTables(db)

ID = String(32)
CODE = String(64)
LIST_ORDER = ("candidature_id", "code")  # of staff's lists and exports
# Deposited or validated, and not controlled yet.
TO_CONTROL = text("status IS NULL AND (deposited OR validated_at IS NOT NULL)")
CONTROLLED = text("status IS NOT NULL")
REOPENED = text("reopened_until IS NOT NULL")
NOT_NUMBERED = text("position IS NULL")


def only(rows: TextClause) -> dict[str, Any]:
    return {"sqlite_where": rows, "postgresql_where": rows}
