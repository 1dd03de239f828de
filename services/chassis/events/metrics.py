"""Metrics of events and follow-ups."""

from prometheus_client import Counter, Gauge

HANDLED = Counter("events_handled_total", "Events and follow-ups handled", ("service",))
FAILED = Counter("events_failed_total", "Attempts that failed", ("service",))
PARKED = Counter("events_parked_total", "Events given up and kept for an operator", ("service",))
PUBLISHED = Counter("events_published_total", "Events confirmed by the broker", ("service",))
UNROUTABLE = Counter("events_unroutable_total", "Events that no queue takes", ("service",))
PAUSED = Gauge("channel_paused", "1 while what a channel's follow-ups need does not answer", ("service", "channel"))
QUEUED = Gauge("queue_waiting", "Events in the service's queue of the broker that nobody has in hand", ("service",))
WAITING = Gauge(
    "outbox_waiting",
    "Rows of the outbox not yet sent (to the broker) or done (follow-ups: self), up to some thousands",
    ("service", "destination"),
)
OLDEST = Gauge("outbox_oldest_seconds", "Age of the oldest of these rows", ("service", "destination"))
TO_SETTLE = Gauge("events_to_settle", "Parked events that nobody has settled", ("service",))
OLDEST_TO_SETTLE = Gauge("events_to_settle_oldest_seconds", "Since the oldest of these was parked", ("service",))


def show_counters(service: str) -> None:
    """Show the service's counters from the start, as 0: Prometheus sees no increase where a series begins with 1."""
    for counter in (HANDLED, FAILED, PARKED, PUBLISHED, UNROUTABLE):
        counter.labels(service)
