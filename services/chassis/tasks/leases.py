"""The short leases by which workers hold tasks.

Renewing and settling act only on a lease that still has the owner's id, the start id of a worker:
who was paused, or cut off from the database, for longer finds the lease lost, logs that and changes
nothing.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import cache

import structlog
from sqlalchemy import ColumnElement, Select, Update, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session

from services.chassis.database.columns import UtcDateTime
from services.chassis.database.transactions import Database
from services.chassis.tasks.registry import RELAY
from services.chassis.tasks.relay import is_due
from services.chassis.tasks.tables import DONE, IS_WAITING, PARKED, tasks
from services.clock import system_now

log = structlog.get_logger()

# Short, since the work of a dead worker waits that long: 15 s at most, including the pauses of
# workers that look for work; from the second attempt on as long as after a failure. LEASE -
# RENEW_SECONDS is the tolerance for a late renewal on a busy machine, and for the difference
# between the clocks of two hosts. A SQLite file that is locked for longer delays the renewal, but
# also a takeover.
LEASE = timedelta(seconds=10)
RENEW_SECONDS = 3.0
RETRY_SECONDS: tuple[float, ...] = (5, 30, 120, 600, 3600)
"""Before each new attempt; the last delay is repeated."""
ATTEMPTS_BEFORE_PARKING = 28
"""They span about a day, so that a failure of a store or a mail server for a day needs no
operator."""


_SelectTask = Select[int, str, str, str, str, str, int, datetime]
"""Selects the columns of a Task."""


@dataclass(frozen=True)
class Task:
    """A task that was taken. `attempts` counts this one; `state` and `available_at` are as they
    were before."""

    sequence: int
    event_id: str
    handler: str
    channel: str
    envelope: str
    state: str
    attempts: int
    available_at: datetime


class DueChannels:
    """Names the channels in which a task is due and free, the relay among them where an event waits
    to be sent. All are asked by one statement, built once: it is run several times a second.
    `handlers`: their names by channel."""

    def __init__(self, db: Database, handlers: Mapping[str, Sequence[str]]) -> None:
        self._db = db
        self._channels = (*handlers, RELAY.name)
        of_tasks = [
            exists().where(_is_due(channel, names), _IS_FREE) for channel, names in handlers.items()
        ]
        self._statement = select(*of_tasks, exists().where(is_due(_now)))

    def now(self) -> set[str]:
        with self._db.reading() as transaction:
            row = transaction.execute(self._statement, {"now": system_now()}).one()
        return {
            channel for channel, is_one_due in zip(self._channels, row, strict=True) if is_one_due
        }


class Leases:
    """The tasks that `owner` has in hand. `retry_seconds`: before each new attempt."""

    def __init__(
        self, db: Database, owner: str, retry_seconds: Sequence[float] = RETRY_SECONDS
    ) -> None:
        self._db = db
        self._owner = owner
        self._retry_seconds = retry_seconds
        self._in_hand: dict[int, threading.Event] = {}

    def take(self, channel: str, names: Sequence[str]) -> Task | None:
        """Lease the task of these handlers that is longest due, and count an attempt."""
        return self._take(_longest_due(channel, tuple(names)))

    def take_now(self, which: ColumnElement[bool]) -> Task | None:
        """Lease the first such task, due or not."""
        return self._take(_first(which))

    def _take(self, first: _SelectTask) -> Task | None:
        with self._db.operation() as transaction:
            now = system_now()
            found = transaction.execute(first, {"now": now}).first()
            if found is None:
                return None
            task = Task(*found)
            attempts = task.attempts + 1
            # If its worker dies of it again, it waits as if it had failed.
            due = now + self.pause(attempts - 1) if attempts > 1 else task.available_at
            lease = {
                "of": task.sequence,
                "until": now + LEASE,
                "by": self._owner,
                "now": now,
                "counted": attempts,
                "due": due,
            }
            transaction.execute(_LEASE, lease)
        return replace(task, attempts=attempts)

    def pause(self, attempts: int) -> timedelta:
        """Return how long a task waits after so many attempts."""
        if not self._retry_seconds:
            return timedelta(0)
        return timedelta(seconds=self._retry_seconds[min(attempts, len(self._retry_seconds)) - 1])

    @contextmanager
    def holding(self, task: Task) -> Iterator[threading.Event]:
        """Have the lease renewed while the block runs. The event is set once another has it."""
        lost = self._in_hand[task.sequence] = threading.Event()
        try:
            yield lost
        finally:
            del self._in_hand[task.sequence]

    def renew(self) -> None:
        if not (held := dict(self._in_hand)):
            return
        ours = tasks.c.sequence.in_(list(held)) & (tasks.c.leased_by == self._owner)
        with self._db.operation() as transaction:
            lease = (
                update(tasks)
                .where(ours)
                .values(leased_until=system_now() + LEASE)
                .returning(tasks.c.sequence)
            )
            still = set(transaction.scalars(lease))
        for sequence in held.keys() - still:
            held[sequence].set()

    # Each way to end a lease returns False, and changes nothing, where it is no longer the owner's.

    def done(self, transaction: Session, task: Task) -> bool:
        """End the task: nobody runs it again."""
        ended = update(tasks).values(state=DONE, ended_at=system_now(), reason=None)
        return self._settle(transaction, task, ended)

    def succeeded(self, transaction: Session, job: Task, due: datetime) -> bool:
        """Note that a job has succeeded, and when it is due again."""
        ended = update(tasks).values(
            attempts=0, ended_at=system_now(), reason=None, available_at=due
        )
        return self._settle(transaction, job, ended)

    def park(self, transaction: Session, task: Task, reason: str) -> bool:
        """Have the task wait for an operator."""
        parked = update(tasks).values(state=PARKED, ended_at=system_now(), reason=reason)
        return self._settle(transaction, task, parked)

    def try_again(self, transaction: Session, task: Task, due: datetime, reason: str) -> bool:
        """Have the task run once more. `reason`: why this attempt failed."""
        postponed = update(tasks).values(available_at=due, reason=reason)
        return self._settle(transaction, task, postponed)

    def give_back(self, transaction: Session, task: Task, delay: float | None = None) -> bool:
        """Undo an attempt, which does not count. The task is due in `delay` seconds, or as it was
        before."""
        due = task.available_at if delay is None else system_now() + timedelta(seconds=delay)
        as_before = update(tasks).values(attempts=task.attempts - 1, available_at=due)
        return self._settle(transaction, task, as_before)

    def _settle(self, transaction: Session, task: Task, ended: Update) -> bool:
        is_owned = (tasks.c.sequence == task.sequence) & (tasks.c.leased_by == self._owner)
        freed = ended.where(is_owned).values(leased_until=None, leased_by=None)
        is_settled = transaction.scalar(freed.returning(tasks.c.sequence)) is not None
        if not is_settled:  # leased by another after our lease expired, or erased with its subject
            log.warning("lease_lost", channel=task.channel, handler=task.handler)
        return is_settled


def _is_due(channel: str, names: Sequence[str]) -> ColumnElement[bool]:
    return (
        IS_WAITING
        & (tasks.c.channel == channel)
        & tasks.c.handler.in_(names)
        & (tasks.c.available_at <= _now)
    )


# What workers ask for each task is built once: building such a statement takes longer than running
# it.
_now = bindparam("now", type_=UtcDateTime)
_until = bindparam("until", type_=UtcDateTime)
_at = bindparam("due", type_=UtcDateTime)
_IS_FREE = or_(tasks.c.leased_until.is_(None), tasks.c.leased_until < _now)
_LEASE = (
    update(tasks)
    .where(tasks.c.sequence == bindparam("of"))
    .values(
        leased_until=_until,
        leased_by=bindparam("by"),
        started_at=_now,
        attempts=bindparam("counted"),
        available_at=_at,
    )
)


def _first(which: ColumnElement[bool]) -> _SelectTask:
    of_task = [tasks.c[member.name] for member in fields(Task)]
    in_order = select(*of_task).order_by(tasks.c.available_at, tasks.c.sequence)
    return in_order.where(which, _IS_FREE).limit(1).with_for_update(skip_locked=True)


@cache
def _longest_due(channel: str, names: tuple[str, ...]) -> _SelectTask:
    return _first(_is_due(channel, names))
