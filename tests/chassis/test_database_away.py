"""What a service answers while its database is away: that it cannot at the moment. Its own mistakes stay mistakes."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.event import listen
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from services.chassis.database import transactions
from services.chassis.database.transactions import Database, is_database_unavailable
from services.chassis.web.application import create_service
from services.chassis.web.operations import Views
from services.contracts.api.operation import PUBLIC, Operation, Section
from tests.chassis.tables import settings
from tests.support.ports import free_port
from tests.support.postgres import Postgres


@dataclass(frozen=True)
class Count:
    number: int


def answer(database_url: str, statement: str) -> TestResponse:
    """Of a service whose one route has its database do this."""
    return service(Database(), database_url, statement).test_client().get("/asked")


def service(db: Database, database_url: str, statement: str) -> Flask:
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


def test_a_server_that_refuses_is_a_service_that_is_away() -> None:
    assert says_that_it_is_away(answer(f"postgresql+psycopg://x:x@127.0.0.1:{free_port()}/x", "SELECT 1"))


def test_so_is_one_that_ends_the_connection_in_the_middle_of_a_request(postgres: Postgres) -> None:
    assert says_that_it_is_away(answer(postgres.fresh_database(), "SELECT pg_terminate_backend(pg_backend_pid())"))


def test_so_is_a_file_that_another_holds_for_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "BUSY_SECONDS", 0.1)
    file = tmp_path / "held.db"
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("PRAGMA journal_mode=WAL")
    holder.execute("BEGIN IMMEDIATE")
    try:
        assert says_that_it_is_away(answer(f"sqlite:///{file}", "SELECT 1"))
    finally:
        holder.close()


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
