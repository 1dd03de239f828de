"""What the composed portal still has to process: events, mails, documents."""

from deploy.service_names import SERVICES
from tests.support.composed_portal import ComposedPortal
from tests.support.processes import wait_until

STILL_SECONDS = 600.0  # the longest delay before a new attempt, and then some
UNSENT = "select 'broker', type, count(*), max(attempts) from outbox where published_at is null group by 1, 2"
UNFINISHED = (
    "select channel, handler, count(*), max(attempts) from tasks where state = 'waiting' and event_id <> 'job' "
    "group by 1, 2"
)
HAS_TASKS = "select 1 where to_regclass('tasks') is not null"


def wait_until_work_done(composed: ComposedPortal) -> None:
    """However much there is. Raises ServiceFailed, which names what waits, where nothing goes on for STILL_SECONDS."""
    while work := pending_work(composed):
        wait_until(lambda: pending_work(composed) != work, STILL_SECONDS, f"work goes on: {work}", pause=2.0)


def pending_work(composed: ComposedPortal) -> list[str]:
    """A line for each kind of event or follow-up that waits in a database, and for each queue that is not empty."""
    waiting = [
        f"{service}: {', '.join(row)}"
        for service in SERVICES
        for statement in ([UNSENT, UNFINISHED] if has_tasks(composed, service) else [UNSENT])
        for row in composed.query_database(service, statement)
    ]
    queues = composed.run_in(composed.containers("rabbitmq")[0], "rabbitmqctl", "-q", "list_queues", "-p", "portail")
    return waiting + [line for line in queues.splitlines()[1:] if line and line.split()[-1] != "0"]


def has_tasks(composed: ComposedPortal, service: str) -> bool:
    """A version before has not."""
    return bool(composed.query_database(service, HAS_TASKS))
