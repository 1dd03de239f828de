"""A database that is away or takes too long: a service cannot answer at the moment. Its own mistakes stay mistakes."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.event import listen
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from services.chassis.database import transactions
from services.chassis.database.transactions import Database, is_database_unavailable
from services.chassis.errors import Unavailable
from services.chassis.process import capacity
from services.chassis.process.capacity import WORK, TimeLimits
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.runner import Runner
from services.chassis.web.application import create_service
from services.chassis.web.operations import Views
from services.contracts.api.operation import PUBLIC, Operation, Section
from tests.chassis.tables import clockwork, database_with, settings
from tests.support.ports import free_port
from tests.support.postgres import Postgres


@dataclass(frozen=True)
class Count:
    number: int


def answer(database_url: str, statement: str) -> TestResponse:
    return service(Database(), database_url, statement).test_client().get("/asked")


def service(db: Database, database_url: str, statement: str) -> Flask:
    """Its one route has its database do this."""
    asked = Operation("GET", "/asked", Count, "Ask the database.", (PUBLIC,))
    views = Views("asked", __name__)

    @views.serves(asked)
    def ask() -> Count:
        with db.operation() as session:
            return Count(number=len(session.execute(text(statement)).all()))

    sections = (Section("-", (asked,)),)
    return create_service("asked", settings(database_url), db, title="-", sections=sections, views=[views])


def says_that_it_is_away(answered: TestResponse) -> bool:
    answer = (answered.status_code, answered.get_json()["type"], "Retry-After" in answered.headers)
    return answer == (503, "/problems/indisponible", True)


def test_a_server_that_refuses_or_ends_the_connection_within_a_request_is_away(postgres: Postgres) -> None:
    assert says_that_it_is_away(answer(f"postgresql+psycopg://x:x@127.0.0.1:{free_port()}/x", "SELECT 1"))
    assert says_that_it_is_away(answer(postgres.fresh_database(), "SELECT pg_terminate_backend(pg_backend_pid())"))


def test_so_is_a_file_that_another_holds_for_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "BUSY_SECONDS", 0.1)
    file = tmp_path / "held.db"
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("PRAGMA journal_mode=WAL")
    holder.execute("BEGIN IMMEDIATE")
    with closing(holder):
        assert says_that_it_is_away(answer(f"sqlite:///{file}", "SELECT 1"))


def test_writers_of_the_same_process_wait_for_each_other_before_they_ask_sqlite(tmp_path: Path) -> None:
    db = Database()
    app = service(db, f"sqlite:///{tmp_path / 'busy.db'}", "SELECT 1")
    with app.app_context():
        listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 0"))
    with ThreadPoolExecutor(8) as writers:
        answers = list(writers.map(lambda _: app.test_client().get("/asked"), range(200)))
    assert {answered.status_code for answered in answers} == {200}, "SQLite would have refused who met another"


def test_a_writer_does_not_wait_for_ever_for_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


@contextmanager
def database_of(role: TimeLimits, postgres: Postgres) -> Iterator[Database]:
    capacity.set_role(role)
    try:
        with database_with(postgres.fresh_database()) as db:
            yield db
    finally:
        capacity.set_role(WORK)


def ended(db: Database, act: Callable[[Session], Any]) -> bool:
    try:
        with db.operation() as session:
            act(session)
    except SQLAlchemyError as error:
        return is_database_unavailable(error)
    return False


def test_a_statement_a_lock_and_an_idle_transaction_that_last_too_long_are_a_database_that_is_away(
    postgres: Postgres,
) -> None:
    with database_of(HURRIED, postgres) as db:
        with db.operation() as session:
            session.execute(text("CREATE TABLE held (id integer)"))
        assert ended(db, lambda session: session.execute(text("SELECT pg_sleep(30)")))
        assert ended(db, idle)
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as holder:
            holder.execute("SELECT * FROM held")
            assert ended(db, lambda session: session.execute(text("LOCK TABLE held")))


def idle(session: Session) -> None:
    """Until the server has ended the transaction."""
    session.execute(text("SELECT 1"))
    threading.Event().wait(HURRIED.idle + 1)
    session.execute(text("SELECT 1"))


def test_a_search_that_takes_too_long_is_to_be_made_narrower(postgres: Postgres) -> None:
    narrower = pytest.raises(Unavailable, match="précisez vos critères")
    with database_of(HURRIED, postgres) as db, narrower, db.reading_for_staff() as session:
        session.execute(text("SELECT pg_sleep(30)"))


def test_a_renewal_that_hangs_does_not_keep_the_work_it_was_for_from_ending(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chassis.tasks.rows.RENEW_SECONDS", 0.1)
    hanging, begun = threading.Event(), threading.Event()

    def renew() -> None:
        begun.set()
        hanging.wait(600)

    runner = Runner(clockwork(database_url), Handlers("clockwork"))
    monkeypatch.setattr(runner.leases, "renew", renew)
    with runner.renewing():
        assert begun.wait(60)
    hanging.set()
