"""Metrics of registrations."""

from prometheus_client import Counter

SAVED = Counter(
    "registrations_saved_total",
    "Versions saved by candidates: first registrations, and modifications",
    ("exam", "session", "academie", "kind"),
)
