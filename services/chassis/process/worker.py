"""A service's worker process: relay, consumer, follow-ups and jobs, each in its thread, and a page for probes.

On SIGTERM the events being handled are finished, and `stopping()` becomes True for jobs. A thread that fails starts
again after growing pauses. Each loop records its iterations, and the page names one whose iteration takes too long. The
duration of a job has no limit: a gauge shows it.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial

import structlog
from flask import Flask

from services.chassis.database.transactions import Database, new_id
from services.chassis.events import metrics, outbox, parking
from services.chassis.events.adapters import connect
from services.chassis.events.broker import BrokerUnavailable, Retry
from services.chassis.events.follow_ups import FollowUps
from services.chassis.events.handlers import Channel, ChannelUnavailable, Handlers
from services.chassis.events.inbox import Dispatcher
from services.chassis.events.relay import Relay
from services.chassis.events.retry_policy import ATTEMPTS_BEFORE_PARKING, RETRY_SECONDS
from services.chassis.jobs import gauges, lease_rows
from services.chassis.jobs.registry import Jobs
from services.chassis.jobs.runner import JobRuns
from services.chassis.process.capacity import STOP_SECONDS
from services.chassis.process.logs import frames_of, reason_of
from services.chassis.process.readiness import Readiness
from services.chassis.settings import ServiceSettings
from services.chassis.web import health_pages

log = structlog.get_logger()

JOBS_SECONDS = 4.0
WATCH_SECONDS = 10.0
LONGEST_PAUSE = 10.0
ITERATION_SECONDS = 180.0  # longest iteration of a loop, also while a broker or a database hangs for a minute
REACTION_SECONDS = 120.0
RELAY_SECONDS = 600.0  # a whole batch, with a broker that is slow to confirm
SIGNAL_LOOK_SECONDS = 0.2


@dataclass
class Worker:
    """`retry_seconds`: the delays before each new attempt of an event or follow-up; `tries`: the number of attempts."""

    app: Flask
    handlers: Handlers
    jobs: Jobs
    retry_seconds: tuple[float, ...] = RETRY_SECONDS
    tries: int = ATTEMPTS_BEFORE_PARKING
    stop: threading.Event = field(default_factory=threading.Event)
    start_id: str = field(default_factory=new_id)  # owner of its leases, different at each start
    _threads: list[threading.Thread] = field(default_factory=list)
    # When each loop last began an iteration, and how many seconds that one may take.
    _iterations: dict[str, tuple[float, float]] = field(default_factory=dict)
    _broker_failed: tuple[float, str] | None = None

    def __post_init__(self) -> None:
        self._settings: ServiceSettings = self.app.extensions["portail"]
        self._db: Database = self.app.extensions["sqlalchemy"]
        self._broker = connect(self._settings.broker_url)
        self._job_runs = JobRuns(self.app, self.jobs, self.start_id, self.stop)

    def start(self) -> None:
        metrics.show_counters(self.handlers.service)
        loops = {"relay": self._relay, "jobs": self._jobs_loop, "watch": self._watch}
        if self.handlers.has_reactions:
            loops["consumer"] = self._consume
        for channel, types in self.handlers.channels.items():
            loops[channel.name] = partial(self._follow_ups, channel, types)
        for name, loop in loops.items():
            thread = threading.Thread(target=self._forever, args=(name, loop), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def join(self, seconds: float = STOP_SECONDS) -> bool:
        """Wait until every thread has finished its current work; False if one has not. Its leases then expire."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        jobs_ended = self._job_runs.join(max(0.0, deadline - time.monotonic()))
        return jobs_ended and not any(thread.is_alive() for thread in self._threads)

    def stuck(self) -> str | None:
        """Names the loops that have ended, or whose iteration takes too long; None if there is none."""
        now = time.monotonic()
        late = {name for name, (at, seconds) in self._iterations.copy().items() if now - at > seconds}
        late |= {thread.name for thread in self._threads if not thread.is_alive()}
        return f"stuck: {', '.join(sorted(late))}" if late else None

    def readiness(self) -> Readiness:
        """A worker needs its threads and its database; without the broker it does everything except events."""
        needs = {"threads": self.stuck, "database": self._db.check}
        return Readiness(self.app, needs=needs, reports={"broker": self._broker_reason})

    def _broker_reason(self) -> str | None:
        """Why the broker did not answer recently; loops that need it retry more often than this interval."""
        if self._broker_failed is None or time.monotonic() - self._broker_failed[0] > 2 * LONGEST_PAUSE:
            return None
        return self._broker_failed[1]

    def _forever(self, name: str, loop: Callable[[], None]) -> None:
        pause = 0.5
        while not self.stop.is_set():
            started = time.monotonic()
            self._report_iteration(name)
            try:
                with self.app.app_context():
                    loop()
            except BrokerUnavailable as error:
                self._broker_failed = (time.monotonic(), str(error))
                log.warning("broker_unavailable", thread=name, reason=str(error))
            except ChannelUnavailable as error:
                metrics.PAUSED.labels(self.handlers.service, name).set(1)
                log.warning("channel_paused", channel=name, reason=str(error))
            except Exception as error:
                log.error("thread_failed", thread=name, reason=reason_of(error), frames=frames_of(error))
            pause = 0.5 if time.monotonic() - started > LONGEST_PAUSE else min(LONGEST_PAUSE, pause * 2)
            self.stop.wait(pause)

    def _relay(self) -> None:
        relay = Relay(self._db, self._broker, self.handlers.service, self.start_id)
        with closing(relay), closing(self._db.changes()) as changes:
            while not self.stop.is_set():
                self._report_iteration("relay", RELAY_SECONDS)
                changes.mark()
                if not relay.run_once():
                    changes.wait(self.stop)

    def _consume(self) -> None:
        dispatcher = Dispatcher(self._db, self.handlers, self.retry_seconds, self.tries)

        def handle(body: bytes, attempt: int) -> Retry | None:
            with self.app.app_context(), self._watched("reaction"):
                return dispatcher.handle(body, attempt)

        def take_parked(body: bytes) -> None:
            with self.app.app_context():
                dispatcher.take_parked(body)

        on_iteration = partial(self._report_iteration, "consumer")
        self._broker.consume(self.handlers.service, handle, take_parked, self.stop, on_iteration)

    def _follow_ups(self, channel: Channel, types: list[str]) -> None:
        follow_ups = FollowUps(self._db, self.handlers, self.retry_seconds, self.tries, self.start_id, types)
        paused = metrics.PAUSED.labels(self.handlers.service, channel.name)
        with closing(self._db.changes()) as changes:
            while not self.stop.is_set():
                self._report_iteration(channel.name, channel.seconds)
                changes.mark()
                if follow_ups.run_once():
                    paused.set(0)
                else:
                    changes.wait(self.stop)

    def _jobs_loop(self) -> None:
        while not self.stop.is_set():
            self._report_iteration("jobs")
            self._job_runs.start_due()
            self.stop.wait(JOBS_SECONDS)

    def _watch(self) -> None:
        """Set the gauges from the database, so that every worker shows the same values."""
        service = self.handlers.service
        while not self.stop.is_set():
            self._report_iteration("watch")
            self._show_events()
            lease_rows.show(self._db, service, self.jobs.periods())
            gauges.show(self._db)
            self.stop.wait(WATCH_SECONDS)

    def _show_events(self) -> None:
        service = self.handlers.service
        for destination, (number, oldest) in outbox.waiting(self._db).items():
            metrics.WAITING.labels(service, destination).set(number)
            metrics.OLDEST.labels(service, destination).set(oldest)
        with self._db.reading() as session:
            number, oldest = parking.unsettled(session)
        metrics.TO_SETTLE.labels(service).set(number)
        metrics.OLDEST_TO_SETTLE.labels(service).set(oldest)

    def _report_iteration(self, name: str, seconds: float = ITERATION_SECONDS) -> None:
        """Record that loop `name` begins an iteration, which takes `seconds` at most unless the loop hangs."""
        self._iterations[name] = (time.monotonic(), seconds)

    @contextmanager
    def _watched(self, name: str) -> Iterator[None]:
        self._report_iteration(name, REACTION_SECONDS)
        try:
            yield
        finally:
            self._iterations.pop(name, None)


def run(app: Flask, handlers: Handlers, jobs: Jobs) -> None:
    """Run until SIGTERM or SIGINT; serve probes on WORKER_PORT if it is set."""
    worker = Worker(app, handlers, jobs)
    stop_signals: list[int] = []  # not an Event: a signal handler that sets one could deadlock in this thread
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: stop_signals.append(number))
    worker.start()
    settings: ServiceSettings = app.extensions["portail"]
    server = None
    if settings.worker_port:
        server = health_pages.serve(settings.worker_host, settings.worker_port, worker.readiness(), worker.stuck)
    log.info("worker_started", start_id=worker.start_id)
    while not stop_signals:
        time.sleep(SIGNAL_LOOK_SECONDS)
    worker.stop.set()
    finished = worker.join()
    if server is not None:
        server.shutdown()
    log.info("worker_stopped", finished=finished)
