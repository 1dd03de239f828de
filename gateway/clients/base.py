"""The client of a service: the time limit of the current page, what is passed on of the visitor's
request, and the files that it answers with, streamed to the browser.

All calls of a page share its time. Optional calls (the visitor of a public page, a contact, a
message) share a part of it, so that they never make a page slow that needs nothing else.
"""

import ipaddress
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from flask import Response, g, has_request_context, request

from services.chassis.errors import DomainError
from services.chassis.http.call import Call
from services.chassis.http.client import Client, ProblemAnswer
from services.chassis.http.service_token import ServiceToken
from services.chassis.http.sessions import Answer as HttpAnswer
from services.chassis.http.token_source import Token
from services.chassis.web import gateway_headers
from services.contracts.problem_types import SERVICE_REFUSED, UNAUTHENTICATED

Answer = TypeVar("Answer")
Fallback = TypeVar("Fallback")
OWN_TOKEN_REFUSALS = (UNAUTHENTICATED.slug, SERVICE_REFUSED.slug)
"""Problems with which accounts refuses the gateway's own token or secret, whoever the visitor
is."""
OPTIONAL_SHARE = 0.4
CHUNK_BYTES = 64 * 1024


class ServiceClient(Client):
    """HTTP client of one service. Every call passes on when the visitor's request arrived and from
    which address; reads share the time limit of their page."""

    def asker(self) -> str:
        """Return the visitor's source: that of a school is many people's, and so has many turns to
        wait for."""
        return visitor_source() if has_request_context() else ""

    def send(self, call: Call, token: Token = None) -> HttpAnswer:
        """Return the answer, as every client does. Raises Unavailable if the gateway's own token is
        refused."""
        try:
            return super().send(call, token)
        except ProblemAnswer as refusal:
            if isinstance(token, ServiceToken) and refusal.slug in OWN_TOKEN_REFUSALS:
                raise self.away() from refusal
            raise

    def answer(self, call: Call, token: Token = None) -> HttpAnswer:
        """Return the raw answer; a read waits as long as the time of its page lasts. Raises
        Unavailable where none of it is left."""
        sent = call
        if has_request_context():
            sent = replace(sent, headers={**call.headers, **_visitor_headers()})
        if call.is_read and call.seconds is None:
            left = seconds_left(self.page_seconds)
            if left <= 0:
                raise self.away()
            sent = replace(sent, seconds=left)
        try:
            return super().answer(sent, token)
        finally:
            if not call.is_read and has_request_context():
                restart_time_limit()


def visitor_source() -> str:
    """By which visitors are counted and take turns: that of the request at work."""
    return source_of(request.remote_addr or "")


def source_of(given: str) -> str:
    """The network address, or of an IPv6 one its /64, all addresses of which one line has."""
    try:
        address = ipaddress.IPv6Address(given)
    except ValueError:
        return given
    return str(address.ipv4_mapped or ipaddress.IPv6Network((int(address), 64), strict=False))


def _visitor_headers() -> dict[str, str]:
    """When the request at work arrived, and from which address."""
    headers = {gateway_headers.CLIENT_ADDRESS: request.remote_addr or ""}
    if "received_at" in g:
        headers[gateway_headers.RECEIVED_AT] = g.received_at.isoformat()
    return headers


def seconds_left(page_seconds: float) -> float:
    """The rest of `page_seconds`, counted from the page's first call; outside of a request
    `page_seconds`."""
    if not has_request_context():
        return page_seconds
    now = time.monotonic()
    left = float(g.setdefault("page_until", now + page_seconds)) - now
    if not g.get("calls_are_optional"):
        return left
    spent = g.get("optional_seconds", 0.0) + now - g.optional_since
    return min(left, OPTIONAL_SHARE * page_seconds - spent)


@contextmanager
def optional_calls() -> Iterator[None]:
    """Calls within the block are optional: they share OPTIONAL_SHARE of the page's time."""
    if not has_request_context() or g.get("calls_are_optional"):
        yield
        return
    g.calls_are_optional = True
    g.optional_since = time.monotonic()
    try:
        yield
    finally:
        g.optional_seconds = g.get("optional_seconds", 0.0) + time.monotonic() - g.optional_since
        g.calls_are_optional = False


def optional_answer(ask: Callable[[], Answer], otherwise: Fallback) -> Answer | Fallback:
    """What optional calls give; `otherwise` where the service does not answer, or refuses."""
    try:
        with optional_calls():
            return ask()
    except DomainError:
        return otherwise


def restart_time_limit() -> None:
    """To be called after a write, however long it took: the page shown next has the whole time
    again."""
    for name in ("page_until", "optional_seconds"):
        g.pop(name, None)


def streamed_response(answer: HttpAnswer, headers: Mapping[str, str]) -> Response:
    """The service's answer, passed on as it comes."""
    response = Response(
        answer.iter_content(CHUNK_BYTES), status=answer.status_code, headers=headers
    )
    response.call_on_close(answer.close)
    return response
