"""HTTP between our processes: bounded waits, problems turned back into errors, the request's id
passed on.

A read that fails is sent again in the time that is left. A write may have been carried out although
no answer came: it is sent once, where some server may not answer after asking whether it is alive
(docs/decisions/0009-calls-and-limits.md).
"""

import math
import re
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from types import NoneType
from typing import Any, TypeVar, cast
from urllib.parse import quote

import msgspec
import requests
import structlog

from services.chassis.errors import RESERVED_MEMBERS, DomainError, FieldError, NotFound, Unavailable
from services.chassis.http.circuit_breaker import CircuitBreaker
from services.chassis.http.sessions import CONNECT_SECONDS, SEND_SECONDS, Answer, Sessions
from services.chassis.http.token_source import Token
from services.chassis.process.logs import REQUEST_ID, request_id
from services.chassis.process.places import Limit
from services.chassis.process.probe import LIVE
from services.chassis.settings import Settings
from services.contracts.api.operation import Operation, Request
from services.contracts.problem_types import UNAUTHENTICATED, ProblemType

Declared = TypeVar("Declared")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
READS = frozenset({"GET", "HEAD", "OPTIONS"})
WRITE_SECONDS = 15.0  # longer than a page: once a write is sent, its outcome matters
FIRST_REPLICA_SHARE = 0.6  # of a read's time, if another replica can be asked in the rest
# of a page's time, for the answer of LIVE; in less than half of that nobody counts as silent
ALIVE_SHARE = 0.2
LEAST_SECONDS = 0.01  # to send anything


class ProblemAnswer(DomainError):
    """The other service refused; type, status, detail and errors are its own."""


def path(template: str, *ids: Any) -> str:
    """`template` with each « {} » replaced by an id, quoted. Raises NotFound for a text that cannot
    be an id."""
    texts = [str(id) for id in ids]
    if any(
        text in ("", ".", "..") for text in texts
    ):  # servers normalise a path that contains these
        raise NotFound()
    return template.format(*(quote(text, safe="") for text in texts))


@dataclass(frozen=True)
class Call:
    """An HTTP request, as it is sent to whichever replica.

    `path` starts with a slash; what is None in `params` is left out. `reads`: it changes nothing;
    by default as its method says. `seconds`: for a read in all, but for the body of a streamed
    answer; for a write, of silence; None: what is usual. `stream`: the answer's body is read as it
    comes.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Any = None
    json: Any = None
    data: bytes | None = None
    reads: bool | None = None
    seconds: float | None = None
    stream: bool = False

    @property
    def is_read(self) -> bool:
        """Whether it may be sent again where no answer came."""
        return self.method in READS if self.reads is None else self.reads


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
        self._sessions = Sessions(service) if isinstance(service, str) else service
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
        self.page_seconds = page_seconds

    def asker(self) -> str:
        """For whom a call is: askers take turns at the places."""
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
        if (
            not (token is None or isinstance(token, str))
            and answer.status_code == 401
            and _slug(answer) == UNAUTHENTICATED.slug
        ):
            token.forget(answer.token or "")
            answer.close()
            answer = self.answer(call, token)
        if answer.status_code >= 400:
            with answer:
                raise (
                    NotFound()
                    if call.method == "HEAD" and answer.status_code in (404, 410)
                    else _problem(answer)
                )
        return answer

    def answer(self, call: Call, token: Token = None) -> Answer:
        """Return the raw answer, whatever its status.

        A streamed answer holds its place until it is closed. A ServiceToken is obtained after the
        place, within the remaining seconds.
        """
        usual_seconds = self.page_seconds if call.is_read else WRITE_SECONDS
        until = time.monotonic() + (call.seconds or usual_seconds)
        with ExitStack() as place:
            self._breaker.check()
            wait = (
                0.0
                if self._breaker.is_failing
                else min(self._queue_seconds, until - time.monotonic())
            )
            place.enter_context(self._limit.place(self.asker(), seconds=wait))
            bearer = (
                token
                if token is None or isinstance(token, str)
                else token(until - time.monotonic())
            )
            authorization = {"Authorization": f"Bearer {bearer}"} if bearer else {}
            sent = replace(
                call, headers={REQUEST_ID: request_id(), **call.headers, **authorization}
            )
            try:
                response = (self._read if call.is_read else self._write)(sent, until)
            except OSError as error:
                structlog.get_logger().warning(
                    "call_failed", called=self._name, reason=type(error).__name__
                )
                raise self.away() from error
            return Answer(response, bearer, place.pop_all() if call.stream else place)

    def _read(self, call: Call, until: float) -> requests.Response:
        first, *others = self._sessions.urls()
        seconds = (until - time.monotonic()) * (FIRST_REPLICA_SHARE if others else 1)
        try:
            return self._sent(self._sessions.kept(), first, call, seconds)
        except OSError as error:
            failure = error
        with self._sessions.new() as session:  # several replicas may go at once
            for url in others or [first]:
                if (seconds := until - time.monotonic()) < LEAST_SECONDS:
                    break
                structlog.get_logger().warning("call_repeated", called=self._name)
                try:
                    return self._sent(session, url, call, seconds)
                except OSError as error:
                    failure = error
        raise failure

    def _write(self, call: Call, until: float) -> requests.Response:
        with self._sessions.new() as session:
            first, *others = self._sessions.urls()
            if others or self._sessions.is_silent:
                first = self._alive(session, [first, *others])
            return self._sent(session, first, call, until - time.monotonic(), SEND_SECONDS)

    def _alive(self, session: requests.Session, urls: list[str]) -> str:
        """The first replica that says that it is alive and keeps the connection: one that stops
        closes it. Raises OSError where none does."""
        for url in urls:
            with suppress(OSError):
                answer = self._sent(
                    session, url, Call("GET", LIVE), ALIVE_SHARE * self.page_seconds
                )
                if answer.headers.get("Connection", "").lower() != "close":
                    return url
        raise ConnectionError

    def _sent(
        self,
        session: requests.Session,
        url: str,
        call: Call,
        seconds: float,
        connect_seconds: float = CONNECT_SECONDS,
    ) -> requests.Response:
        begun = time.monotonic()
        seconds = max(LEAST_SECONDS, seconds)
        timeout = (min(connect_seconds, seconds), seconds)
        try:
            response = session.request(
                call.method,
                url + call.path,
                params=call.params,
                data=call.data,
                headers=call.headers,
                json=call.json,
                stream=call.stream,
                timeout=timeout,
                allow_redirects=False,
            )
        except OSError as error:
            self._sessions.leave_out(url)
            is_late = isinstance(error, requests.Timeout) or time.monotonic() - begun >= seconds
            if (
                is_late and seconds >= ALIVE_SHARE / 2 * self.page_seconds
            ):  # else it had no time to answer
                self._sessions.is_silent = True
                self._breaker.record_failure()
            raise
        self._sessions.is_silent = False
        self._breaker.record_answer()
        return response


def _declared(operation: Operation[Declared], answer: Answer) -> Declared:
    """The answer as its dataclass, for None without a look. Raises Unavailable for one that is not
    as declared; the path of what is wrong is logged, never the value."""
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
    """The last segment of the problem's type; None if the answer is no problem of ours, or is
    incomplete."""
    try:
        return str(answer.json()["type"]).rpartition("/")[2]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _problem(answer: Answer) -> DomainError:
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
