"""A worker in a process of its own, to be ended without warning: `… -m tests.chassis.events.victim MODE DB BROKER`.

MODE « in-handler » says « entered » and stays in the handler; « after-commit » ends as the effect is committed, before
the broker hears of it.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from services.chassis.events import follow_ups
from tests.chassis.events.ledger import Ledger


def main(mode: str, database_url: str, broker_url: str) -> None:
    ledger = Ledger("reader", database_url, broker_url)
    follow_ups.LEASE = timedelta(seconds=1)
    if mode == "in-handler":
        ledger.release.clear()
    else:
        event.listen(Session, "after_flush", _die_at_commit)
    with ledger.working():
        ledger.entered.wait()
        print("entered", flush=True)
        ledger.release.wait()


def _die_at_commit(session: Session, context: Any) -> None:
    if any(type(one).__name__ == "Entry" for one in session.new):
        event.listen(session, "after_commit", lambda _: os._exit(9))


if __name__ == "__main__":
    main(*sys.argv[1:])
