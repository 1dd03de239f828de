"""What is old goes a page at a time, and a job that is told to stop leaves the rest for the next one."""

import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from services.chassis.clock import system_now
from services.chassis.database import deletion
from services.chassis.database.deletion import delete_in_pages
from services.chassis.database.transactions import Database
from services.chassis.tasks import rows
from services.chassis.tasks.registry import stopping_answered_by
from services.chassis.tasks.tables import tasks
from tests.chassis.events.ledger import Ledger
from tests.chassis.tables import database_with
from tests.support.query_plans import recorded_statements

OLD = tasks.c.ended_at < system_now() - timedelta(days=1)


def done_task(id: str, ended_at: datetime) -> dict[str, Any]:
    return rows.new_row(id, "x", "x", "x", "x") | {"state": "done", "ended_at": ended_at}


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


def test_what_was_erased_is_in_no_byte_of_sqlites_files(tmp_path: Path) -> None:
    """Some rows have moved to another page before: their copies are not overwritten as they are deleted."""
    lot = random.Random(3)
    words = [f"{lot.getrandbits(128):032x}" for _ in range(8000)]
    erased = lot.sample(words, 3000)
    with database_with(f"sqlite:///{tmp_path}/x.db", "CREATE TABLE words (word TEXT PRIMARY KEY, more TEXT)") as db:
        with db.operation() as session:
            filled = [{"word": word, "more": "x" * lot.randrange(200)} for word in words]
            session.execute(text("INSERT INTO words VALUES (:word, :more)"), filled)
        for start in range(0, len(erased), 50):
            with db.operation() as session:
                page = [{"word": word} for word in erased[start : start + 50]]
                session.execute(text("DELETE FROM words WHERE word = :word"), page)
        with db.reading() as session:  # its connection is used next, and refuses to write
            session.execute(text("SELECT 1"))
        db.forget_what_was_erased()
        content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    held = set(re.findall("[0-9a-f]{32}", content.decode("latin")))
    assert held.isdisjoint(erased)
    assert not set(words).difference(erased, held)
