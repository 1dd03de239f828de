"""What surrounds the handling of one event or follow-up: its ids in each line of the log, and its span."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from services.chassis.events.envelope import Envelope
from services.chassis.traces import spans


@contextmanager
def handling(envelope: Envelope) -> Iterator[None]:
    """The block handles `envelope`, in the trace of the request that wrote it, however often it is tried."""
    structlog.contextvars.bind_contextvars(
        request_id=envelope.correlation_id, event_id=envelope.id, event_type=envelope.type
    )
    try:
        with spans.span(f"process {envelope.type}", spans.Kind.CONSUMER, parent=envelope.traceparent):
            spans.note("portail.request_id", envelope.correlation_id)
            spans.note("messaging.message.id", envelope.id)
            spans.note("portail.attempt", envelope.attempt)
            yield
    finally:
        structlog.contextvars.clear_contextvars()
