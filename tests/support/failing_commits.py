"""Counts the commits of a service's database, and has a chosen one fail in a chosen way."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from multiprocessing import get_context
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from services.chassis.database.transactions import Database
from tests.support.postgres_proxy import PostgresProxy

CHILD_SECONDS = 90.0
Result = TypeVar("Result")


class TransactionBroken(Exception):
    """An error in the midst of a transaction, like any other."""


class FailurePoint(Enum):
    """Where an operation fails, in the order of a commit's life; the value is what the table
    says."""

    NONE = "no failure"
    BEFORE = "error in the transaction"
    REFUSED = "commit refused"
    NOT_ARRIVED = "cut before it arrives"
    ANSWER_LOST = "applied, answer lost"
    KILLED = "killed right after"

    @property
    def applied(self) -> bool:
        """Whether the database holds what the transaction wrote."""
        return self in (FailurePoint.NONE, FailurePoint.ANSWER_LOST, FailurePoint.KILLED)

    @property
    def surely_not_applied(self) -> bool:
        """Whether the service itself knows that nothing was written: it never asked for the
        commit."""
        return self is FailurePoint.BEFORE


# SQLite has no connection that could be cut on the way.
POINTS: dict[str, list[FailurePoint]] = {
    "sqlite": [point for point in FailurePoint if point is not FailurePoint.NOT_ARRIVED],
    "postgresql": list(FailurePoint),
}
# PostgreSQL judges this at the COMMIT, and answers it as it would with a full disk.
_REFUSED_BY_POSTGRESQL = (
    "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'the commit is refused'; END$$",
    "CREATE TEMPORARY TABLE refused (id integer) ON COMMIT DROP",
    "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON refused DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()",
    "INSERT INTO refused VALUES (1)",
)


@dataclass
class _Watch:
    """How many commits were asked for, and what happens at the chosen one (counted from 0).

    In the place of the driver's commit: as it is, until it is armed for one. PostgreSQL's is lost
    by the proxy. Only commits of the thread that acts are counted: on a busy machine another renews
    the lease of its work meanwhile.
    """

    point: FailurePoint
    chosen: int
    real: Callable[[Any], None]
    proxy: PostgresProxy | None
    asked: int = 0
    armed: bool = False
    thread: int = field(default_factory=threading.get_ident)

    def is_of_this_thread(self) -> bool:
        return threading.get_ident() == self.thread

    def begins(self) -> bool:
        """Whether this one is chosen."""
        self.asked += 1
        return self.asked - 1 == self.chosen

    def __call__(self, connection: Any) -> None:
        if not self.is_of_this_thread():
            self.real(connection)
            return
        armed = self.armed
        self.armed = False
        if (
            armed
            and self.proxy is not None
            and self.point in (FailurePoint.NOT_ARRIVED, FailurePoint.ANSWER_LOST)
        ):
            self.proxy.lose_next_commit(arrives=self.point is FailurePoint.ANSWER_LOST)
            armed = False
        if armed and self.point is FailurePoint.REFUSED:
            raise _sqlite_error("database or disk is full", "SQLITE_FULL")
        self.real(connection)
        if armed and self.point is FailurePoint.ANSWER_LOST:
            raise _sqlite_error("disk I/O error", "SQLITE_IOERR")
        if armed and self.point is FailurePoint.KILLED:
            os.kill(os.getpid(), signal.SIGKILL)


class Commits:
    """Those of `db` within `app`. On PostgreSQL the database is reached through `proxy`, which
    loses real answers."""

    def __init__(self, app: Flask, db: Database, proxy: PostgresProxy | None) -> None:
        self._app = app
        self._db = db
        self._proxy = proxy

    def count_commits(self, act: Callable[[], Any]) -> int:
        _, watch = self._watched(act, FailurePoint.NONE, chosen=-1)
        return watch.asked

    def fail_commit(
        self, act: Callable[[], Result], point: FailurePoint, chosen: int = 0
    ) -> Result | None:
        """Do `act` while the commit number `chosen` (from 0) fails at `point`; what it gave.

        Killed it gives None: it is then done by a process of its own, which dies as that commit
        returns.
        """
        if point is FailurePoint.KILLED:
            self._die_in_a_child(lambda: self._watched(act, point, chosen))
            return None
        result, watch = self._watched(act, point, chosen)
        assert watch.asked > chosen, "the commit that was to fail was never asked for"
        return result

    def _watched(
        self, act: Callable[[], Result], point: FailurePoint, chosen: int
    ) -> tuple[Result, _Watch]:
        with pytest.MonkeyPatch.context() as patch, self._app.app_context():
            dialect = self._db.engine.dialect
            watch = _Watch(point, chosen, dialect.do_commit, self._proxy)
            patch.setattr(dialect, "do_commit", watch)
            patch.setattr(self._db, "operation", self._operation(watch))
            return act(), watch

    def _operation(self, watch: _Watch) -> Callable[..., Any]:
        """The service's own way to write, which fails in the midst of its writes or once everything
        is written."""
        real = self._db.operation

        @contextmanager
        def operation(*given: Any, **named: Any) -> Iterator[Session]:
            with real(*given, **named) as session:
                chosen = watch.is_of_this_thread() and watch.begins()
                if chosen and watch.point is FailurePoint.BEFORE:
                    event.listen(session, "after_flush", _break)
                yield session
                session.flush()
                if chosen:
                    self._arm(session, watch)

        return operation

    def _arm(self, transaction: Session, watch: _Watch) -> None:
        if (
            watch.point is FailurePoint.BEFORE
        ):  # nothing was written by objects that the session flushes
            raise TransactionBroken
        if self._proxy is not None and watch.point is FailurePoint.REFUSED:
            for statement in _REFUSED_BY_POSTGRESQL:
                transaction.execute(text(statement))
        else:
            watch.armed = True

    def _die_in_a_child(self, act: Callable[[], Any]) -> None:
        with self._app.app_context():
            self._db.engine.dispose()  # no connection is shared by two processes
        child = get_context("fork").Process(target=act)
        child.start()
        child.join(CHILD_SECONDS)
        if child.is_alive():
            child.kill()
            child.join()
            raise AssertionError("the process that was to die at its commit still ran")
        assert child.exitcode == -signal.SIGKILL, f"the process ended by itself: {child.exitcode}"


def _break(transaction: Session, context: Any) -> None:
    raise TransactionBroken


def _sqlite_error(message: str, name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(message)
    error.sqlite_errorname = name
    return error
