"""What the gateway alone may say of a request: when it came, compared with deadlines, and from
where, for the audit trail (in no log)."""

import ipaddress
from contextlib import suppress
from datetime import datetime

from flask import g, request

from services.chassis.web.access_tokens import Caller
from services.clock import portal_now

CLIENT_ADDRESS = "X-Client-Address"
RECEIVED_AT = "X-Received-At"


def note_client_address() -> None:
    """Before a request: the IPv4 or IPv6 address in its shortest form, without a zone, as
    `g.acting_address`."""
    g.acting_address = None
    if offered := _said_by_gateway(CLIENT_ADDRESS):
        with suppress(ValueError):
            g.acting_address = str(ipaddress.ip_address(offered.partition("%")[0]))


def received_at() -> datetime:
    """Return the instant at which the gateway received the request, before its body, in portal
    time."""
    try:
        instant = datetime.fromisoformat(_said_by_gateway(RECEIVED_AT))
    except ValueError:
        return portal_now()
    return instant if instant.tzinfo else portal_now()


def _said_by_gateway(header: str) -> str:
    """The header, empty unless the request has a token that the gateway obtained."""
    caller: Caller | None = g.get("caller")
    return request.headers.get(header, "") if caller and caller.via_gateway else ""
