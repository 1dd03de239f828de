"""Leases: work is held for a few seconds under the holder's start id, and renewed by a thread beside it.

A holder that dies renews no more, so within LEASE another may take its work. What settles a lease (renewed, done, given
back) acts only where the holder's id still stands: whoever was paused, or cut off from its database, for longer than
LEASE finds that its work has gone to another, logs that and leaves it alone. Both may then have done it. That is why
work is idempotent: effects have their note in the inbox, events are told apart by their id, and a mail sent twice bears
the same Message-ID.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta

import structlog
from flask import Flask, current_app, has_app_context

from services.chassis.process.failure_reason import reason_of

log = structlog.get_logger()

# Short, since so long the work of a dead worker waits: 15 s at most, with the pauses of those who look for work. At
# every moment LEASE - RENEW_SECONDS are left: so much may a renewal be late on a busy machine, and so far may the
# clocks of two hosts differ, before live work is taken for dead. A SQLite file that is locked for longer delays the
# renewal, but also those who would take the work.
LEASE = timedelta(seconds=10)
RENEW_SECONDS = 3.0


@contextmanager
def renewing(renew: Callable[[], bool]) -> Iterator[threading.Event]:
    """Call `renew` every RENEW_SECONDS while the block runs, in the block's application context if there is one.

    `renew` says whether the lease is still the caller's; once it is not, the event given to the block is set, and no
    more is renewed. A renewal that raises is tried again at its next time. After the block none is under way, but for
    one that hangs for longer than LEASE: it finds the work settled, and changes nothing.
    """
    ended, lost = threading.Event(), threading.Event()
    app: Flask | None = current_app._get_current_object() if has_app_context() else None  # type: ignore[attr-defined]

    def keep_renewing() -> None:
        while not lost.is_set() and not ended.wait(RENEW_SECONDS):
            try:
                with app.app_context() if app else nullcontext():
                    still_ours = renew()
            except Exception as error:
                log.warning("lease_not_renewed", reason=reason_of(error))
                continue
            if not still_ours:
                lost.set()

    thread = threading.Thread(target=keep_renewing, name="lease", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        ended.set()
        thread.join(LEASE.total_seconds())
