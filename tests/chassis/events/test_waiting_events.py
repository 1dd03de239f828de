"""What operators see of events that wait: in the queue of a service, in the outbox, parked."""

from prometheus_client import REGISTRY
from sqlalchemy import update

from services.chassis.clock import system_now
from services.chassis.tasks import rows
from services.chassis.tasks.tables import tasks
from tests.chassis.events.conftest import ONE_BROKER
from tests.chassis.events.ledger import MakeLedger
from tests.support.processes import wait_until


def shown(metric: str, service: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(metric, {"service": service, **labels})


@ONE_BROKER
def test_events_and_follow_ups_that_wait_are_told_apart(ledger: MakeLedger) -> None:
    writer = ledger("writer", failures=1000)
    writer.ask_to_tell("a friend")
    with writer.working():
        wait_until(lambda: shown("tasks_waiting", "writer", channel="follow-ups") == 1, 60, "the follow-up")
        assert shown("tasks_waiting", "writer", channel="relay") == 0
        assert shown("tasks_oldest_seconds", "writer", channel="relay") == 0


@ONE_BROKER
def test_a_parked_event_is_counted_until_it_is_settled(ledger: MakeLedger) -> None:
    writer = ledger("writer")
    row = rows.new_row("1", "x", "follow-ups", "x", "x") | {"state": "parked", "ended_at": system_now()}
    with writer.writing() as session:
        rows.write(session, [row])
    with writer.working():
        wait_until(lambda: shown("events_to_settle", "writer") == 1, 60, "its count")
    with writer.writing() as session:
        session.execute(update(tasks).where(tasks.c.state == "parked").values(state="set aside"))
    with writer.working():
        wait_until(lambda: shown("events_to_settle", "writer") == 0, 60, "none left")
