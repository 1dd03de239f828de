"""What workers ask several times a second reads what waits, not what was sent or done since
RETENTION."""

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from flask import current_app
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.chassis.database.transactions import Database
from services.chassis.events import outbox
from services.chassis.events.broker import Publisher
from services.chassis.tasks import figures, parked, relay
from services.chassis.tasks.leases import DueChannels, Leases
from services.chassis.tasks.relay import Relay
from services.chassis.tasks.retention import erase_subject, purge
from services.clock import system_now
from tests.chassis.events.ledger import Ledger, Noted
from tests.support.query_plans import ROWS, analyse, query_plan, recorded_statements

pytestmark = pytest.mark.engines("sqlite", "postgresql")
FILL = {
    "outbox": (
        """
INSERT INTO outbox (event_id, destination, type, subject, envelope, created_at, available_at, attempts, published_at)
SELECT CAST(:prefix + i AS VARCHAR), 'broker', 'x', 'x', 'x', :at, :at, 0, :ended FROM numbers
"""
    ),
    "tasks": (
        """
INSERT INTO tasks (event_id, handler, channel, subject, envelope, state, created_at, available_at, attempts, ended_at)
SELECT CAST(:prefix + i AS VARCHAR), 'x', CASE WHEN i % 2 = 0 THEN 'mails' ELSE 'events' END, 'x', 'x',
       CAST(:state AS VARCHAR), :at, :at, 0, :ended FROM numbers
"""
    ),
}
NUMBERS = (
    "WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < :rows)"
)
SCANS = "scans"


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """An outbox and tasks of which all is sent or done but a little."""
    ledger = Ledger("writer", database_url, "sqlite:///:memory:")
    now = system_now()
    with ledger.app.app_context():
        for table, fill in FILL.items():
            into, _, chosen = fill.partition("SELECT")
            for prefix, rows_, ended in ((0, ROWS, now - timedelta(days=1)), (ROWS, 200, None)):
                values = {"prefix": prefix, "rows": rows_, "at": now - timedelta(days=2)}
                values |= {"ended": ended, "state": "done" if ended else "waiting"}
                with ledger.db.operation() as transaction:
                    transaction.execute(text(f"{into} {NUMBERS} SELECT {chosen}"), values)
            analyse(ledger.db, table)
        yield ledger.db
        ledger.db.engine.dispose()


def take(channel: str) -> Callable[[Database], object]:
    return lambda db: Leases(db, "a worker").take(channel, ["x", "y"])


def batch(db: Database) -> object:
    stopped = threading.Event()
    stopped.set()
    return Relay(db, cast(Publisher, None), "writer").send_batch(stopped)


DEEDS: dict[str, Callable[[Database], object]] = {
    "a batch is claimed and given back": batch,
    "a reaction is taken": take("events"),
    "a follow-up is taken": take("mails"),
    "channels are looked at": (
        lambda db: DueChannels(db, {"events": ["x"], "mails": ["x", "y"]}).now()
    ),
    "events that wait are counted": relay.waiting,
    "tasks that wait are counted": lambda db: figures.waiting(db, ["events", "mails"]),
    "what is parked is counted": lambda db: parked.parked_count(Session(db.engine)),
    "what is old is forgotten": purge,
    "what is somebody's is forgotten": lambda db: erase_subject(Session(db.engine), "nobody"),
}


def test_no_question_reads_what_was_sent_or_done(db: Database) -> None:
    for name, deed in DEEDS.items():
        assert [plan for plan in plans_of(db, deed) if reads_all(plan)] == [], name


def plans_of(db: Database, deed: Callable[[Database], object]) -> list[str]:
    """Of all that it asks of these tables."""
    with recorded_statements(db) as executed:
        deed(db)
    asked = [(sql, values) for sql, values in executed if "outbox" in sql or "tasks" in sql]
    assert asked
    with db.engine.connect() as connection:
        return [query_plan(connection, sql, values) for sql, values in asked]


def test_a_channel_reads_nothing_of_what_waits_in_another(db: Database) -> None:
    with db.operation() as transaction:
        transaction.execute(text("UPDATE tasks SET state = 'waiting' WHERE channel = 'mails'"))
        transaction.execute(text(f"UPDATE tasks SET channel = '{SCANS}' WHERE sequence = 2"))
    analyse(db, "tasks")
    looked, *_ = plans_of(db, take(SCANS))
    assert ("ix_tasks_waiting" in looked, reads_all(looked)) == (True, False)


def test_a_channel_in_which_nothing_is_due_and_free_is_not_woken(db: Database) -> None:
    due = DueChannels(
        db, {"events": ["x"], "mails": ["x", "y"], "none": ["x"], "others": ["another"]}
    )
    assert due.now() == {"events", "mails", "relay"}
    with db.operation() as transaction:
        transaction.execute(text("UPDATE outbox SET published_at = created_at"))
        later = {"later": system_now() + timedelta(hours=1)}
        transaction.execute(
            text("UPDATE tasks SET leased_until = :later WHERE channel = 'mails'"), later
        )
    assert due.now() == {"events"}
    assert Leases(db, "a worker").take("events", ["another"]) is None, (
        "what this version cannot run waits"
    )


def test_what_waits_is_counted_up_to_a_bound_with_its_oldest_age(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = figures.waiting(db, ["events", "mails", "none"])
    assert waiting.pop("none") == (0, 0.0)
    for number, oldest in (*waiting.values(), relay.waiting(db)):
        assert number in (100, 200)
        assert oldest == pytest.approx(2 * 86400, abs=120)
    monkeypatch.setattr(relay, "MAX_COUNTED", 30)
    monkeypatch.setattr(figures, "MAX_COUNTED", 30)
    assert [number for number, _ in figures.waiting(db, ["events", "mails"]).values()] == [30, 30]
    assert relay.waiting(db)[0] == 30


def test_workers_that_take_at_once_share_what_waits_longest_due_first(db: Database) -> None:
    def take_all(worker: int) -> list[int]:
        taken: list[int] = []
        with current.app_context():
            leases = Leases(db, f"worker {worker}")
            while task := leases.take("events", ["x"]):
                taken.append(task.sequence)
        assert taken == sorted(taken)
        return taken

    current = current_app._get_current_object()  # type: ignore[attr-defined]
    with ThreadPoolExecutor(4) as pool:
        taken = list(itertools.chain(*pool.map(take_all, range(4))))
    assert len(taken) == len(set(taken)) == 100


def test_workers_that_send_at_once_share_what_waits(db: Database) -> None:
    sent: list[str] = []
    publisher = cast(Publisher, SimpleNamespace(publish=lambda envelope: sent.append(envelope.id)))
    current = current_app._get_current_object()  # type: ignore[attr-defined]
    with db.operation() as transaction:
        transaction.execute(text("UPDATE outbox SET published_at = created_at"))
        for number in range(3 * relay.BATCH):
            outbox.publish(transaction, Noted(str(number)), subject="x")

    def send_all(_: int) -> None:
        with current.app_context():
            while Relay(db, publisher, "writer").send_batch():
                pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send_all, range(4)))
    assert len(sent) == len(set(sent)) == 3 * relay.BATCH


def reads_all(query_plan: str) -> bool:
    """Through a partial index SQLite scans what waits; through none, the table."""
    return any(
        f"Seq Scan on {table}" in query_plan
        or (f"SCAN {table}" in query_plan and f"INDEX ix_{table}_" not in query_plan)
        for table in FILL
    )
