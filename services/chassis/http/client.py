"""HTTP between our processes: bounded waits, problems turned back into errors, the request's id passed on.

Each call has one deadline for all of its steps, and holds a place among the concurrent calls to its service
(circuit_breaker.py). A call that may take longer than a page waits (a write, a file) is sent only to a service that
answers: if it has not answered recently, it is first asked whether it is alive, on the connection that the call then
uses. So a call that is refused because the service is silent was never sent.

Connections are persistent (connections.py). A replica that stops closes them, perhaps just as a request is sent.
Idempotent requests are then sent again on a new connection. A POST may have been executed by a replica that closed
without an answer (a second account, a second mail): on a used connection it sends « Expect: 100-continue », which our
servers answer before they pass a request to the application. It is sent again only if no byte came back, which shows
that no application received it. A request without a body cannot use Expect: it is sent on a new connection, which no
replica has had the time to close.
"""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPException
from json import dumps
from types import NoneType
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlencode, urlsplit

import msgspec
import structlog
from flask import g, has_request_context

from services.chassis.errors import RESERVED_MEMBERS, DomainError, FieldError, NotFound, Unavailable
from services.chassis.http.circuit_breaker import RECENT_ANSWER_SECONDS, CircuitBreaker
from services.chassis.http.connections import Answer, Connections
from services.chassis.http.dns_balancing import Connection, has_others
from services.chassis.process.probe import LIVE
from services.chassis.settings import Settings
from services.chassis.traces import spans
from services.chassis.web.request_log import REQUEST_ID
from services.contracts.api.operation import Operation
from services.contracts.problem_types import UNAUTHENTICATED, ProblemType

Declared = TypeVar("Declared")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
READS = frozenset({"GET", "HEAD", "OPTIONS"})
REPEATABLE = READS | {"PUT"}
WRITE_SECONDS = 15.0  # longer than a page: once a write is sent, its outcome matters
FIRST_REPLICA_SHARE = 0.6  # of a read's time, if another replica can be asked in the rest
ALIVE_SHARE = 0.2  # of a page's time, for the answer of LIVE


class ProblemAnswer(DomainError):
    """The other service refused; type, status, detail and errors are its own."""


class RenewableToken(ABC):
    """This process's own token (ServiceToken). Called with the seconds that it may take."""

    @abstractmethod
    def __call__(self, seconds: float | None = None) -> str: ...

    @abstractmethod
    def forget(self, refused: str) -> None: ...


Token = str | RenewableToken | None


@dataclass(frozen=True)
class _Call:
    """A request. `reads`: it changes nothing; `streams`: the answer's body is read as it arrives."""

    method: str
    target: str
    reads: bool = True
    streams: bool = False
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_repeatable(self) -> bool:
        """Whether it is idempotent."""
        return self.reads or self.method in REPEATABLE

    @property
    def expects_continue(self) -> bool:
        """Whether it can be sent with « Expect: 100-continue »."""
        return not self.is_repeatable and bool(self.body)


def path(template: str, *ids: Any) -> str:
    """`template` with each « {} » replaced by an id, quoted. Raises NotFound for a text that cannot be an id."""
    texts = [str(id) for id in ids]
    if any(text in ("", ".", "..") for text in texts):  # servers normalise a path that contains these
        raise NotFound()
    return template.format(*(quote(text, safe="") for text in texts))


class Client:
    """Calls one base URL. Raises ProblemAnswer for a refusal, Unavailable if no replica gives a valid answer.

    One per service and process: `at_once` limits all of its concurrent calls. `name` is the service's name in metrics,
    `label` the one in French sentences. A read takes `page_seconds` by default, of which `queue_seconds` at most are
    spent waiting for a place.
    """

    def __init__(
        self,
        base_url: str,
        name: str = "service",
        *,
        label: str = "Un service du portail",
        page_seconds: float = Settings.page_seconds,
        at_once: int = 8,
        queue_seconds: float = 1.0,
    ) -> None:
        base = urlsplit(base_url.rstrip("/"))
        if base.scheme != "http":
            raise ValueError(f"{base_url}: http:// is expected between our processes")
        self._base = base.geturl()
        self._prefix = base.path
        self._host = str(base.hostname)
        self._connections = Connections(self._host, base.port)
        self._label, self._name = label, name
        self._breaker = CircuitBreaker(name, at_once, queue_seconds, self.away)
        self.page_seconds = page_seconds

    def away(self) -> Unavailable:
        return Unavailable(f"{self._label} ne répond pas pour le moment.")

    def get(self, path: str, **options: Any) -> Any:
        return self.send("GET", path, **options).json()

    def ask(self, path: str, **options: Any) -> Any:
        """A POST that changes nothing, and is treated as a read."""
        return self.post(path, reads=True, **options)

    def post(self, path: str, **options: Any) -> Any:
        return _content(self.send("POST", path, **options))

    def put(self, path: str, **options: Any) -> Any:
        return _content(self.send("PUT", path, **options))

    def delete(self, path: str, **options: Any) -> Any:
        return _content(self.send("DELETE", path, **options))

    def call(
        self,
        operation: Operation[Declared],
        token: Token = None,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        seconds: float | None = None,
        **ids: Any,
    ) -> Declared:
        """The answer of a declared operation; `ids`: those of its path. What is None in `query` is left out."""
        sent = {} if body is None and operation.method == "POST" else body
        answer = self.exchange(operation, token, ids, params=query, json=sent, headers=headers, seconds=seconds)
        return _declared(operation, answer)

    def stream(
        self, operation: Operation[bytes], token: Token = None, *, query: Mapping[str, Any] | None = None, **ids: Any
    ) -> Answer:
        """The file that a declared operation answers with, as it comes."""
        return self.exchange(operation, token, ids, params=query, stream=True)

    def exchange(
        self,
        operation: Operation[Any],
        token: Token,
        ids: Mapping[str, Any],
        *,
        seconds: float | None = None,
        **options: Any,
    ) -> Answer:
        """The answer of a declared operation as it came; options are those of `answer`."""
        return self.send(
            operation.method,
            path(_PARAMETER.sub("{}", operation.path), *(ids[name] for name in _PARAMETER.findall(operation.path))),
            token=token,
            reads=operation.reads or None,
            seconds=seconds or operation.seconds,
            **options,
        )

    def send(self, method: str, path: str, *, token: Token = None, **options: Any) -> Answer:
        """The answer, if its status is below 400; options are those of `answer`.

        Called again once with a new token if a token of this process is refused: the key that signed it was rotated.
        """
        answer = self.answer(method, path, token=token, **options)
        if isinstance(token, RenewableToken) and answer.status_code == 401 and _slug(answer) == UNAUTHENTICATED.slug:
            token.forget(answer.token or "")
            answer.close()
            answer = self.answer(method, path, token=token, **options)
        if answer.status_code >= 400:
            with answer:
                raise NotFound() if method == "HEAD" and answer.status_code in (404, 410) else _problem(answer)
        return answer

    def answer(
        self,
        method: str,
        path: str,
        *,
        token: Token = None,
        headers: dict[str, str] | None = None,
        params: Any = None,
        json: Any = None,
        data: Any = None,
        reads: bool | None = None,
        seconds: float | None = None,
        stream: bool = False,
    ) -> Answer:
        """The raw answer, whatever its status. `path` starts with a slash; `data` may be an open file.

        `seconds` are for the whole call, including a streamed body; a streamed answer holds its place until it is
        closed. A RenewableToken is obtained after the place, within the remaining seconds.
        """
        reads = method in READS if reads is None else reads
        until = time.monotonic() + (seconds or (self.page_seconds if reads else WRITE_SECONDS))
        with spans.span(f"{method} {self._name}", spans.Kind.CLIENT), ExitStack() as stack:
            is_trial = stack.enter_context(self._breaker.place(until - time.monotonic()))
            sent = {REQUEST_ID: _request_id(), **_trace_headers(), **(headers or {})}
            bearer = token if token is None or isinstance(token, str) else token(until - time.monotonic())
            if bearer:
                sent["Authorization"] = f"Bearer {bearer}"
            if json is not None:
                data, sent["Content-Type"] = dumps(json).encode(), "application/json"
            call = _Call(method, self._prefix + path + _query(params), reads, stream, data, sent)
            try:
                answer = self._exchanged(call, self._connection_for(call, is_trial), until)
            except (OSError, HTTPException) as error:
                structlog.get_logger().warning("call_failed", base=self._base, reason=type(error).__name__)
                raise self.away() from error
            spans.note("http.response.status_code", answer.status_code)
            answer.token = bearer
            if stream:
                answer.on_close(stack.pop_all().close)
            else:
                answer.close()
        return answer

    def _connection_for(self, call: _Call, is_trial: bool) -> Connection:
        """A connection; if the call is a write, a stream or a trial, to a replica that is known to be alive."""
        may_reuse = call.is_repeatable or call.expects_continue
        connection = self._connections.take() if may_reuse else self._connections.new()
        if is_trial or ((call.streams or not call.reads) and not self._is_known_alive(connection)):
            until = time.monotonic() + ALIVE_SHARE * self.page_seconds
            alive = self._exchanged(_Call("GET", self._prefix + LIVE), connection, until)
            return alive.connection if alive.connection.is_open else self._connections.new()
        return connection

    def _is_known_alive(self, connection: Connection) -> bool:
        """Whether the connected replica has just answered, or the service has and consists of one replica."""
        if time.monotonic() - connection.answered_at < RECENT_ANSWER_SECONDS:
            return True
        return self._breaker.has_just_answered() and not has_others(self._host)

    def _exchanged(self, call: _Call, connection: Connection, until: float) -> Answer:
        """Send the call; send it again on a new connection, or to another replica, if it cannot take effect twice."""
        start = call.body.tell() if hasattr(call.body, "seek") else None
        shared = call.reads and not call.streams and has_others(self._host)
        seconds, was_used = until - time.monotonic(), connection.used
        try:
            return self._sent(call, connection, seconds * FIRST_REPLICA_SHARE if shared else seconds)
        except TimeoutError:
            if not shared:
                raise
        except (OSError, HTTPException):
            was_left = was_used and call.expects_continue and not connection.has_received
            if not connection.stood or not (call.is_repeatable or was_left):
                raise
        structlog.get_logger().warning("call_repeated", base=self._base, method=call.method)
        if start is not None:
            call.body.seek(start)
        return self._sent(call, self._connections.new(), until - time.monotonic())

    def _sent(self, call: _Call, connection: Connection, seconds: float) -> Answer:
        headers = call.headers
        if call.expects_continue and connection.used:
            headers = {**headers, "Expect": "100-continue"}
        try:
            connection.reach(time.monotonic() + seconds)
            response = connection.exchange(call.method, call.target, call.body, headers)
            answer = self._connections.answer(connection, response)
            if not call.streams:
                answer.read()
        except (OSError, HTTPException) as error:
            connection.close()
            if isinstance(error, TimeoutError) and seconds >= ALIVE_SHARE * FIRST_REPLICA_SHARE * self.page_seconds:
                self._breaker.record_failure()  # with fewer seconds it had no time to answer
            raise
        self._breaker.record_answer()
        return answer


def _request_id() -> str:
    if has_request_context():
        return str(g.get("request_id", ""))
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _trace_headers() -> dict[str, str]:
    traceparent = spans.traceparent()
    return {"traceparent": traceparent} if traceparent else {}


def _query(params: Any) -> str:
    """The query string of a mapping or of pairs, without those whose value is None."""
    pairs = params.items() if isinstance(params, Mapping) else params or ()
    present = [(name, value) for name, value in pairs if value is not None]
    return f"?{urlencode(present)}" if present else ""


def _content(answer: Answer) -> Any:
    return answer.json() if answer.content else None


def _declared(operation: Operation[Declared], answer: Answer) -> Declared:
    """The answer as its dataclass, for None without a look. Raises Unavailable for one that is not as declared; the
    path of what is wrong is logged, never the value."""
    if operation.answer is NoneType:
        return cast(Declared, None)
    try:
        return msgspec.json.decode(answer.content, type=operation.answer)
    except msgspec.DecodeError as wrong:
        structlog.get_logger().error("answer_not_understood", shape=operation.answer.__name__, reason=str(wrong))
        raise Unavailable("Un service du portail a répondu de façon inattendue.") from None


def _slug(answer: Answer) -> str | None:
    """The last segment of the problem's type; None if the answer is no problem of ours, or is incomplete."""
    try:
        return str(answer.json()["type"]).rpartition("/")[2]
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return None


def _problem(answer: Answer) -> DomainError:
    slug = _slug(answer)
    if slug is None:
        return Unavailable("Un service du portail a répondu de façon inattendue.")
    body = answer.json()
    extra = {key: value for key, value in body.items() if key not in RESERVED_MEMBERS}
    if answer.status_code == 503:
        return Unavailable(body.get("detail", ""), **extra)
    errors = tuple(FieldError(item["pointer"], item["detail"]) for item in body.get("errors", ()))
    problem = ProblemType(slug, answer.status_code, body.get("title") or DomainError.problem.title)
    return ProblemAnswer(body.get("detail", ""), problem=problem, errors=errors, **extra)
