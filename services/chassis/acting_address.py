"""From which IP address the request at work comes: set by whoever receives requests, read for the audit trail."""

from __future__ import annotations

from contextvars import ContextVar

acting_address: ContextVar[str | None] = ContextVar("acting_address", default=None)
