"""Metrics of events and follow-ups."""

from prometheus_client import Counter, Gauge

HANDLED = Counter("events_handled_total", "Events and follow-ups handled", ("service",))
FAILED = Counter("events_failed_total", "Attempts that failed", ("service",))
PARKED = Counter("events_parked_total", "Events given up and kept for an operator", ("service",))
PUBLISHED = Counter("events_published_total", "Events confirmed by the broker", ("service",))
UNROUTABLE = Counter("events_unroutable_total", "Events that no queue takes", ("service",))
PAUSED = Gauge("channel_paused", "1 while what a channel's follow-ups need does not answer", ("service", "channel"))
WAITING = Gauge("outbox_waiting", "Rows of the outbox not yet sent or done, up to some thousands", ("service",))
OLDEST = Gauge("outbox_oldest_seconds", "Age of the oldest row that waits", ("service",))
TO_SETTLE = Gauge("events_to_settle", "Parked events that nobody has settled", ("service",))
