"""What every client of a service does alike: the page's time, the instant of reception, typed reading of JSON."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
import structlog
from flask import g, has_request_context

from gateway.clients import page_time
from services.chassis.errors import Unavailable
from services.chassis.http.client import READS, Client, ProblemAnswer, RenewableToken
from services.chassis.web.arrival_time import HEADER
from services.contracts.problem_types import SERVICE_REFUSED, UNAUTHENTICATED

Shape = TypeVar("Shape")
OURS = (UNAUTHENTICATED.slug, SERVICE_REFUSED.slug)
"""What accounts says where it knows neither our token nor our secret: nothing of who asks us."""


class ServiceClient(Client):
    """A service's base URL. Every call says when the gateway took the candidate's request up; reads share the time of
    their page."""

    def call(self, method: str, path: str, *, token: Any = None, **options: Any) -> Any:
        """Raises Unavailable where we are refused ourselves."""
        try:
            return super().call(method, path, token=token, **options)
        except ProblemAnswer as refusal:
            if isinstance(token, RenewableToken) and refusal.slug in OURS:
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
        if has_request_context() and "received_at" in g:
            sent[HEADER] = g.received_at.isoformat()
        reads = method in READS if reads is None else reads
        if reads and seconds is None:
            seconds = page_time.seconds_left(self.page_seconds)
            if seconds <= 0:
                raise self.away()
        try:
            return super().answer(method, path, headers=sent, reads=reads, seconds=seconds, **options)
        finally:
            if not reads and has_request_context():
                page_time.begin_anew()


def shaped(shape: type[Shape], data: Any) -> Shape:
    """`data` (decoded JSON) as a frozen dataclass, nested ones and tuples included; unknown keys are left aside,

    so that a service may say more than an older gateway knows. Raises Unavailable for a missing or ill-typed value;
    its place is logged, never what stands there."""
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError as wrong:
        structlog.get_logger().error("answer_not_understood", shape=shape.__name__, reason=str(wrong))
        raise Unavailable("Un service du portail a répondu de façon inattendue.") from None
