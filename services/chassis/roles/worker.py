"""A service's worker process: each channel of tasks, the consumer of events and the renewal of
leases in its thread, and a page for probes, which names a loop whose iteration takes too long.

On SIGTERM the tasks being run are finished. A thread that fails starts again after growing pauses.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial

import structlog
from flask import Flask

from services.chassis.database.columns import new_id
from services.chassis.database.transactions import Database
from services.chassis.events.broker import LOOK_SECONDS, BrokerUnavailable
from services.chassis.events.connection import connect
from services.chassis.process.capacity import STOP_SECONDS
from services.chassis.process.logs import frames_of, reason_of
from services.chassis.process.readiness import Readiness
from services.chassis.settings import ServiceSettings
from services.chassis.tasks import figures, gauges, leases, metrics, new_tasks, parked, relay
from services.chassis.tasks.leases import ATTEMPTS_BEFORE_PARKING, RETRY_SECONDS, Task
from services.chassis.tasks.registry import (
    EVENTS,
    JOBS,
    RELAY,
    Channel,
    ChannelUnavailable,
    Handlers,
)
from services.chassis.tasks.relay import BATCH, Relay
from services.chassis.tasks.runner import Runner
from services.chassis.web import health_pages
from services.clock import seconds_since, system_now

log = structlog.get_logger()

JOBS_SECONDS = 4.0
KEEP_ALIVE_SECONDS = 4.0
WATCH_SECONDS = 10.0
LONGEST_PAUSE = 10.0
ITERATION_SECONDS = (
    180.0  # longest iteration of a loop, also while a broker or a database hangs for a minute
)
SIGNAL_LOOK_SECONDS = 0.2


@dataclass
class Worker:
    """`retry_seconds` and `tries` of tasks: as in Runner."""

    app: Flask
    handlers: Handlers
    retry_seconds: tuple[float, ...] = RETRY_SECONDS
    tries: int = ATTEMPTS_BEFORE_PARKING
    stop: threading.Event = field(default_factory=threading.Event)
    start_id: str = field(default_factory=new_id)  # owner of its leases, different at each start
    _threads: list[threading.Thread] = field(default_factory=list)
    _renewal: ExitStack = field(default_factory=ExitStack)  # outlives the threads
    of_jobs: dict[str, threading.Thread] = field(default_factory=dict)
    # When each loop last began an iteration, and how many seconds that one may take.
    _iterations: dict[str, tuple[float, float]] = field(default_factory=dict)
    # Set where a channel may have something to run.
    _due: dict[str, threading.Event] = field(default_factory=dict)
    _broker_failed: tuple[float, str] | None = None

    def __post_init__(self) -> None:
        self._settings: ServiceSettings = self.app.extensions["portail"]
        self._db: Database = self.app.extensions["sqlalchemy"]
        self._broker = connect(self._settings.broker_url)
        self._relay = Relay(self._db, self._broker.publisher(), self.handlers.service)
        self.runner = Runner(
            self.app, self.handlers, self.retry_seconds, self.tries, self.start_id, self.stop
        )

    def start(self) -> None:
        metrics.UNROUTABLE.labels(self.handlers.service)  # shown from the start, as 0
        loops = {
            "relay": self._send_events,
            "jobs": self._start_jobs,
            "watch": self._watch,
            "look": self._look,
        }
        self._due = {
            channel.name: threading.Event() for channel in (*self.handlers.channels, RELAY)
        }
        if EVENTS in self.handlers.channels:
            loops["consumer"] = self._consume
        loops |= {
            channel.name: partial(self._run_tasks, channel) for channel in self.handlers.channels
        }
        self._renewal.enter_context(self.runner.renewing(partial(self._report_iteration, "leases")))
        self._threads = [
            self._thread(name, partial(self._forever, name, loop)) for name, loop in loops.items()
        ]

    def join(self, seconds: float = STOP_SECONDS) -> bool:
        """Wait until every thread has finished its current work; False if one has not. Its leases
        then expire."""
        deadline = time.monotonic() + seconds
        threads = [*self._threads, *self.of_jobs.values()]
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._renewal.close()
        return not any(thread.is_alive() for thread in threads)

    def stuck(self) -> str | None:
        """Names the loops that have ended, or whose iteration takes too long; None if there is
        none."""
        now = time.monotonic()
        late = {
            name for name, (at, seconds) in self._iterations.copy().items() if now - at > seconds
        }
        late |= {thread.name for thread in self._threads if not thread.is_alive()}
        return f"stuck: {', '.join(sorted(late))}" if late else None

    def readiness(self) -> Readiness:
        """A worker needs its threads and its database; without the broker it does everything except
        events."""
        needs = {"threads": self.stuck, "database": self._db.check}
        return Readiness(self.app, needs=needs, reports={"broker": self._broker_reason})

    def _broker_reason(self) -> str | None:
        """Why the broker did not answer recently; loops that need it retry more often than this
        interval."""
        if (
            self._broker_failed is None
            or time.monotonic() - self._broker_failed[0] > 2 * LONGEST_PAUSE
        ):
            return None
        return self._broker_failed[1]

    def _thread(self, name: str, run: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        return thread

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
                log.error(
                    "thread_failed", thread=name, reason=reason_of(error), frames=frames_of(error)
                )
            pause = (
                0.5 if time.monotonic() - started > LONGEST_PAUSE else min(LONGEST_PAUSE, pause * 2)
            )
            self.stop.wait(pause)

    def _consume(self) -> None:
        hear = partial(new_tasks.hear, self._db, self.handlers)
        self._broker.consume(
            self.handlers.service, hear, self.stop, partial(self._report_iteration, "consumer")
        )

    def _look(self) -> None:
        """Wake each channel that has something due."""
        handlers = {channel.name: names for channel, names in self.handlers.channels.items()}
        due = leases.DueChannels(self._db, handlers)
        while not self.stop.is_set():
            self._report_iteration("look")
            for name in due.now():
                self._due[name].set()
            self.stop.wait(LOOK_SECONDS)
        for event in self._due.values():
            event.set()

    def _run_tasks(self, channel: Channel) -> None:
        paused = metrics.PAUSED.labels(self.handlers.service, channel.name)
        for is_due in self._times_due(channel):
            while is_due and not self.stop.is_set() and self.runner.run_once(channel):
                paused.set(0)
                self._report_iteration(channel.name, channel.seconds)

    def _send_events(self) -> None:
        with closing(self._relay.publisher):
            for is_due in self._times_due(RELAY):
                while is_due and self._relay.send_batch(self.stop) == BATCH:
                    self._report_iteration(RELAY.name, RELAY.seconds)
                if not is_due:
                    self._relay.publisher.keep_alive()

    def _times_due(self, channel: Channel) -> Iterator[bool]:
        """Until the worker stops: True each time that something in it may be due, False after
        KEEP_ALIVE_SECONDS."""
        while not self.stop.is_set():
            is_due = self._due[channel.name].wait(KEEP_ALIVE_SECONDS)
            self._due[channel.name].clear()
            self._report_iteration(channel.name, channel.seconds)
            yield is_due

    def _start_jobs(self) -> None:
        new_tasks.add_recurring(self._db, JOBS.name, self.handlers.jobs)
        self._every(JOBS_SECONDS, "jobs", self.start_due_jobs)

    def start_due_jobs(self) -> None:
        """Those that no worker runs, each in a thread of its own, so that a long one delays no
        other."""
        idle = [
            name
            for name in self.handlers.jobs
            if not (name in self.of_jobs and self.of_jobs[name].is_alive())
        ]
        while task := self.runner.leases.take(JOBS.name, idle):
            idle.remove(task.handler)
            self.of_jobs[task.handler] = self._thread(
                f"job {task.handler}", partial(self._run_job, task)
            )

    def _run_job(self, task: Task) -> None:
        try:
            with self.app.app_context():
                self.runner.run(task)
        except (
            Exception
        ) as error:  # the database is unavailable: the lease expires, and the job runs again
            log.error(
                "job_not_settled",
                job=task.handler,
                reason=reason_of(error),
                frames=frames_of(error),
            )

    def _every(self, seconds: float, name: str, act: Callable[[], None]) -> None:
        while not self.stop.is_set():
            self._report_iteration(name)
            act()
            self.stop.wait(seconds)

    def _watch(self) -> None:
        """Set the gauges from the database, so that every worker shows the same values."""
        self._every(WATCH_SECONDS, "watch", self._show)

    def _show(self) -> None:
        show_jobs(self._db, self.handlers)
        gauges.show(self._db)
        service = self.handlers.service
        waiting = figures.waiting(self._db, [channel.name for channel in self.handlers.channels])
        for channel, (number, oldest) in {**waiting, RELAY.name: relay.waiting(self._db)}.items():
            metrics.WAITING.labels(service, channel).set(number)
            metrics.OLDEST.labels(service, channel).set(oldest)
        with self._db.reading() as transaction:
            metrics.TO_SETTLE.labels(service).set(parked.parked_count(transaction))

    def _report_iteration(self, name: str, seconds: float = ITERATION_SECONDS) -> None:
        self._iterations[name] = (time.monotonic(), seconds)


def show_jobs(db: Database, handlers: Handlers) -> None:
    """Set the gauges of the jobs that were ever due."""
    service = handlers.service
    with db.reading() as transaction:
        ever_due = figures.jobs(transaction, handlers.jobs)
    for job in ever_due:
        metrics.PERIOD.labels(service, job.handler).set(
            handlers.jobs[job.handler].period.total_seconds()
        )
        is_leased = job.leased_until is not None and job.leased_until >= system_now()
        metrics.RUNNING.labels(service, job.handler).set(
            seconds_since(job.started_at) if is_leased else 0
        )
        metrics.SINCE_SUCCESS.labels(service, job.handler).set(
            seconds_since(job.ended_at or job.created_at)
        )


def run(app: Flask, handlers: Handlers) -> None:
    """Run until SIGTERM or SIGINT; serve probes on WORKER_PORT if it is set."""
    worker = Worker(app, handlers)
    stop_signals: list[
        int
    ] = []  # not an Event: a signal handler that sets one could deadlock in this thread
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: stop_signals.append(number))
    worker.start()
    settings: ServiceSettings = app.extensions["portail"]
    server = None
    if settings.worker_port:
        server = health_pages.serve(
            settings.worker_host, settings.worker_port, worker.readiness(), worker.stuck
        )
    log.info("worker_started", start_id=worker.start_id)
    while not stop_signals:
        time.sleep(SIGNAL_LOOK_SECONDS)
    worker.stop.set()
    finished = worker.join()
    if server is not None:
        server.shutdown()
    log.info("worker_stopped", finished=finished)
