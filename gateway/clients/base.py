"""The client of a service: the page's time limit, and what is passed on of the visitor's request."""

from __future__ import annotations

from typing import Any

from flask import g, has_request_context, request

from gateway.clients import page_time_limit
from services.chassis.http.client import READS, Client, ProblemAnswer, RenewableToken
from services.chassis.web import gateway_headers
from services.contracts.problem_types import SERVICE_REFUSED, UNAUTHENTICATED

OWN_TOKEN_REFUSALS = (UNAUTHENTICATED.slug, SERVICE_REFUSED.slug)
"""Problems with which accounts refuses the gateway's own token or secret, whoever the visitor is."""


class ServiceClient(Client):
    """HTTP client of one service. Every call passes on when the visitor's request arrived and from which address; reads
    share the time limit of their page (page_time_limit.py)."""

    def send(self, method: str, path: str, *, token: Any = None, **options: Any) -> Any:
        """Raises Unavailable if the gateway's own token is refused."""
        try:
            return super().send(method, path, token=token, **options)
        except ProblemAnswer as refusal:
            if isinstance(token, RenewableToken) and refusal.slug in OWN_TOKEN_REFUSALS:
                raise self.away() from refusal
            raise

    def answer(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        reads: bool | None = None,
        seconds: float | None = None,
        **options: Any,
    ) -> Any:
        sent = dict(headers or {})
        if has_request_context():
            sent |= _visitor_headers()
        reads = method in READS if reads is None else reads
        if reads and seconds is None:
            seconds = page_time_limit.seconds_left(self.page_seconds)
            if seconds <= 0:
                raise self.away()
        try:
            return super().answer(method, path, headers=sent, reads=reads, seconds=seconds, **options)
        finally:
            if not reads and has_request_context():
                page_time_limit.restart()


def _visitor_headers() -> dict[str, str]:
    """When the request at work arrived, and from which address."""
    headers = {gateway_headers.CLIENT_ADDRESS: request.remote_addr or ""}
    if "received_at" in g:
        headers[gateway_headers.RECEIVED_AT] = g.received_at.isoformat()
    return headers
