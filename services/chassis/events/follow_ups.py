"""Runs follow-ups (mails, scans): rows of the outbox addressed to this service, which do not use the broker."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import select

from services.chassis.database.transactions import Database, new_id
from services.chassis.events import metrics, outbox
from services.chassis.events.deduplication import record_handled
from services.chassis.events.envelope import Envelope, Undecodable
from services.chassis.events.handlers import ChannelUnavailable, Handlers
from services.chassis.events.handling import handling
from services.chassis.events.parking import park
from services.chassis.events.tables import TO_SELF, inbox
from services.chassis.process.leases import renewing
from services.chassis.process.logs import frames_of, reason_of

log = structlog.get_logger()


class Interrupted(Exception):
    """Every worker that tried it died in the middle: the follow-up itself may be the cause."""


class FollowUps:
    """Used within an application context; several workers may run it on one database."""

    def __init__(
        self,
        db: Database,
        handlers: Handlers,
        retry_seconds: tuple[float, ...],
        tries: int | None = None,
        owner: str | None = None,
        types: Sequence[str] | None = None,
    ) -> None:
        """`tries` in all before a follow-up is parked; by default one more than there are delays.

        `owner` is the start id of the worker, for its leases; by default a new id. `types`: those of a channel; by
        default all.
        """
        self._db = db
        self._handlers = handlers
        self._retry_seconds = retry_seconds
        self._tries = tries or len(retry_seconds) + 1
        self._owner = owner or new_id()
        self._types = types

    def run_once(self) -> bool:
        """Run one that is due; whether there was one. Raises ChannelUnavailable after giving the follow-up back."""
        rows = outbox.take(self._db, TO_SELF, limit=1, owner=self._owner, types=self._types)
        if not rows:
            return False
        row = rows[0]
        try:
            if row.attempts > self._tries:
                raise Interrupted
            with renewing(lambda: outbox.renew(self._db, [row.sequence], self._owner)):
                self.run(row.envelope, row.attempts, row.sequence)
        except ChannelUnavailable as error:
            with self._db.operation() as session:
                outbox.give_back(session, [row.sequence], self._owner, delay=error.delay, counted=False)
            raise
        except Exception as error:
            self._failed(row, error)
        return True

    def run(self, body: str, attempt: int, sequence: int | None = None) -> None:
        """Run the follow-up of `body` unless the inbox records it as done. Raises what the follow-up raises.

        `sequence` is that of its row in the outbox, marked done in the transaction of the inbox row; None if it was
        parked.
        """
        envelope = Envelope.from_json(body, attempt=attempt)
        with handling(envelope):
            self._run(envelope, sequence)

    def _run(self, envelope: Envelope, sequence: int | None) -> None:
        run = self._handlers.named_follow_up(envelope.type)
        if run is None:
            raise Undecodable(f"no follow-up is named {envelope.type}")
        was_done = self._was_done(envelope)
        if not was_done:
            run(envelope.data, envelope)
        with self._db.operation() as session:
            is_recorded = record_handled(session, envelope.id, envelope.type)
            if sequence is not None:
                outbox.done(session, [sequence], self._owner)
        if is_recorded:
            metrics.HANDLED.labels(self._handlers.service).inc()
            log.info("follow_up_done", attempt=envelope.attempt)
        elif not was_done:  # our lease had expired, and another worker did it first
            log.warning("follow_up_done_twice", attempt=envelope.attempt)

    def _was_done(self, envelope: Envelope) -> bool:
        with self._db.reading() as session:
            recorded = select(inbox.c.event_id).where(inbox.c.event_id == envelope.id)
            return session.execute(recorded).first() is not None

    def _failed(self, row: outbox.Row, error: Exception) -> None:
        service, reason = self._handlers.service, reason_of(error)
        metrics.FAILED.labels(service).inc()
        last = row.attempts >= self._tries or isinstance(error, Undecodable)
        log.warning("follow_up_failed", attempt=row.attempts, reason=reason, parked=last, frames=frames_of(error))
        with self._db.operation() as session:
            if not last:
                delay = self._retry_seconds[min(row.attempts, len(self._retry_seconds)) - 1]
                outbox.give_back(session, [row.sequence], self._owner, delay=delay)
            elif outbox.done(session, [row.sequence], self._owner):
                park(session, row.envelope, TO_SELF, f"{reason}, {row.attempts} attempts", row.attempts)
                metrics.PARKED.labels(service).inc()
