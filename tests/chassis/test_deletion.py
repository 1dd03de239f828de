"""What is old goes a page at a time, and a job that is told to stop leaves the rest for the next one."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.chassis.clock import system_now
from services.chassis.database import deletion
from services.chassis.database.deletion import delete_in_pages
from services.chassis.database.transactions import Database
from services.chassis.tasks import rows
from services.chassis.tasks.registry import stopping_answered_by
from services.chassis.tasks.tables import tasks
from tests.chassis.events.ledger import Ledger
from tests.support.query_plans import recorded_statements

OLD = tasks.c.ended_at < system_now() - timedelta(days=1)


def done_task(id: str, ended_at: datetime) -> dict[str, Any]:
    return {
        "event_id": id, "handler": "x", "channel": "x", "subject": "x", "envelope": "x", "state": "done", "attempts": 1,
        "created_at": ended_at, "available_at": ended_at, "ended_at": ended_at,
    }  # fmt: skip


@pytest.fixture
def db(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(deletion, "PAGE", 3)
    ledger = Ledger("reader", database_url, "sqlite:///:memory:")
    now = system_now()
    old = [f"old {i}" for i in range(7)]
    with ledger.app.app_context():
        with ledger.db.operation() as session:
            rows.write(session, [done_task(id, now - timedelta(days=2)) for id in old] + [done_task("new", now)])
        yield ledger.db
        ledger.db.engine.dispose()


def left(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(tasks)) or 0


def test_what_is_old_is_forgotten_in_pages_and_what_is_new_stays(db: Database) -> None:
    with recorded_statements(db) as asked:
        assert delete_in_pages(db, tasks.c.sequence, where=OLD) == 7
    assert len([sql for sql, _ in asked if sql.startswith("DELETE")]) == 3
    assert left(db) == 1


def test_a_job_that_is_told_to_stop_leaves_the_rest(db: Database) -> None:
    answers = iter([False, True])
    with stopping_answered_by(lambda: next(answers)):
        assert delete_in_pages(db, tasks.c.sequence, where=OLD) == 3
    assert left(db) == 5
