"""When a request arrived: the instant that is compared with deadlines, however slowly its body follows.

The proxy sends it in two headers (deploy/containers/proxy/nginx.conf), which it overwrites if a client sends them.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from werkzeug.datastructures import Headers

from services.chassis import clock

PASSED_ON_AT_HEADER = "X-Passed-On-At"
"""Seconds since 1970 (UTC) at which the proxy passed the request on."""
HELD_SECONDS_HEADER = "X-Passed-On-After"
"""Seconds from the arrival of the request's head until then."""
LONGEST_REQUEST = timedelta(hours=1)  # an upload may take half of it


def arrival_time(headers: Headers, *, behind_proxy: bool) -> datetime:
    """Portal time. The current instant if there is no proxy, or if its headers are missing or implausible."""
    if not behind_proxy:
        return clock.portal_now()
    now = clock.system_now()
    try:
        passed_on_at, held_seconds = float(headers[PASSED_ON_AT_HEADER]), float(headers[HELD_SECONDS_HEADER])
        arrived = datetime.fromtimestamp(passed_on_at - held_seconds, UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return clock.portal_now()
    plausible = math.isfinite(held_seconds) and held_seconds >= 0 and timedelta() <= now - arrived <= LONGEST_REQUEST
    return (arrived if plausible else now) + clock.offset()
