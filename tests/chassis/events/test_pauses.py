"""A worker that was paused for longer than its leases last: what another has taken since, it leaves alone."""

import signal
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from services.chassis.clock import system_now
from services.chassis.tasks.registry import EVENTS, JOBS, OTHERS, Channel
from services.chassis.tasks.rows import Leases
from services.chassis.tasks.tables import tasks
from tests.chassis.events.ledger import Ledger, declare
from tests.chassis.events.test_crashes import PATIENCE, in_hand
from tests.chassis.events.test_hostile_messages import GOOD
from tests.support.processes import wait_until

ANOTHER = "another worker"
WORKS = [
    pytest.param("in-handler", OTHERS, "tell", id="follow-up"),
    pytest.param("in-job", JOBS, "count", id="job"),
]


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Ledger:
    broker_url = f"sqlite:///{tmp_path}/broker.db"
    declare(broker_url)
    return Ledger("writer", database_url, broker_url)


@pytest.mark.parametrize(("mode", "channel", "handler"), WORKS)
def test_what_a_worker_has_in_hand_is_its_own_until_another_takes_it_while_it_is_paused(
    service: Ledger, mode: str, channel: Channel, handler: str
) -> None:
    if mode == "in-handler":
        service.ask_to_tell("a friend")
    with in_hand(f"{mode}/0.1", service) as victim:
        before = row_of(service, handler)
        wait_until(lambda: row_of(service, handler)["leased_until"] > before["leased_until"], PATIENCE, "a renewal")
        assert row_of(service, handler)["leased_by"] == before["leased_by"]
        victim.send_signal(signal.SIGSTOP)
        end_leases(service)
        with service.app.app_context():
            assert Leases(service.db, ANOTHER).take(channel.name, [handler])
        taken = row_of(service, handler)
        assert resumed(victim) == 0
        assert row_of(service, handler) == taken, "the paused worker ended or freed what another has in hand"
    assert taken["leased_by"] == ANOTHER


def test_a_reaction_whose_task_another_has_taken_has_no_effect(service: Ledger) -> None:
    service.hear(GOOD.to_json())
    with service.app.app_context():
        runner = service.runner(tries=3)
        task = runner.leases.take(EVENTS.name, ["write_down"])
        assert task is not None
        end_leases(service)
        assert service.runner(tries=3).run_once(EVENTS)
        assert runner.run(task) is None
    assert service.entries() == ["hello"]


def end_leases(service: Ledger) -> None:
    """As they would end by themselves, without the wait."""
    past = system_now() - timedelta(seconds=1)
    with service.writing() as session:
        session.execute(update(tasks).values(leased_until=past, available_at=past))


def row_of(service: Ledger, handler: str) -> dict[str, Any]:
    with service.app.app_context(), service.db.reading() as session:
        return dict(session.execute(select(tasks).where(tasks.c.handler == handler)).mappings().one())


def resumed(victim: subprocess.Popen[str]) -> int:
    """It goes on with what it had in hand, then ends as if it were told to; its status."""
    victim.send_signal(signal.SIGCONT)
    victim.send_signal(signal.SIGUSR1)
    return victim.wait(PATIENCE)
