"""Sends the events of the outbox, and marks each once the broker has confirmed it. An event may be sent twice."""

from __future__ import annotations

import structlog

from services.chassis.database.transactions import Database
from services.chassis.events import metrics, outbox
from services.chassis.events.broker import Broker, BrokerUnavailable, Publisher, Unroutable
from services.chassis.events.envelope import Envelope
from services.chassis.events.tables import TO_BROKER
from services.chassis.process.leases import renewing
from services.chassis.traces import spans

log = structlog.get_logger()

BATCH = 50
UNROUTABLE_SECONDS = 30.0


class Relay:
    """Used by one thread, within an application context."""

    def __init__(self, db: Database, broker: Broker, service: str, owner: str) -> None:
        """`owner` is the start id of the worker, for its leases."""
        self._db = db
        self._broker = broker
        self._service = service
        self._owner = owner
        self._publisher: Publisher | None = None

    def run_once(self) -> int:
        """Send what is due; how many events were sent. Raises BrokerUnavailable after giving back all unsent rows."""
        rows = outbox.take(self._db, TO_BROKER, limit=BATCH, owner=self._owner)
        if not rows:
            if self._publisher is not None:
                self._publisher.keep_alive()
            return 0
        sent: list[int] = []
        unroutable: list[int] = []
        try:
            with renewing(lambda: outbox.renew(self._db, [row.sequence for row in rows], self._owner)) as lost:
                for row in rows:
                    if lost.is_set():  # another worker sends them
                        break
                    (sent if self._sent(row.envelope) else unroutable).append(row.sequence)
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
            with spans.span(f"publish {envelope.type}", spans.Kind.PRODUCER, parent=envelope.traceparent):
                self._publisher.publish(envelope)
        except Unroutable:
            metrics.UNROUTABLE.labels(self._service).inc()
            log.error("event_unroutable", event_id=envelope.id, event_type=envelope.type)
            return False
        except BrokerUnavailable:
            self.close()
            raise
        metrics.PUBLISHED.labels(self._service).inc()
        return True

    def _settle(self, sent: list[int], unroutable: list[int], unsent: list[int]) -> None:
        with self._db.operation() as session:
            outbox.done(session, sent, self._owner)
            outbox.give_back(session, unroutable, self._owner, delay=UNROUTABLE_SECONDS)
            outbox.give_back(session, unsent, self._owner, delay=0)
