"""Our own follow-ups (mails, scans): rows of the outbox addressed to ourselves, run without the broker."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta

import structlog
from sqlalchemy import insert, select

from services.chassis.clock import system_now
from services.chassis.database import Database
from services.chassis.events import counts, outbox
from services.chassis.events.envelope import Envelope, Undecodable
from services.chassis.events.handlers import Handlers
from services.chassis.events.keeping import kept
from services.chassis.events.parking import park
from services.chassis.events.tables import TO_SELF, inbox
from services.chassis.reasons import frames_of, reason_of

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
RENEW_SECONDS = 20.0


class FollowUps:
    """Used within an application context; several workers may run it on one database."""

    def __init__(
        self, db: Database, handlers: Handlers, retry_seconds: tuple[float, ...], tries: int | None = None
    ) -> None:
        """`tries` in all before a follow-up is parked; by default one more than there are delays."""
        self._db = db
        self._handlers = handlers
        self._retry_seconds = retry_seconds
        self._tries = tries or len(retry_seconds) + 1

    def run_once(self) -> bool:
        """Run one that is due; whether there was one."""
        rows = outbox.take(self._db, TO_SELF, limit=1, lease=LEASE)
        if not rows:
            return False
        row = rows[0]
        try:
            with self._lease_kept(row.sequence):
                self.run(row.envelope, row.attempts)
        except Exception as error:
            self._failed(row, error)
            return True
        with self._db.operation() as session:
            outbox.done(session, [row.sequence])
        return True

    def run(self, body: str, attempt: int) -> None:
        """Run the follow-up of `body` unless the inbox says that it was done. Raises what it raises."""
        envelope = Envelope.from_json(body, attempt=attempt)
        structlog.contextvars.bind_contextvars(
            request_id=envelope.correlation_id, event_id=envelope.id, event_type=envelope.type
        )
        try:
            self._run(envelope)
        finally:
            structlog.contextvars.clear_contextvars()

    def _run(self, envelope: Envelope) -> None:
        run = self._handlers.named_follow_up(envelope.type)
        if run is None:
            raise Undecodable(f"no follow-up is named {envelope.type}")
        with self._db.reading() as session:
            if session.execute(select(inbox.c.event_id).where(inbox.c.event_id == envelope.id)).first():
                return
        run(envelope.data, envelope)
        with self._db.operation() as session:
            row = {"event_id": envelope.id, "handler": envelope.type, "handled_at": system_now()}
            session.execute(insert(inbox).values(row))
        counts.HANDLED.labels(self._handlers.service).inc()
        log.info("follow_up_done", attempt=envelope.attempt)

    def _failed(self, row: outbox.Row, error: Exception) -> None:
        service, reason = self._handlers.service, reason_of(error)
        counts.FAILED.labels(service).inc()
        last = row.attempts >= self._tries or isinstance(error, Undecodable)
        log.warning("follow_up_failed", attempt=row.attempts, reason=reason, parked=last, frames=frames_of(error))
        with self._db.operation() as session:
            if last:
                park(session, row.envelope, TO_SELF, f"{reason}, {row.attempts} attempts", row.attempts)
                outbox.done(session, [row.sequence])
                counts.PARKED.labels(service).inc()
            else:
                delay = self._retry_seconds[min(row.attempts, len(self._retry_seconds)) - 1]
                outbox.give_back(session, [row.sequence], delay=delay)

    def _lease_kept(self, sequence: int) -> AbstractContextManager[None]:
        """A follow-up that takes long stays ours."""
        return kept(lambda: outbox.renew(self._db, sequence, LEASE), RENEW_SECONDS)
