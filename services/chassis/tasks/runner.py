"""Runs the tasks of a service: a reaction within the transaction that ends its task, all else
before it.

What fails is tried again with growing delays, then parked for an operator; jobs are tried for ever.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog
from flask import Flask

from services.chassis.database.columns import new_id
from services.chassis.database.transactions import Database
from services.chassis.events import outbox
from services.chassis.events.broker import BrokerUnavailable
from services.chassis.events.envelope import Envelope, Undecodable
from services.chassis.process.logs import frames_of, reason_of
from services.chassis.process.stopping import stopping_answered_by
from services.chassis.tasks import leases, new_tasks
from services.chassis.tasks.leases import ATTEMPTS_BEFORE_PARKING, RETRY_SECONDS, Leases, Task
from services.chassis.tasks.registry import (
    EVENTS,
    RELAY,
    Channel,
    ChannelUnavailable,
    Handlers,
    Job,
)
from services.chassis.tasks.tables import JOB, PARKED, REASON_LENGTH
from services.chassis.traces import spans
from services.clock import system_now

log = structlog.get_logger()


class Interrupted(Exception):
    """Every worker that tried it died in the middle, so that the task itself may be the cause; or a
    job was told to stop."""


class Runner:
    """Used within an application context; several workers may run on one database, each under its
    `owner`.

    `retry_seconds`: the delays before each new attempt; `tries`: the number of attempts.
    """

    def __init__(
        self,
        app: Flask,
        handlers: Handlers,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
        tries: int = ATTEMPTS_BEFORE_PARKING,
        owner: str | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self._app = app
        self._db: Database = app.extensions["sqlalchemy"]
        self._handlers = handlers
        self._tries = tries
        self._stop = stop or threading.Event()
        self.leases = Leases(self._db, owner or new_id(), retry_seconds)

    def run_once(self, channel: Channel) -> bool:
        """Run the task of the channel that is longest due, and return whether there was one. Raises
        as `run` does."""
        task = self.leases.take(channel.name, self._handlers.channels.get(channel, []))
        if task is None:
            return False
        self.run(task)
        return True

    def run(self, task: Task) -> Exception | None:
        """Run what was taken, settle it, and return the error if it failed. Raises
        ChannelUnavailable or BrokerUnavailable, after giving the task back."""
        with self.leases.holding(task) as lost, self._described(task) as envelope:
            try:
                self._act(task, envelope, lost)
            except ChannelUnavailable as error:
                self._give_back(task, error.delay)
                raise
            except BrokerUnavailable:
                self._give_back(task)
                raise
            except Exception as error:
                self._failed(task, error)
                return error
        return None

    @contextmanager
    def renewing(self, on_iteration: Callable[[], None] = lambda: None) -> Iterator[None]:
        """While the block runs, leases are renewed by a thread of its own. A renewal that raises is
        tried again."""
        ended = threading.Event()

        def renew() -> None:
            while not ended.wait(leases.RENEW_SECONDS):
                on_iteration()
                try:
                    with self._app.app_context():
                        self.leases.renew()
                except Exception as error:
                    log.warning("leases_not_renewed", reason=reason_of(error))

        thread = threading.Thread(target=renew, name="leases", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(leases.RENEW_SECONDS)

    def _act(self, task: Task, envelope: Envelope | None, lost: threading.Event) -> None:
        if job := self._job(task):
            self._run_job(job, task, lost)
            return
        if task.attempts > self._tries and task.state != PARKED:
            raise Interrupted
        if envelope is None:
            envelope = Envelope.from_json(task.envelope)  # raises Undecodable
        if task.channel == EVENTS.name:
            is_done = self._react(task, envelope)
        elif task.channel == RELAY.name:
            is_done = self._send_again(task, envelope)
        else:
            is_done = self._follow_up(task, envelope)
        if is_done:
            log.info("task_done", channel=task.channel, handler=task.handler, attempt=task.attempts)

    def _send_again(self, task: Task, envelope: Envelope) -> bool:
        """Put an event back that was parked since the relay could not read it."""
        with self._db.operation() as transaction:
            if ours := self.leases.done(transaction, task):
                outbox.write(transaction, envelope)
        return ours

    def _follow_up(self, task: Task, envelope: Envelope) -> bool:
        if not (run := self._handlers.follow_ups.get(task.handler)):
            raise Undecodable(f"no follow-up is named {task.handler}")
        run(envelope.data, envelope)
        with self._db.operation() as transaction:
            return self.leases.done(transaction, task)

    def _react(self, task: Task, envelope: Envelope) -> bool:
        reactions = {
            reaction.name: reaction for reaction in self._handlers.reactions(envelope.type)
        }
        if (reaction := reactions.get(task.handler)) is None:
            return self._hear_again(task, envelope)
        try:
            event = reaction.contract.from_data(envelope.data)
        except (ValueError, TypeError, KeyError) as error:
            raise Undecodable(f"data of another shape: {error}") from error
        with self._db.operation() as transaction:
            if ours := self.leases.done(transaction, task):
                reaction.run(transaction, event, envelope)
        return ours

    def _hear_again(self, task: Task, envelope: Envelope) -> bool:
        """Write tasks for an event that was parked since nothing here reacted to it: by now
        something may."""
        if not self._handlers.reactions(envelope.type):
            raise Undecodable(f"nothing here reacts to {envelope.type}")
        with self._db.operation() as transaction:
            if ours := self.leases.done(transaction, task):
                reactions = new_tasks.tasks_of_event(self._handlers, task.envelope.encode())
                new_tasks.write(transaction, reactions)
        return ours

    def _job(self, task: Task) -> Job | None:
        return self._handlers.jobs[task.handler] if task.event_id == JOB else None

    def _run_job(self, job: Job, task: Task, lost: threading.Event) -> None:
        told_to_stop: list[bool] = []

        def stopping() -> bool:
            if self._stop.is_set() or lost.is_set():
                told_to_stop.append(True)
            return bool(told_to_stop)

        began = system_now()
        log.info("job_started", job=job.name)
        with stopping_answered_by(stopping):
            job.run()
        if told_to_stop:
            raise Interrupted
        with self._db.operation() as transaction:
            self.leases.succeeded(transaction, task, due=began + job.period)

    def _give_back(self, task: Task, delay: float | None = None) -> None:
        with self._db.operation() as transaction:
            self.leases.give_back(transaction, task, delay)

    def _failed(self, task: Task, error: Exception) -> None:
        job = self._job(task)
        if job and isinstance(error, Interrupted):
            log.info("job_interrupted", job=job.name)
            self._give_back(task)
            return
        reason = reason_of(error)
        told = f"{reason}, {task.attempts} attempts"[:REASON_LENGTH]
        is_last = not job and (
            task.state == PARKED or task.attempts >= self._tries or isinstance(error, Undecodable)
        )
        log.warning(
            "task_failed",
            channel=task.channel,
            handler=task.handler,
            attempt=task.attempts,
            reason=reason,
            parked=is_last,
            frames=frames_of(error),
        )
        with self._db.operation() as transaction:
            if is_last:
                self.leases.park(transaction, task, told)
            else:
                pause = self.leases.pause(task.attempts)
                due_at = system_now() + (min(pause, job.period) if job else pause)
                self.leases.try_again(transaction, task, due_at, told)

    @contextmanager
    def _described(self, task: Task) -> Iterator[Envelope | None]:
        """Put a task's ids into each line of the log, and its span into the trace of the request
        that wrote it, however often it is tried."""
        try:
            envelope = Envelope.from_json(task.envelope)
        except Undecodable:  # a job has none
            yield None
            return
        structlog.contextvars.bind_contextvars(
            request_id=envelope.correlation_id, event_id=envelope.id, event_type=envelope.type
        )
        try:
            with spans.span(f"process {envelope.type}", "CONSUMER", parent=envelope.traceparent):
                spans.note("portail.request_id", envelope.correlation_id)
                spans.note("messaging.message.id", envelope.id)
                spans.note("portail.attempt", task.attempts)
                yield envelope
        finally:
            structlog.contextvars.clear_contextvars()
