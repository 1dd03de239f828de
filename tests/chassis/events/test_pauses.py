"""A worker that was paused for longer than its leases last: what another has taken since, it leaves alone."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import TableClause, select, update

from services.chassis.clock import system_now
from services.chassis.database.transactions import Database
from services.chassis.events import outbox, tables
from services.chassis.events.tables import TO_BROKER, TO_SELF
from services.chassis.jobs import lease_rows as leases_of_jobs
from tests.chassis.events.ledger import Ledger, declare
from tests.chassis.events.test_crashes import PATIENCE, in_hand
from tests.support.processes import wait_until

ANOTHER = "another worker"


def take_row(destination: str) -> Callable[[Database], bool]:
    return lambda db: bool(outbox.take(db, destination, limit=1, owner=ANOTHER))


WORKS = [
    pytest.param("in-handler", tables.outbox, take_row(TO_SELF), id="follow-up"),
    pytest.param("in-batch", tables.outbox, take_row(TO_BROKER), id="batch"),
    pytest.param("in-job", tables.job_leases, lambda db: leases_of_jobs.take(db, "count", ANOTHER), id="job"),
]


def give_work(service: Ledger, mode: str) -> None:
    if mode == "in-batch":
        service.note("hello")
    if mode == "in-handler":
        service.ask_to_tell("a friend")


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Ledger:
    broker_url = f"sqlite:///{tmp_path}/broker.db"
    declare(broker_url)
    return Ledger("writer", database_url, broker_url)


@pytest.mark.parametrize(("mode", "table", "take"), WORKS)
def test_what_a_worker_has_in_hand_is_its_own_until_another_takes_it_while_it_is_paused(
    service: Ledger, mode: str, table: TableClause, take: Callable[[Database], bool]
) -> None:
    give_work(service, mode)
    with in_hand(f"{mode}/0.1", service) as victim:
        [before] = rows_of(service, table)
        wait_until(lambda: rows_of(service, table)[0]["leased_until"] > before["leased_until"], PATIENCE, "a renewal")
        assert rows_of(service, table)[0]["leased_by"] == before["leased_by"]
        victim.send_signal(signal.SIGSTOP)
        end_leases(service, table)
        with service.app.app_context():
            assert take(service.db)
        taken = rows_of(service, table)
        assert resumed(victim) == 0
        assert rows_of(service, table) == taken, "the paused worker ended or freed what another has in hand"
    assert taken[0]["leased_by"] == ANOTHER


def test_whoever_holds_no_lease_changes_nothing(service: Ledger) -> None:
    service.note("hello")
    with service.app.app_context():
        [row] = outbox.take(service.db, TO_BROKER, limit=1, owner=ANOTHER)
        taken = rows_of(service, tables.outbox)
        assert not outbox.renew(service.db, [row.sequence], "a stranger")
        with service.db.operation() as session:
            assert outbox.done(session, [row.sequence], "a stranger") == 0
            assert outbox.give_back(session, [row.sequence], "a stranger", delay=0) == 0
        assert rows_of(service, tables.outbox) == taken
        assert outbox.renew(service.db, [row.sequence], ANOTHER)
        with service.db.operation() as session:
            assert outbox.done(session, [row.sequence], ANOTHER) == 1


def end_leases(service: Ledger, table: TableClause) -> None:
    """As they would end by themselves, without the wait."""
    with service.writing() as session:
        session.execute(update(table).values(leased_until=system_now() - timedelta(seconds=1)))


def rows_of(service: Ledger, table: TableClause) -> list[dict[str, Any]]:
    with service.app.app_context(), service.db.reading() as session:
        return [dict(row) for row in session.execute(select(table)).mappings()]


def resumed(victim: subprocess.Popen[str]) -> int:
    """It goes on with what it had in hand, then ends as if it were told to; its status."""
    victim.send_signal(signal.SIGCONT)
    victim.send_signal(signal.SIGUSR1)
    return victim.wait(PATIENCE)
