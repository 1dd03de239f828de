"""Nothing stays of an operation whose commit is refused, readings write nothing, and those of staff are few at once."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from services.chassis.database.transactions import Database
from services.chassis.errors import Unavailable
from services.chassis.process.capacity import WEB
from tests.chassis.tables import database_with
from tests.support.time_limits import limited_to

DEFERRED = "CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"


@pytest.fixture
def db(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("THREADS", "16")
    monkeypatch.setattr("services.chassis.process.capacity.QUEUE_SECONDS", 0.1)
    with database_with(database_url, "CREATE TABLE parent (id INTEGER PRIMARY KEY)", DEFERRED) as database:
        yield database


def write_child(session: Session, parent: int = 1) -> None:
    session.execute(text("INSERT INTO child VALUES (:parent)"), {"parent": parent})


@pytest.mark.engines("sqlite", "postgresql")
def test_after_a_refused_commit_the_next_operation_and_the_next_reading_work(db: Database) -> None:
    with db.operation() as session:
        session.execute(text("INSERT INTO parent VALUES (1)"))
    for _ in range(3):
        with pytest.raises(IntegrityError), db.operation() as session:
            write_child(session, parent=2)
    with db.operation() as session:
        write_child(session)
    with db.reading() as session:
        assert session.scalars(text("SELECT parent FROM child")).all() == [1]


@pytest.mark.engines("sqlite", "postgresql")
def test_a_reading_after_operations_and_other_readings_writes_nothing(db: Database) -> None:
    """Whatever its connection served before."""
    with db.operation() as session:
        session.execute(text("INSERT INTO parent VALUES (1)"))
    for expected in (1, 2):
        with db.operation() as session:
            write_child(session)
        for _ in range(2):
            with pytest.raises(DBAPIError), db.reading() as session:
                write_child(session)
            with db.reading() as session:
                assert session.scalar(text("SELECT count(*) FROM child")) == expected


@pytest.mark.engines("postgresql")
def test_while_all_connections_for_requests_are_taken_readiness_is_still_looked_at(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THREADS", "16")
    monkeypatch.setattr("services.chassis.process.capacity.QUEUE_SECONDS", 0.1)
    with limited_to(WEB), database_with(database_url, "CREATE TABLE parent (id INTEGER)") as db, ExitStack() as held:
        for _ in range(9):
            held.enter_context(db.reading())
        assert db.check() is None
        with pytest.raises(Unavailable), db.reading():
            pass


def begun(db: Database, held: ExitStack, *, export: bool) -> int:
    for number in range(100):
        try:
            held.enter_context(db.reading_for_staff(export=export))
        except Unavailable:
            return number
    raise AssertionError("there is no limit")


def test_searches_and_exports_leave_connections_to_candidates(db: Database) -> None:
    with ExitStack() as held:
        searches, exports = begun(db, held, export=False), begun(db, held, export=True)
        assert (searches, exports) == (3, 2)
        with db.reading() as session:
            assert session.scalar(text("SELECT 1")) == 1


@pytest.mark.engines("sqlite", "postgresql")
def test_staff_reads_change_nothing(db: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)read-?only"), db.reading_for_staff() as session:
        session.execute(text("CREATE TABLE made (id integer)"))
