"""A worker in a process of its own, to be ended or paused without warning: `… victim MODE DB
BROKER`.

It says « entered » when it has something in hand, and goes on with it at SIGUSR1. MODE « in-handler
» stays in whatever it handles, « in-job » has a job too, « in-batch » stays after the first event
that it published; « after-commit » ends as the effect is committed; « after-hearing » as the task
is, before the broker hears of it. « MODE/SECONDS » renews leases that often.
"""

import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from services.chassis.database.transactions import Database
from services.chassis.events.envelope import Envelope
from services.chassis.tasks import leases, new_tasks
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.relay import Relay
from tests.chassis.events.ledger import Ledger

_hear = new_tasks.hear


def main(mode: str, database_url: str, broker_url: str) -> None:
    mode, _, renew_seconds = mode.partition("/")
    ledger = Ledger("writer" if mode == "in-batch" else "reader", database_url, broker_url)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    if renew_seconds:
        leases.RENEW_SECONDS = float(renew_seconds)
    if mode == "in-job":
        ledger.handlers.every(hours=24, name="count")(ledger.count)
    if mode == "after-commit":
        event.listen(Session, "after_flush", _die_at_commit)
    elif mode == "after-hearing":
        new_tasks.hear = _hear_and_die
    else:
        ledger.release.clear()
    if mode == "in-batch":
        _stay_after_the_first_event(ledger)
    with ledger.working():
        ledger.entered.wait()
        os.write(
            sys.stdout.fileno(), b"\nentered\n"
        )  # at once: threads that log share the line with print()
        signal.sigwait({signal.SIGUSR1})
        ledger.release.set()


def _die_at_commit(transaction: Session, context: Any) -> None:
    if any(type(row).__name__ == "Entry" for row in transaction.new):
        event.listen(transaction, "after_commit", lambda _: os._exit(9))


def _hear_and_die(db: Database, handlers: Handlers, bodies: Sequence[bytes]) -> None:
    _hear(db, handlers, bodies)
    os._exit(9)


def _stay_after_the_first_event(ledger: Ledger) -> None:
    send = Relay._is_sent

    def send_and_stay(relay: Relay, envelope: Envelope) -> bool:
        sent = send(relay, envelope)
        ledger.entered.set()
        ledger.release.wait()
        return sent

    setattr(Relay, "_is_sent", send_and_stay)  # noqa: B010 - the type checker refuses the plain assignment


if __name__ == "__main__":
    main(*sys.argv[1:])
