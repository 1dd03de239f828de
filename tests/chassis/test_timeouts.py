"""What takes too long in PostgreSQL is ended by it, sooner where somebody waits; whoever asked may come back."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from services.chassis.database.transactions import Database, is_database_unavailable
from services.chassis.errors import Unavailable
from services.chassis.process import capacity
from services.chassis.process.capacity import WORK, TimeLimits
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.runner import Runner
from tests.chassis.tables import clockwork, database_with
from tests.support.postgres import Postgres

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
