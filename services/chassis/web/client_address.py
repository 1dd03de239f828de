"""From where the person acts who makes the request, for the audit trail; told by the gateway, and in no log."""

from __future__ import annotations

import ipaddress

from flask import g, request

from services.chassis.acting_address import acting_address
from services.chassis.web.access_tokens import Caller

HEADER = "X-Client-Address"


def note_client_address() -> None:
    """Before a request: what the gateway's header says is accepted only with a token that the gateway obtained."""
    caller: Caller | None = g.get("caller")
    offered = request.headers.get(HEADER)
    acting_address.set(_valid(offered) if offered and caller and caller.via_gateway else None)


def _valid(text: str) -> str | None:
    """The IPv4 or IPv6 address in its shortest form, without a zone; None for what is none."""
    try:
        return str(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return None
