"""What reconciliation and erasing ask of a large database is found by an index, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import event, insert, text

from services.chassis.database.transactions import Database
from services.objects import ObjectMissing, ObjectStore, ObjectTables
from services.objects.comparison import (
    Counter,
    KeyColumn,
    LostObject,
    confirm_lost,
    confirm_unknown,
    in_pages,
    rows_by_key,
)
from services.objects.lifecycle import erase_expired
from tests.objects.file_table import declare_file

ROWS = 100_000
NOW = datetime.now(UTC)


class _EmptyStore:
    def read(self, key: str) -> bytes:
        raise ObjectMissing(key)

    def exists(self, key: str) -> bool:
        return False

    def delete(self, key: str) -> None:
        pass


STORE = cast(ObjectStore, _EmptyStore())


def _key(number: int) -> str:
    return f"pieces/{number:064x}"


class FilledDatabase:
    """A database in which every second file is retired, some of them long ago."""

    def __init__(self, url: str) -> None:
        self.app, self.db = Flask(__name__), Database()
        file, tables = declare_file(self.db), ObjectTables(self.db)
        self.columns = (KeyColumn(file.key, file.id),)
        self.db.connect(self.app, url)
        with self.app.app_context():
            self.db.metadata.create_all(self.db.engine)
            self._fill(file, [{"id": f"{number:032x}", "key": _key(number)} for number in range(ROWS)])
            self._fill(tables.RetiredObject, [_retired(number) for number in range(0, ROWS, 2)])
            with self.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))

    def _fill(self, model: Any, rows: list[dict[str, Any]]) -> None:
        for page in in_pages(rows, 10_000):
            with self.db.operation() as session:
                session.execute(insert(model), page)

    def plans_of(self, act: Any) -> str:
        """How the database finds what `act` asks for."""
        asked: list[tuple[str, Any]] = []

        def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
            if statement.startswith("SELECT"):
                asked.append((statement, parameters))

        with self.app.app_context():
            event.listen(self.db.engine, "before_cursor_execute", note)
            act()
            event.remove(self.db.engine, "before_cursor_execute", note)
            explain = "EXPLAIN QUERY PLAN " if self.db.engine.dialect.name == "sqlite" else "EXPLAIN "
            with self.db.engine.connect() as connection:
                rows = [
                    str(row[-1]) for query in asked for row in connection.exec_driver_sql(explain + query[0], query[1])
                ]
        assert rows
        return "\n".join(rows)


def _retired(number: int) -> dict[str, Any]:
    until = NOW + timedelta(seconds=number) - timedelta(days=4000 if number < ROWS / 100 else 0)
    return {"key": _key(number), "retired_at": NOW, "kept_until": until}


@pytest.fixture
def filled(database_url: str) -> Iterator[FilledDatabase]:
    database = FilledDatabase(database_url)
    yield database
    with database.app.app_context():
        database.db.engine.dispose()


def _is_by_index(plan: str) -> bool:
    by_hand = (
        "Seq Scan on files",
        "Seq Scan on retired",
        "SCAN files\n",
        "SCAN retired_objects\n",
        "TEMP B-TREE",
        "Sort  ",
    )
    return not any(mark in f"{plan}\n" for mark in by_hand)


def test_pages_of_rows_and_doubts_about_keys_are_answered_by_an_index(filled: FilledDatabase) -> None:
    keys = [_key(number) for number in range(5, 55)]

    def act() -> None:
        list(islice(rows_by_key(filled.db, filled.columns, Counter()), 2500))
        confirm_unknown(filled.db, filled.columns, keys)
        confirm_lost(filled.db, STORE, filled.columns, [LostObject(key, "x") for key in keys])

    plan = filled.plans_of(act)
    assert _is_by_index(plan), plan[:3000]


def test_what_is_to_be_erased_is_answered_by_an_index(filled: FilledDatabase) -> None:
    plan = filled.plans_of(lambda: erase_expired(filled.db, STORE))
    assert _is_by_index(plan), plan[:3000]
