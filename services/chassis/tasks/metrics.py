"""Metrics of events and tasks."""

from prometheus_client import Counter, Gauge

UNROUTABLE = Counter("events_unroutable_total", "Events that no queue takes", ("service",))
PAUSED = Gauge(
    "channel_paused", "1 while what a channel's tasks need does not answer", ("service", "channel")
)
WAITING = Gauge(
    "tasks_waiting",
    "Tasks not yet done, up to some thousands; events to be sent: relay",
    ("service", "channel"),
)
OLDEST = Gauge("tasks_oldest_seconds", "Age of the oldest of these", ("service", "channel"))
TO_SETTLE = Gauge("events_to_settle", "Parked tasks that nobody has settled", ("service",))
RUNNING = Gauge(
    "job_running_seconds", "Since when a worker runs the job; 0 while none does", ("service", "job")
)
SINCE_SUCCESS = Gauge(
    "job_last_success_age_seconds",
    "Since the last success of the job, or else its first start",
    ("service", "job"),
)
PERIOD = Gauge("job_period_seconds", "How often the job is to run", ("service", "job"))
