"""What workers ask of the outbox several times a second reads what waits, not what was sent since EVENT_RETENTION."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import text

from services.chassis.clock import system_now
from services.chassis.database.transactions import Database
from services.chassis.events import outbox
from services.chassis.tasks.rows import purge
from services.chassis.tasks.tables import TO_BROKER, TO_SELF
from tests.chassis.events.ledger import Ledger
from tests.support.database_filling import ROWS, analyse
from tests.support.query_plans import query_plan, recorded_statements

pytestmark = pytest.mark.engines("sqlite", "postgresql")
FILL = """
WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < :rows)
INSERT INTO outbox (event_id, destination, type, subject, envelope, created_at, available_at, attempts, published_at)
SELECT CAST(:prefix + i AS VARCHAR), CASE WHEN i % 2 = 0 THEN 'self' ELSE 'broker' END, 'x', 'x', 'x',
       :at, :at, 0, :published FROM numbers
"""


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An outbox of which all is sent but a little."""
    ledger = Ledger("writer", database_url, "sqlite:///:memory:")
    now = system_now()
    with ledger.app.app_context():
        for prefix, rows, published in ((0, ROWS, now - timedelta(days=1)), (ROWS, 200, None)):
            values = {"prefix": prefix, "rows": rows, "at": now - timedelta(days=2), "published": published}
            with ledger.db.operation() as session:
                session.execute(text(FILL), values)
        analyse(ledger.db, "outbox")
        yield ledger.db
        ledger.db.engine.dispose()


def take(destination: str) -> Callable[[Database], object]:
    return lambda db: outbox.take(db, destination, limit=50, owner="a worker")


def take_scan(db: Database) -> object:
    return outbox.take(db, TO_SELF, limit=1, owner="a worker", types=["scan", "rescan"])


DEEDS: dict[str, Callable[[Database], object]] = {
    "a batch is taken": take(TO_BROKER),
    "a follow-up is taken": take(TO_SELF),
    "a follow-up of one channel is taken": take_scan,
    "what waits is counted": outbox.waiting,
    "what is old is forgotten": purge,
}


def test_no_question_to_the_outbox_reads_what_was_sent(db: Database) -> None:
    assert {name: plans for name, deed in DEEDS.items() if (plans := plans_that_read_all(db, deed))} == {}


def plans_that_read_all(db: Database, deed: Callable[[Database], object]) -> dict[str, str]:
    with recorded_statements(db) as executed:
        deed(db)
    asked = [(sql, values) for sql, values in executed if "outbox" in sql]
    assert asked
    with db.engine.connect() as connection:
        plans = {sql: query_plan(connection, sql, values) for sql, values in asked}
    return {sql: steps for sql, steps in plans.items() if reads_all(steps)}


def test_a_channel_reads_nothing_of_what_waits_in_another(db: Database) -> None:
    with db.operation() as session:
        session.execute(text("UPDATE outbox SET published_at = NULL WHERE destination = 'self'"))
        session.execute(text("UPDATE outbox SET type = 'scan' WHERE sequence = 2"))
    analyse(db, "outbox")
    with recorded_statements(db) as executed:
        assert take_scan(db)
    asked = [(sql, values) for sql, values in executed if sql.startswith(("SELECT", "WITH"))]
    assert len(asked) == 2  # which type has waited longest, and the lease of its first
    with db.engine.connect() as connection:
        for sql, values in asked:
            steps = query_plan(connection, sql, values)
            assert "ix_outbox_pending_types" in steps
            assert not reads_all(steps)


def test_what_waits_is_counted_as_far_as_it_is_looked_at_with_the_age_of_the_oldest(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = outbox.waiting(db)
    assert list(waiting) == [TO_BROKER, TO_SELF]
    for number, oldest in waiting.values():
        assert number == 100
        assert oldest == pytest.approx(2 * 86400, abs=120)
    monkeypatch.setattr(outbox, "MAX_COUNTED", 30)
    assert [number for number, _ in outbox.waiting(db).values()] == [30, 30]


def test_workers_that_take_at_once_share_what_waits_longest_due_first(db: Database) -> None:
    def take_all(worker: int) -> list[int]:
        taken: list[int] = []
        with current.app_context():
            while rows := outbox.take(db, TO_BROKER, limit=7, owner=f"worker {worker}"):
                assert [row.sequence for row in rows] == sorted(row.sequence for row in rows)
                taken += [row.sequence for row in rows]
        return taken

    current = current_app._get_current_object()  # type: ignore[attr-defined]
    with ThreadPoolExecutor(4) as pool:
        taken = list(itertools.chain(*pool.map(take_all, range(4))))
    assert len(taken) == len(set(taken)) == 100


def test_of_several_types_the_one_that_waits_longest_is_taken_first(db: Database) -> None:
    with db.operation() as session:
        session.execute(text("UPDATE outbox SET type = 'rescan' WHERE published_at IS NULL AND destination = 'self'"))
        late = text("UPDATE outbox SET published_at = NULL, type = 'scan', available_at = :at WHERE event_id = '2'")
        session.execute(late, {"at": system_now() - timedelta(days=3)})
    first, second = (outbox.take(db, TO_SELF, limit=1, owner="x", types=["rescan", "scan"]) for _ in range(2))
    assert first[0].sequence == 2
    assert second[0].sequence > ROWS


def reads_all(query_plan: str) -> bool:
    """Through a partial index SQLite scans what waits; through none, the table."""
    return "Seq Scan on outbox" in query_plan or (
        "SCAN outbox" in query_plan and "INDEX ix_outbox_pending" not in query_plan
    )
