"""Metrics of events and tasks."""

from prometheus_client import Counter, Gauge

HANDLED = Counter("events_handled_total", "Tasks done: reactions and follow-ups", ("service",))
FAILED = Counter("events_failed_total", "Attempts of tasks and jobs that failed", ("service",))
PARKED = Counter("events_parked_total", "Tasks given up and kept for an operator", ("service",))
PUBLISHED = Counter("events_published_total", "Events confirmed by the broker", ("service",))
UNROUTABLE = Counter("events_unroutable_total", "Events that no queue takes", ("service",))
PAUSED = Gauge("channel_paused", "1 while what a channel's tasks need does not answer", ("service", "channel"))
QUEUED = Gauge("queue_waiting", "Events in the service's queue of the broker that nobody has in hand", ("service",))
WAITING = Gauge(
    "tasks_waiting", "Tasks not yet done, up to some thousands; events to be sent: relay", ("service", "channel")
)
OLDEST = Gauge("tasks_oldest_seconds", "Age of the oldest of these", ("service", "channel"))
TO_SETTLE = Gauge("events_to_settle", "Parked tasks that nobody has settled", ("service",))
OLDEST_TO_SETTLE = Gauge("events_to_settle_oldest_seconds", "Since the oldest of these was parked", ("service",))
RUNNING = Gauge("job_running_seconds", "Since when a worker runs the job; 0 while none does", ("service", "job"))
SINCE_SUCCESS = Gauge(
    "job_last_success_age_seconds", "Since the last success of the job, or else its first start", ("service", "job")
)
PERIOD = Gauge("job_period_seconds", "How often the job is to run", ("service", "job"))


def show_counters(service: str) -> None:
    """Show the service's counters from the start, as 0: Prometheus sees no increase where a series begins with 1."""
    for counter in (HANDLED, FAILED, PARKED, PUBLISHED, UNROUTABLE):
        counter.labels(service)
