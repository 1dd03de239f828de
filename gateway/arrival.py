"""The instant that counts for a deadline: when the request's head came, however slowly its body followed.

The proxy tells it (deploy/containers/proxy/nginx.conf), where there is one; it writes over what a client says of it.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from werkzeug.datastructures import Headers

from services.chassis import clock

PASSED_ON_AT, PASSED_ON_AFTER = "X-Passed-On-At", "X-Passed-On-After"
"""Seconds since 1970 at which the proxy passed the request on, and how long it had had it by then."""
LONGEST = timedelta(hours=1)  # an upload may take half of it


def arrived_at(headers: Headers, *, behind_proxy: bool) -> datetime:
    """Portal time; that of the call where there is no proxy, or where what it says cannot be."""
    if not behind_proxy:
        return clock.portal_now()
    now = clock.system_now()
    try:
        passed_on, after = float(headers[PASSED_ON_AT]), float(headers[PASSED_ON_AFTER])
        arrived = datetime.fromtimestamp(passed_on - after, UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return clock.portal_now()
    believable = math.isfinite(after) and after >= 0 and timedelta() <= now - arrived <= LONGEST
    return (arrived if believable else now) + clock.offset()
