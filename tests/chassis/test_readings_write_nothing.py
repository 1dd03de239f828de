"""The database itself refuses what a reading would write, whatever its connection served before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.chassis.database.transactions import Database
from tests.chassis.tables import database_with

ENTRY = text("INSERT INTO entries VALUES (1)")


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    with database_with(database_url, "CREATE TABLE entries (entry INTEGER)") as database:
        yield database


@pytest.mark.engines("sqlite", "postgresql")
def test_a_reading_after_operations_and_other_readings_writes_nothing(db: Database) -> None:
    for expected in (1, 2):
        with db.operation() as session:
            session.execute(ENTRY)
        for _ in range(2):
            with pytest.raises(DBAPIError), db.reading() as session:
                session.execute(ENTRY)
            with db.reading() as session:
                assert session.scalar(text("SELECT count(*) FROM entries")) == expected
