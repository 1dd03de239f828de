"""How often an event or follow-up that fails is tried again, and when it is parked for an operator.

The attempts span about a day, so that a failure of a store or a mail server for a day needs no operator. The
broker's delay queues are generated from the delays: run `make definitions` after a change.
"""

from __future__ import annotations

RETRY_SECONDS: tuple[float, ...] = (5, 30, 120, 600, 3600)
"""Before each new attempt; the last delay is repeated."""
ATTEMPTS_BEFORE_PARKING = 28
DELIVERY_LIMIT = 20
"""Deliveries of a message that nobody settled, as when its consumer dies of it: then it is parked too."""
UNSETTLED_SECONDS = 5.0
"""Before a message is given back that was neither handled nor parked, because the database is away."""
