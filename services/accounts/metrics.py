"""Metrics of accounts."""

from services.chassis.tasks.gauges import Gauge

SESSIONS = Gauge("accounts_sessions", "People logged in, by whose session it is", ("kind",))
