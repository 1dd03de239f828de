"""Rows and objects are compared both ways; what that and erasing ask of a large database is found
by an index."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from operator import attrgetter
from typing import Any
from unittest.mock import Mock

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import String, insert, text
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.transactions import Database
from services.objects import ObjectKey, ObjectMissing, ObjectStore, ObjectTables, reconciliation
from services.objects.lifecycle import erase_expired
from services.objects.reconciliation import KeyRow
from tests.support.query_plans import ROWS, query_plan, recorded_statements

NOW = datetime.now(UTC)
# A scan of a whole table, or rows that are sorted rather than read in the order of an index.
SCANS = ("Seq Scan on files", "Seq Scan on retired", "SCAN files'", "SCAN retired_objects'")
NOT_BY_INDEX = (*SCANS, "TEMP B-TREE", "Sort  ")
keys = some.sets(some.text("ab-/.0", min_size=1, max_size=4))


@given(keys, keys, keys)
def test_what_only_one_side_has_is_named_once_whatever_both_hold(
    named: set[str], also_named: set[str], stored: set[str]
) -> None:
    rows = [KeyRow(key, "1") for key in named] + [KeyRow(key, "2") for key in also_named]
    all_named = named | also_named
    result = list(reconciliation.compare(sorted(rows, key=attrgetter("key")), sorted(stored)))
    assert {item.key for item in result if isinstance(item, KeyRow)} == all_named - stored
    assert {item for item in result if isinstance(item, str)} == stored - all_named
    assert len(result) == len(all_named ^ stored)


class _File:
    """The smallest table that names objects."""

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(ObjectKey, unique=True)


def _key(number: int) -> str:
    return f"pieces/{number:064x}"


@pytest.mark.engines("sqlite", "postgresql")
def test_what_reconciliation_and_erasing_ask_is_answered_by_an_index(database_url: str) -> None:
    """Of the files every second one is retired, some of them long ago."""
    app = Flask(__name__)
    db = Database()
    file: Any = type("File", (_File, db.Model), {"__tablename__": "files"})
    tables = ObjectTables(db)
    db.connect(app, database_url)
    columns = (reconciliation.KeyColumn(file.key, file.id),)
    store = Mock(
        spec=ObjectStore, exists=Mock(return_value=False), read=Mock(side_effect=ObjectMissing)
    )
    ends = {number: NOW + timedelta(seconds=number) for number in range(0, ROWS, 2)}
    ends |= {
        number: end - timedelta(days=4000) for number, end in ends.items() if number < ROWS / 100
    }
    retired = [
        {"key": _key(number), "retired_at": NOW, "kept_until": end} for number, end in ends.items()
    ]
    with app.app_context():
        db.metadata.create_all(db.engine)
        with db.operation() as transaction:
            transaction.execute(
                insert(file),
                [{"id": f"{number:032x}", "key": _key(number)} for number in range(ROWS)],
            )
            transaction.execute(insert(tables.RetiredObject), retired)
            transaction.execute(text("ANALYZE"))
        doubtful = [_key(number) for number in range(5, 15)]
        with recorded_statements(db) as asked:
            list(islice(reconciliation.rows_by_key(db, columns, reconciliation.Counter()), 2500))
            reconciliation.confirm_unknown(db, columns, doubtful)
            reconciliation.confirm_lost(db, store, columns, [KeyRow(key, "x") for key in doubtful])
            assert erase_expired(db, store) == ROWS / 200
        with db.engine.connect() as connection:
            plans = {
                sql: query_plan(connection, sql, values)
                for sql, values in asked
                if sql.startswith("SELECT")
            }
        db.engine.dispose()
    assert len(plans) >= 4
    by_hand = [
        f"{sql}\n{plan}"
        for sql, plan in plans.items()
        if any(mark in plan for mark in NOT_BY_INDEX)
    ]
    assert not by_hand, "\n".join(by_hand)
