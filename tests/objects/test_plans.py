"""What reconciliation and erasing ask of a large database is found by an index, page by page."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import String, insert, text
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.transactions import Database
from services.objects import ObjectKey, ObjectMissing, ObjectStore, ObjectTables
from services.objects.lifecycle import erase_expired
from services.objects.reconciliation import Counter, KeyColumn, KeyRow, confirm_lost, confirm_unknown, rows_by_key
from tests.support.query_plans import ROWS, query_plan, recorded_statements

NOW = datetime.now(UTC)
# A scan of a whole table, or rows that are sorted rather than read in the order of an index.
NOT_BY_INDEX = (
    "Seq Scan on files",
    "Seq Scan on retired",
    "SCAN files'",
    "SCAN retired_objects'",
    "TEMP B-TREE",
    "Sort  ",
)


class _File:
    """The smallest table that names objects."""

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(ObjectKey, unique=True)


class _EmptyStore:
    def read(self, key: str) -> bytes:
        raise ObjectMissing(key)

    def exists(self, key: str) -> bool:
        return False

    def delete(self, key: str) -> None:
        pass


def _key(number: int) -> str:
    return f"pieces/{number:064x}"


def _retired(number: int) -> dict[str, Any]:
    until = NOW + timedelta(seconds=number) - timedelta(days=4000 if number < ROWS / 100 else 0)
    return {"key": _key(number), "retired_at": NOW, "kept_until": until}


@pytest.mark.engines("sqlite", "postgresql")
def test_what_reconciliation_and_erasing_ask_is_answered_by_an_index(database_url: str) -> None:
    """Of the files every second one is retired, some of them long ago."""
    app, db = Flask(__name__), Database()
    file: Any = type("File", (_File, db.Model), {"__tablename__": "files"})
    tables = ObjectTables(db)
    db.connect(app, database_url)
    columns, store = (KeyColumn(file.key, file.id),), cast(ObjectStore, _EmptyStore())
    with app.app_context():
        db.metadata.create_all(db.engine)
        with db.operation() as session:
            session.execute(insert(file), [{"id": f"{number:032x}", "key": _key(number)} for number in range(ROWS)])
            session.execute(insert(tables.RetiredObject), [_retired(number) for number in range(0, ROWS, 2)])
            session.execute(text("ANALYZE"))
        doubtful = [_key(number) for number in range(5, 15)]
        with recorded_statements(db) as asked:
            list(islice(rows_by_key(db, columns, Counter()), 2500))
            confirm_unknown(db, columns, doubtful)
            confirm_lost(db, store, columns, [KeyRow(key, "x") for key in doubtful])
            assert erase_expired(db, store) == ROWS / 200
        with db.engine.connect() as connection:
            plans = {sql: query_plan(connection, sql, values) for sql, values in asked if sql.startswith("SELECT")}
        db.engine.dispose()
    assert len(plans) >= 4
    by_hand = [f"{sql}\n{plan}" for sql, plan in plans.items() if any(mark in plan for mark in NOT_BY_INDEX)]
    assert not by_hand, "\n".join(by_hand)
