"""A COMMIT that the database refuses leaves nothing behind: no row, no transaction, no lock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.chassis.database.transactions import Database
from tests.chassis.tables import database_with

DEFERRED = "CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """A database whose table `child` is judged at the commit."""
    with database_with(database_url, "CREATE TABLE parent (id INTEGER PRIMARY KEY)", DEFERRED) as database:
        yield database


def _written(db: Database, parent: int) -> None:
    with db.operation() as session:
        session.execute(text("INSERT INTO child VALUES (:parent)"), {"parent": parent})


@pytest.mark.engines("sqlite", "postgresql")
def test_after_a_refused_commit_the_next_operation_and_the_next_reading_work(db: Database) -> None:
    with db.operation() as session:
        session.execute(text("INSERT INTO parent VALUES (1)"))
    for _ in range(3):
        with pytest.raises(IntegrityError):
            _written(db, 2)
    _written(db, 1)
    with db.reading() as session:
        assert session.scalars(text("SELECT parent FROM child")).all() == [1]
