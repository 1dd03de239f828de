"""Leases: a worker holds work for a few seconds under its start id, and renews the lease in a separate thread.

If the holder dies, the lease expires, and another worker takes the work within LEASE. Renewing, completing and giving
back act only on a lease that still has the holder's id: a holder that was paused, or cut off from its database, for
longer than LEASE finds the lease lost, logs that and changes nothing. Both workers may then have done the work. That
is why work is idempotent: effects are recorded in the inbox, events are identified by their id, and a mail sent twice
has the same Message-ID.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta

import structlog
from flask import Flask, current_app, has_app_context

from services.chassis.process.logs import reason_of

log = structlog.get_logger()

# Short, since the work of a dead worker waits that long: 15 s at most, including the pauses of workers that look for
# work. LEASE - RENEW_SECONDS is the tolerance for a late renewal on a busy machine, and for the difference between the
# clocks of two hosts. A SQLite file that is locked for longer delays the renewal, but also a takeover.
LEASE = timedelta(seconds=10)
RENEW_SECONDS = 3.0


@contextmanager
def renewing(renew: Callable[[], bool]) -> Iterator[threading.Event]:
    """Call `renew` every RENEW_SECONDS while the block runs, in the block's application context if there is one.

    `renew` returns whether the caller still holds the lease; once it does not, the event passed to the block is set,
    and renewing ends. A renewal that raises is tried again at the next time. No renewal continues after the block,
    except one that hangs for longer than LEASE: it finds the work completed, and changes nothing.
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
