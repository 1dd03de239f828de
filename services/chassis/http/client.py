"""HTTP between our processes: bounded waits, problems turned back into errors, the request's id
passed on (docs/decisions/0009-calls-and-limits.md).
"""

import math
import re
import time
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from http import HTTPStatus
from types import NoneType
from typing import Any, TypeVar, cast

import msgspec
import structlog

from services.chassis.errors import RESERVED_MEMBERS, DomainError, FieldError, NotFound, Unavailable
from services.chassis.http.call import Call, path
from services.chassis.http.circuit_breaker import CircuitBreaker
from services.chassis.http.replicas import Replicas
from services.chassis.http.sessions import Answer, Sessions
from services.chassis.http.token_source import Token
from services.chassis.process.logs import REQUEST_ID, request_id
from services.chassis.process.places import Limit
from services.chassis.settings import Settings
from services.contracts.api.operation import Operation, Request
from services.contracts.problem_types import UNAUTHENTICATED, ProblemType

Declared = TypeVar("Declared")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
WRITE_SECONDS = 15.0  # longer than a page: once a write is sent, its outcome matters


class ProblemAnswer(DomainError):
    """The other service refused; type, status, detail and errors are its own."""


class Client:
    """Calls one service. Raises ProblemAnswer for a refusal, Unavailable if no replica gives a
    valid answer.

    `service`: its base URL, or the sessions that several clients of it share. `name`: in metrics,
    `label` in French sentences. A read takes `page_seconds` by default, of which `queue_seconds` at
    most are spent waiting for one of `at_once` places. `waiting`, `each`, `each_running`: as in
    `Limit`, by asker.
    """

    def __init__(
        self,
        service: str | Sessions,
        name: str = "service",
        *,
        label: str = "Un service du portail",
        page_seconds: float = Settings.page_seconds,
        at_once: int = 8,
        queue_seconds: float = 1.0,
        waiting: float = math.inf,
        each: float = math.inf,
        each_running: float = math.inf,
    ) -> None:
        sessions = Sessions(service) if isinstance(service, str) else service
        self._label = label
        self._name = name
        self._limit = Limit(
            f"calls_to_{name}",
            at_once,
            waiting,
            refusal=self.busy,
            each=each,
            each_running=each_running,
        )
        self._queue_seconds = queue_seconds
        self._breaker = CircuitBreaker(name, self.away)
        self._replicas = Replicas(sessions, self._breaker, name, page_seconds)
        self.page_seconds = page_seconds

    def asker(self) -> str:
        """Return for whom a call is: askers take turns at the places."""
        return ""

    def busy(self) -> Unavailable:
        return Unavailable(
            f"{self._label} est saturé en ce moment : votre demande ne lui a pas été transmise."
        )

    def away(self) -> Unavailable:
        return Unavailable(f"{self._label} ne répond pas pour le moment.")

    def call(self, request: Request[Declared], token: Token = None) -> Declared:
        """Return what a declared operation answers, as its declared type."""
        has_body = request.body is not None or request.operation.method != "POST"
        sent = request if has_body else replace(request, body={})
        return _declared(request.operation, self.exchange(sent, token))

    def stream(self, request: Request[bytes], token: Token = None) -> Answer:
        """Return the file that a declared operation answers with, as it comes."""
        return self.exchange(request, token, stream=True)

    def exchange(self, request: Request[Any], token: Token, *, stream: bool = False) -> Answer:
        """Return the answer of a declared operation as it came."""
        operation = request.operation
        body = request.body
        media_type = {"Content-Type": operation.sends} if operation.sends else {}
        call = Call(
            operation.method,
            path(_PARAMETER.sub("{}", operation.path), *request.ids),
            headers={**media_type, **request.headers},
            params=request.query,
            json=None if isinstance(body, bytes) else body,
            data=body if isinstance(body, bytes) else None,
            reads=operation.reads or None,
            seconds=request.seconds or operation.seconds,
            stream=stream,
        )
        return self.send(call, token)

    def send(self, call: Call, token: Token = None) -> Answer:
        """Return the answer, if its status is below 400.

        The call is made again once with a new token if a token of this process is refused: the key
        that signed it was rotated.
        """
        answer = self.answer(call, token)
        if _forget_refused(token, answer):
            answer.close()
            answer = self.answer(call, token)
        if answer.status_code < HTTPStatus.BAD_REQUEST:
            return answer
        with answer:
            raise _problem(answer, call)

    def answer(self, call: Call, token: Token = None) -> Answer:
        """Return the raw answer, whatever its status.

        A streamed answer holds its place until it is closed. A ServiceToken is obtained after the
        place, within the remaining seconds.
        """
        usual_seconds = self.page_seconds if call.is_read else WRITE_SECONDS
        until = time.monotonic() + (call.seconds or usual_seconds)
        with ExitStack() as place:
            self._breaker.check()
            place.enter_context(self._place(until))
            bearer = _bearer(token, until)
            authorization = {"Authorization": f"Bearer {bearer}"} if bearer else {}
            headers = {REQUEST_ID: request_id(), **call.headers, **authorization}
            try:
                response = self._replicas.send(replace(call, headers=headers), until)
            except OSError as error:
                reason = type(error).__name__
                structlog.get_logger().warning("call_failed", called=self._name, reason=reason)
                raise self.away() from error
            return Answer(response, bearer, place.pop_all() if call.stream else place)

    def _place(self, until: float) -> AbstractContextManager[None]:
        """Return a place among the calls, which is not waited for while the service is failing."""
        seconds = 0.0
        if not self._breaker.is_failing:
            seconds = min(self._queue_seconds, until - time.monotonic())
        return self._limit.place(self.asker(), seconds=seconds)


def _bearer(token: Token, until: float) -> str | None:
    return token if token is None or isinstance(token, str) else token(until - time.monotonic())


def _declared(operation: Operation[Declared], answer: Answer) -> Declared:
    """Return the answer as its dataclass, for None without a look. Raises Unavailable for one that
    is not as declared; the path of what is wrong is logged, never the value."""
    if operation.answer is NoneType:
        return cast(Declared, None)
    try:
        return msgspec.json.decode(answer.content, type=operation.answer)
    except msgspec.DecodeError as wrong:
        structlog.get_logger().error(
            "answer_not_understood", shape=operation.answer.__name__, reason=str(wrong)
        )
        raise Unavailable("Un service du portail a répondu de façon inattendue.") from None


def _slug(answer: Answer) -> str | None:
    """Return the last segment of the problem's type; None if the answer is no problem of ours, or
    is incomplete."""
    try:
        return str(answer.json()["type"]).rpartition("/")[2]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _forget_refused(token: Token, answer: Answer) -> bool:
    """Discard the token of this process where it was refused, and return whether it was."""
    if token is None or isinstance(token, str) or answer.status_code != HTTPStatus.UNAUTHORIZED:
        return False
    if _slug(answer) != UNAUTHENTICATED.slug:
        return False
    token.forget(answer.token or "")
    return True


def _problem(answer: Answer, call: Call) -> DomainError:
    """Return the error that the answer to a call says."""
    if call.method == "HEAD" and answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return NotFound()  # its answer has no body
    slug = _slug(answer)
    if slug is None:
        return Unavailable("Un service du portail a répondu de façon inattendue.")
    body = answer.json()
    refusal = _refusal(slug, answer.status_code, body)
    refusal.extra.update(
        {name: value for name, value in body.items() if name not in RESERVED_MEMBERS}
    )
    return refusal


def _refusal(slug: str, status: int, body: dict[str, Any]) -> DomainError:
    detail = body.get("detail", "")
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return Unavailable(detail)
    errors = tuple(FieldError(item["pointer"], item["detail"]) for item in body.get("errors", ()))
    problem = ProblemType(slug, status, body.get("title") or DomainError.problem.title)
    return ProblemAnswer(detail, problem=problem, errors=errors)
