"""The instant that is compared with deadlines: when the gateway received the request, before its body."""

from __future__ import annotations

from datetime import datetime

from flask import g, request

from services.chassis.clock import portal_now
from services.chassis.web.access_tokens import Caller

HEADER = "X-Received-At"


def received_at() -> datetime:
    """Portal time. The gateway's header is accepted only with a token that the gateway obtained."""
    caller: Caller | None = g.get("caller")
    stamp = request.headers.get(HEADER)
    if stamp is None or caller is None or not caller.via_gateway:
        return portal_now()
    try:
        instant = datetime.fromisoformat(stamp)
    except ValueError:
        return portal_now()
    return instant if instant.tzinfo else portal_now()
