"""Handles each event once: its row in the inbox and its effect are one transaction.

A failed event is retried with growing delays; one that cannot be read, or keeps failing, is parked.
"""

from __future__ import annotations

import structlog

from services.chassis.database.transactions import Database
from services.chassis.events import metrics
from services.chassis.events.broker import Retry
from services.chassis.events.deduplication import record_handled
from services.chassis.events.envelope import Envelope, Undecodable
from services.chassis.events.handlers import Handlers, Reaction
from services.chassis.events.handling import handling
from services.chassis.events.parking import park
from services.chassis.events.tables import TO_BROKER
from services.chassis.process.logs import frames_of, reason_of

log = structlog.get_logger()


class Dispatcher:
    """Passes events to their reactions; used within an application context."""

    def __init__(
        self, db: Database, handlers: Handlers, retry_seconds: tuple[float, ...], tries: int | None = None
    ) -> None:
        """`tries` in all before an event is parked; by default one more than there are delays."""
        self._db = db
        self._handlers = handlers
        self._retry_seconds = retry_seconds
        self._tries = tries or len(retry_seconds) + 1

    def handle(self, body: bytes, attempt: int) -> Retry | None:
        """Called by the consumer; None if the message was handled or parked."""
        try:
            self.dispatch(body, attempt)
        except Undecodable as error:
            self.park(body, str(error), attempt)
        except Exception as error:
            metrics.FAILED.labels(self._handlers.service).inc()
            log.warning("event_failed", attempt=attempt, reason=reason_of(error), frames=frames_of(error))
            if attempt < self._tries:
                return Retry(min(attempt, len(self._retry_seconds)) - 1)
            self.park(body, f"{reason_of(error)}, {attempt} attempts", attempt)
        return None

    def dispatch(self, body: bytes, attempt: int) -> None:
        """Run every reaction that has not handled the event. Raises Undecodable, or what a reaction raises."""
        envelope = Envelope.from_json(body, attempt=attempt)
        with handling(envelope):
            reactions = self._handlers.reactions(envelope.type)
            if not reactions:
                raise Undecodable(f"nothing here reacts to {envelope.type}")
            for reaction in reactions:
                self._react(reaction, envelope)

    def park(self, body: bytes, reason: str, attempt: int) -> None:
        """Park it for an operator. Raises errors of the database, after which the broker delivers again."""
        with self._db.operation() as session:
            park(session, body.decode("utf-8", "backslashreplace"), TO_BROKER, reason, attempt)
        metrics.PARKED.labels(self._handlers.service).inc()
        log.error("event_parked", reason=reason, attempt=attempt)

    def take_parked(self, body: bytes) -> None:
        """Park a message that the broker itself gave up, so that operators see one list."""
        self.park(body, "given up by the broker: delivered too often without an answer", 0)

    def _react(self, reaction: Reaction, envelope: Envelope) -> None:
        try:
            event = reaction.contract.from_data(envelope.data)
        except (ValueError, TypeError, KeyError) as error:
            raise Undecodable(f"data of another shape: {error}") from error
        with self._db.operation() as session:
            if not record_handled(session, envelope.id, reaction.name):
                return
            reaction.run(session, event, envelope)
        metrics.HANDLED.labels(self._handlers.service).inc()
        log.info("event_handled", handler=reaction.name)
