"""Staff's searches and exports are few at once, and never all that the database serves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from services.chassis.database.transactions import Database
from services.chassis.errors import Unavailable


@pytest.fixture
def db(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("THREADS", "16")
    monkeypatch.setattr("services.chassis.process.capacity.QUEUE_SECONDS", 0.1)
    database = Database()
    app = Flask("services.searched")
    database.connect(app, database_url)
    with app.app_context():
        yield database


def begun(db: Database, held: ExitStack, *, export: bool) -> int:
    """How many can be under way at once."""
    for number in range(100):
        try:
            held.enter_context(db.reading_for_staff(export=export))
        except Unavailable:
            return number
    raise AssertionError("there is no limit")


def test_searches_and_exports_leave_connections_to_candidates(db: Database) -> None:
    with ExitStack() as held:
        searches, exports = begun(db, held, export=False), begun(db, held, export=True)
        assert (searches, exports) == (3, 1)
        with db.reading() as session:
            assert session.scalar(text("SELECT 1")) == 1


def test_a_search_that_ended_makes_room_for_another(db: Database) -> None:
    for _ in range(10):
        with db.reading_for_staff() as session:
            session.execute(text("SELECT 1"))
        with pytest.raises(ZeroDivisionError), db.reading_for_staff(export=True):
            raise ZeroDivisionError


@pytest.mark.engines("sqlite", "postgresql")
def test_staff_reads_change_nothing(db: Database, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"(?i)read-?only"), db.reading_for_staff() as session:
        session.execute(text("CREATE TABLE made (id integer)"))
