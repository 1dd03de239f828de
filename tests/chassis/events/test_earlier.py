"""What the version before leaves in its tables becomes tasks while it is at work, and goes back with the migration."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text

from services.chassis.clock import system_now
from services.chassis.events import Envelope
from services.chassis.events.outbox import new_envelope
from services.chassis.tasks import earlier, migrations
from services.chassis.tasks.commands import replayed
from services.chassis.tasks.registry import EVENTS
from tests.chassis.events.ledger import Ledger
from tests.chassis.events.test_hostile_messages import GOOD

pytestmark = pytest.mark.engines("sqlite", "postgresql")
NOW = system_now()
FOLLOW_UP = """
INSERT INTO outbox (event_id, destination, type, subject, envelope, created_at, available_at, attempts, leased_until)
VALUES (:id, 'self', 'tell', 'somebody', :envelope, :at, :at, 3, :leased_until)
"""
PARKED = """
INSERT INTO parked (id, event_id, destination, type, subject, envelope, reason, attempts, parked_at, settled_at)
VALUES (:id, :id, 'broker', 'writer.noted.v1', 'somebody', :envelope, 'x', 28, :at, :settled_at)
"""


@pytest.fixture
def reader(database_url: str, tmp_path: Path) -> Ledger:
    return Ledger("reader", database_url, f"sqlite:///{tmp_path / 'broker.db'}")


def execute(reader: Ledger, statement: str, **values: Any) -> None:
    with reader.writing() as session:
        session.execute(text(statement), {"at": NOW} | values)


def follow_up(text: str) -> Envelope:
    return new_envelope("tell", {"text": text}, "somebody")


def ask_as_before(reader: Ledger, text: str, leased_until: object = None) -> None:
    envelope = follow_up(text)
    execute(reader, FOLLOW_UP, id=envelope.id, envelope=envelope.to_json().decode(), leased_until=leased_until)


def count(reader: Ledger, query: str) -> int:
    return int(reader.read(text(query))[0])  # type: ignore[arg-type]


def migrate(reader: Ledger, step: Callable[[], None]) -> None:
    with (
        reader.app.app_context(),
        reader.db.engine.begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        step()


def work(reader: Ledger) -> None:
    with reader.app.app_context():
        earlier.move(reader.db, reader.handlers)
        runner = reader.runner(tries=30)
        while any(runner.run_once(channel) for channel in reader.handlers.channels):
            pass


def test_follow_ups_that_nobody_has_in_hand_are_run(reader: Ledger) -> None:
    ask_as_before(reader, "Jeanne")
    ask_as_before(reader, "Ali", leased_until=NOW + timedelta(hours=1))
    for _ in range(2):
        work(reader)
    assert reader.entries() == ["told Jeanne"]
    assert count(reader, "SELECT count(*) FROM outbox") == 1


def test_an_event_that_was_handled_before_is_not_handled_again(reader: Ledger) -> None:
    execute(reader, "INSERT INTO inbox (event_id, handler, handled_at) VALUES ('a1', 'write_down', :at)")
    reader.hear(GOOD.to_json())
    work(reader)
    assert reader.entries() == []


def test_what_was_parked_is_listed_and_replayed(reader: Ledger) -> None:
    execute(reader, PARKED, id="a1", envelope=GOOD.to_json().decode(), settled_at=None)
    execute(reader, PARKED, id="b2", envelope="x", settled_at=NOW)
    work(reader)
    [sequence] = reader.parked()
    with reader.app.app_context():
        assert replayed(reader.runner(tries=30), sequence)
        assert reader.runner(tries=30).run_once(EVENTS)
    assert (reader.entries(), reader.parked()) == (["hello"], [])
    assert count(reader, "SELECT count(*) FROM parked") == 0


def test_undoing_the_migration_gives_everything_back_and_doing_it_again_takes_it(reader: Ledger) -> None:
    reader.ask_to_tell("Jeanne")
    reader.hear(GOOD.to_json(), b"no event")
    migrate(reader, migrations.give_tasks_back)
    assert count(reader, "SELECT count(*) FROM outbox WHERE destination = 'self' AND published_at IS NULL") == 1
    assert count(reader, "SELECT count(*) FROM parked WHERE settled_at IS NULL") == 2
    execute(reader, "INSERT INTO job_leases (name, due_at, last_succeeded_at) VALUES ('nightly', :at, :at)")
    migrate(reader, migrations.create_tasks)
    work(reader)
    assert reader.entries() == ["told Jeanne"]
    assert len(reader.parked()) == 2
    assert count(reader, "SELECT count(*) FROM tasks WHERE event_id = 'job' AND ended_at IS NOT NULL") == 1
