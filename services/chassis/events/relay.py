"""The relay: sends what the outbox holds, marks it once the broker has confirmed. Twice is harmless."""

from __future__ import annotations

from datetime import timedelta

import structlog

from services.chassis.database import Database
from services.chassis.events import counts, outbox
from services.chassis.events.broker import Broker, BrokerUnavailable, Publisher, Unroutable
from services.chassis.events.envelope import Envelope
from services.chassis.events.tables import TO_BROKER

log = structlog.get_logger()

BATCH = 50
LEASE = timedelta(seconds=60)
UNROUTABLE_SECONDS = 30.0


class Relay:
    """Used by one thread, within an application context."""

    def __init__(self, db: Database, broker: Broker, service: str) -> None:
        self._db = db
        self._broker = broker
        self._service = service
        self._publisher: Publisher | None = None

    def run_once(self) -> int:
        """Send what is due; how many events left. Raises BrokerUnavailable, with every unsent row given back."""
        rows = outbox.take(self._db, TO_BROKER, limit=BATCH, lease=LEASE)
        if not rows and self._publisher is not None:
            self._publisher.keep_alive()
        sent: list[int] = []
        unroutable: list[int] = []
        try:
            for row in rows:
                if self._sent(row.envelope):
                    sent.append(row.sequence)
                else:
                    unroutable.append(row.sequence)
        finally:
            unsent = [row.sequence for row in rows if row.sequence not in (*sent, *unroutable)]
            self._settle(sent, unroutable, unsent)
        return len(sent)

    def close(self) -> None:
        if self._publisher is not None:
            self._publisher.close()
            self._publisher = None

    def _sent(self, body: str) -> bool:
        envelope = Envelope.from_json(body)
        if self._publisher is None:
            self._publisher = self._broker.publisher()
        try:
            self._publisher.publish(envelope)
        except Unroutable:
            counts.UNROUTABLE.labels(self._service).inc()
            log.error("event_unroutable", event_id=envelope.id, event_type=envelope.type)
            return False
        except BrokerUnavailable:
            self.close()
            raise
        counts.PUBLISHED.labels(self._service).inc()
        return True

    def _settle(self, sent: list[int], unroutable: list[int], unsent: list[int]) -> None:
        if not (sent or unroutable or unsent):
            return
        with self._db.operation() as session:
            outbox.done(session, sent)
            outbox.give_back(session, unroutable, delay=UNROUTABLE_SECONDS)
            outbox.give_back(session, unsent, delay=0)
