"""Operations, readings and deletions; a database that is away or takes too long: a service cannot
answer now."""

import random
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.event import listen
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from services.chassis.database import deletion, engines, transactions
from services.chassis.database.availability import is_database_unavailable
from services.chassis.database.deletion import delete_in_pages
from services.chassis.database.transactions import Database
from services.chassis.errors import Unavailable
from services.chassis.process.stopping import stopping_answered_by
from services.chassis.process.time_limits import WEB, TimeLimits
from services.chassis.tasks import new_tasks
from services.chassis.tasks.new_tasks import NewTask
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.runner import Runner
from services.chassis.tasks.tables import tasks
from services.chassis.web import access
from services.chassis.web.application import create_service
from services.clock import system_now
from tests.chassis.tables import clockwork, clockwork_database, database_with, settings
from tests.support.ports import free_port
from tests.support.postgres import Postgres
from tests.support.query_plans import recorded_statements
from tests.support.time_limits import limited_to

DEFERRED = (
    "CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"
)


@pytest.fixture
def db(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("THREADS", "16")
    monkeypatch.setattr("services.chassis.process.places.QUEUE_SECONDS", 0.1)
    with database_with(
        database_url, "CREATE TABLE parent (id INTEGER PRIMARY KEY)", DEFERRED
    ) as database:
        yield database


def write_child(transaction: Session, parent: int = 1) -> None:
    transaction.execute(text("INSERT INTO child VALUES (:parent)"), {"parent": parent})


@pytest.mark.engines("sqlite", "postgresql")
def test_after_a_refused_commit_the_next_operation_and_the_next_reading_work(db: Database) -> None:
    with db.operation() as transaction:
        transaction.execute(text("INSERT INTO parent VALUES (1)"))
    for _ in range(3):
        with pytest.raises(IntegrityError), db.operation() as transaction:
            write_child(transaction, parent=2)
    with db.operation() as transaction:
        write_child(transaction)
    with db.reading() as transaction:
        assert transaction.scalars(text("SELECT parent FROM child")).all() == [1]


@pytest.mark.engines("sqlite", "postgresql")
def test_a_reading_after_operations_and_other_readings_writes_nothing(db: Database) -> None:
    """Whatever its connection served before."""
    with db.operation() as transaction:
        transaction.execute(text("INSERT INTO parent VALUES (1)"))
    for expected in (1, 2):
        with db.operation() as transaction:
            write_child(transaction)
        for _ in range(2):
            with pytest.raises(DBAPIError), db.reading() as transaction:
                write_child(transaction)
            with db.reading() as transaction:
                assert transaction.scalar(text("SELECT count(*) FROM child")) == expected


@pytest.mark.engines("postgresql")
def test_readiness_needs_no_connection_of_requests(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THREADS", "16")
    monkeypatch.setattr("services.chassis.process.places.QUEUE_SECONDS", 0.1)
    with (
        limited_to(WEB),
        database_with(database_url, "CREATE TABLE parent (id INTEGER)") as db,
        ExitStack() as held,
    ):
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
        searches = begun(db, held, export=False)
        exports = begun(db, held, export=True)
        assert (searches, exports) == (3, 2)
        with db.reading() as transaction:
            assert transaction.scalar(text("SELECT 1")) == 1


@pytest.mark.engines("sqlite", "postgresql")
def test_staff_reads_change_nothing(db: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)read-?only"), db.reading_for_staff() as transaction:
        transaction.execute(text("CREATE TABLE made (id integer)"))


def answer(database_url: str, statement: str) -> TestResponse:
    return service(Database(), database_url, statement).test_client().get("/asked")


def service(db: Database, database_url: str, statement: str) -> Flask:
    """Its one route has its database do this."""
    app = create_service("asked", settings(database_url), db, title="-", views=[])

    @app.get("/asked")
    @access.public
    def ask() -> str:
        with db.operation() as transaction:
            return str(len(transaction.execute(text(statement)).all()))

    return app


def says_that_it_is_away(answered: TestResponse) -> bool:
    answer = (answered.status_code, answered.get_json()["type"], "Retry-After" in answered.headers)
    return answer == (503, "/problems/indisponible", True)


def test_a_server_that_refuses_or_ends_the_connection_within_a_request_is_away(
    postgres: Postgres,
) -> None:
    assert says_that_it_is_away(
        answer(f"postgresql+psycopg://x:x@127.0.0.1:{free_port()}/x", "SELECT 1")
    )
    assert says_that_it_is_away(
        answer(postgres.fresh_database(), "SELECT pg_terminate_backend(pg_backend_pid())")
    )


def test_so_is_a_file_that_another_holds_for_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.1)
    file = tmp_path / "held.db"
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("PRAGMA journal_mode=WAL")
    holder.execute("BEGIN IMMEDIATE")
    with closing(holder):
        assert says_that_it_is_away(answer(f"sqlite:///{file}", "SELECT 1"))


def test_writers_of_the_same_process_wait_for_each_other_before_they_ask_sqlite(
    tmp_path: Path,
) -> None:
    db = Database()
    app = service(db, f"sqlite:///{tmp_path / 'busy.db'}", "SELECT 1")
    with app.app_context():
        listen(
            db.engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA busy_timeout = 0"),
        )
    with ThreadPoolExecutor(8) as writers:
        answers = list(writers.map(lambda _: app.test_client().get("/asked"), range(200)))
    assert {answered.status_code for answered in answers} == {200}, (
        "SQLite would have refused who met another"
    )


def test_a_writer_does_not_wait_for_ever_for_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = Database()
    app = service(db, f"sqlite:///{tmp_path / 'held.db'}", "SELECT 1")
    monkeypatch.setattr(transactions, "BUSY_SECONDS", 0.05)
    with app.app_context(), db.operation(), ThreadPoolExecutor(1) as threads:
        assert says_that_it_is_away(threads.submit(app.test_client().get, "/asked").result())
    assert app.test_client().get("/asked").status_code == 200, "whoever comes after it is served"


def test_so_is_a_file_whose_disk_is_full(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "full.db")
    connection.execute("CREATE TABLE files (content BLOB)")
    connection.execute("PRAGMA max_page_count = 2")
    with pytest.raises(sqlite3.OperationalError) as full:
        connection.execute("INSERT INTO files VALUES (zeroblob(100000))")
    connection.close()
    assert is_database_unavailable(OperationalError("INSERT", {}, full.value))


def test_a_missing_table_is_our_own_mistake(database_url: str) -> None:
    assert answer(database_url, "SELECT * FROM nowhere").status_code == 500


HURRIED = TimeLimits(connect=5, statement=1, lock=1, idle=1, store=1)


def ended(db: Database, act: Callable[[Session], Any]) -> bool:
    try:
        with db.operation() as transaction:
            act(transaction)
    except SQLAlchemyError as error:
        return is_database_unavailable(error)
    return False


def test_statements_locks_and_idle_transactions_that_last_too_long_are_a_database_away(
    postgres: Postgres,
) -> None:
    with (
        limited_to(HURRIED),
        database_with(postgres.fresh_database(), "CREATE TABLE held (id integer)") as db,
    ):
        assert ended(db, lambda transaction: transaction.execute(text("SELECT pg_sleep(30)")))
        assert ended(db, idle)
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as holder:
            holder.execute("SELECT * FROM held")
            assert ended(db, lambda transaction: transaction.execute(text("LOCK TABLE held")))


def idle(transaction: Session) -> None:
    """Until the server has ended the transaction."""
    transaction.execute(text("SELECT 1"))
    threading.Event().wait(HURRIED.idle + 1)
    transaction.execute(text("SELECT 1"))


def test_a_search_that_takes_too_long_is_to_be_made_narrower(postgres: Postgres) -> None:
    narrower = pytest.raises(Unavailable, match="précisez vos critères")
    url = postgres.fresh_database()
    with (
        limited_to(HURRIED),
        database_with(url) as db,
        narrower,
        db.reading_for_staff() as transaction,
    ):
        transaction.execute(text("SELECT pg_sleep(30)"))


def test_a_renewal_that_hangs_keeps_no_work_from_ending(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chassis.tasks.leases.RENEW_SECONDS", 0.1)
    hanging = threading.Event()
    begun = threading.Event()

    def renew() -> None:
        begun.set()
        hanging.wait(600)

    runner = Runner(clockwork(database_url), Handlers("clockwork"))
    monkeypatch.setattr(runner.leases, "renew", renew)
    with runner.renewing():
        assert begun.wait(60)
    hanging.set()


OLD = tasks.c.ended_at < system_now() - timedelta(days=1)


def done_task(id: str, ended_at: datetime) -> NewTask:
    return NewTask(
        event_id=id,
        handler="x",
        channel="x",
        subject="x",
        envelope="x",
        state="done",
        ended_at=ended_at,
    )


def test_what_is_old_goes_in_pages_until_told_to_stop(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion, "PAGE", 3)
    now = system_now()
    answers = iter([False, True])
    done = [done_task(f"old {i}", now - timedelta(days=2)) for i in range(10)] + [
        done_task("new", now)
    ]
    with clockwork_database(database_url) as db:
        with db.operation() as transaction:
            new_tasks.write(transaction, done)
        with stopping_answered_by(lambda: next(answers)):
            assert delete_in_pages(db, tasks.c.sequence, where=OLD) == 3
        with recorded_statements(db) as asked:
            assert delete_in_pages(db, tasks.c.sequence, where=OLD) == 7
        assert len([sql for sql, _ in asked if sql.startswith("DELETE")]) == 3
        with db.reading() as transaction:
            assert transaction.scalars(select(tasks.c.event_id)).all() == ["new"]


def test_what_was_erased_is_in_no_byte_of_sqlites_files(tmp_path: Path) -> None:
    """Some rows have moved to another page before: their copies are not overwritten as they are
    deleted."""
    lot = random.Random(3)
    words = [f"{lot.getrandbits(128):032x}" for _ in range(8000)]
    erased = lot.sample(words, 3000)
    with database_with(
        f"sqlite:///{tmp_path}/x.db", "CREATE TABLE words (word TEXT PRIMARY KEY, more TEXT)"
    ) as db:
        with db.operation() as transaction:
            filled = [{"word": word, "more": "x" * lot.randrange(200)} for word in words]
            transaction.execute(text("INSERT INTO words VALUES (:word, :more)"), filled)
        for start in range(0, len(erased), 50):
            with db.operation() as transaction:
                page = [{"word": word} for word in erased[start : start + 50]]
                transaction.execute(text("DELETE FROM words WHERE word = :word"), page)
        with db.reading() as transaction:  # its connection is used next, and refuses to write
            transaction.execute(text("SELECT 1"))
        db.forget_what_was_erased()
        content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    held = set(re.findall("[0-9a-f]{32}", content.decode("latin")))
    assert held.isdisjoint(erased)
    assert not set(words).difference(erased, held)
