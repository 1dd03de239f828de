"""HTTP between our processes: bounded waits, problems turned back into errors, the request's id passed on.

Each call has a deadline for the whole of it, and a place among those to its service (upstream.py). What may take longer
than a page waits (a write, a file) goes only to a service that answers: one that has said nothing lately is first asked
whether it is alive, on the connection that is then used. So what is refused for silence was never sent.

Connections are kept (connections.py). A replica that stops closes them, maybe just as a request leaves on one. What
says the same however often it is said is then sent once more on a new connection. A POST may have been carried out by
who closed without an answer (a second account, a second mail): on a kept connection it expects « 100 Continue », which
our servers say before they hand a request on to the application. It is sent once more only where not a byte came, which
shows that nobody took it up. What has no body can expect nothing: it leaves on a new connection, which nobody has had
the time to give up.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPException
from json import dumps
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import structlog
from flask import g, has_request_context

from services.chassis.errors import RESERVED_MEMBERS, DomainError, FieldError, NotFound, Unavailable
from services.chassis.http.circuit_breaker import LATELY_SECONDS, CircuitBreaker
from services.chassis.http.connections import Answer, Connections
from services.chassis.http.dns_balancing import Connection, has_others
from services.chassis.settings import Settings
from services.chassis.web.request_log import REQUEST_ID
from services.contracts.problem_types import UNAUTHENTICATED, ProblemType

READS = frozenset({"GET", "HEAD", "OPTIONS"})
REPEATABLE = READS | {"PUT"}
WRITE_SECONDS = 15.0  # once sent, its outcome is worth a wait
FIRST_SHARE = 0.6  # of a read's time, where another replica can be asked in the rest
ALIVE = "/health/live"
ALIVE_SHARE = 0.2  # of a page's time, to say that one is alive


class ProblemAnswer(DomainError):
    """The other service refused; type, status, detail and errors are its own."""


class RenewableToken(ABC):
    """Our own token (ServiceToken), by how many seconds one may wait for it."""

    @abstractmethod
    def __call__(self, seconds: float | None = None) -> str: ...

    @abstractmethod
    def forget(self, refused: str) -> None: ...


Token = str | RenewableToken | None


@dataclass(frozen=True)
class _Call:
    """What is sent. `reads`: it changes nothing; `streams`: the answer's body is read as it comes."""

    method: str
    target: str
    reads: bool = True
    streams: bool = False
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_repeatable(self) -> bool:
        """Whether it says the same however often it is said."""
        return self.reads or self.method in REPEATABLE

    @property
    def expects(self) -> bool:
        """Whether it can be told to say when it is taken up."""
        return not self.is_repeatable and bool(self.body)


def path(template: str, *ids: Any) -> str:
    """`template` with each « {} » replaced by an id, quoted. Raises NotFound for what cannot be one."""
    texts = [str(given) for given in ids]
    if any(text in ("", ".", "..") for text in texts):  # a path is shortened by them on its way
        raise NotFound()
    return template.format(*(quote(text, safe="") for text in texts))


class Client:
    """Calls one base URL. Raises ProblemAnswer on a refusal, Unavailable when nobody answers sensibly.

    One per service and process, since its places `at_once` are for all calls together. `name` is the service's in
    metrics, `label` in French sentences; a read waits `page_seconds` unless it says otherwise, for a place
    `queue_seconds` of them.
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
        self._label = label
        self._breaker = CircuitBreaker(name, at_once, queue_seconds, self.away)
        self.page_seconds = page_seconds

    def away(self) -> Unavailable:
        return Unavailable(f"{self._label} ne répond pas pour le moment.")

    def get(self, path: str, **options: Any) -> Any:
        return self.call("GET", path, **options).json()

    def ask(self, path: str, **options: Any) -> Any:
        """A POST that changes nothing, and is treated as a read."""
        return self.post(path, reads=True, **options)

    def post(self, path: str, **options: Any) -> Any:
        return _content(self.call("POST", path, **options))

    def put(self, path: str, **options: Any) -> Any:
        return _content(self.call("PUT", path, **options))

    def delete(self, path: str, **options: Any) -> Any:
        return _content(self.call("DELETE", path, **options))

    def call(self, method: str, path: str, *, token: Token = None, **options: Any) -> Answer:
        """The answer, when it is below 400; options are those of `answer`.

        Asked again, once, with another token where one of ours is refused: the key that signed it was turned.
        """
        answer = self.answer(method, path, token=token, **options)
        if isinstance(token, RenewableToken) and answer.status_code == 401 and _slug(answer) == UNAUTHENTICATED.slug:
            token.forget(answer.token or "")
            answer.close()
            answer = self.answer(method, path, token=token, **options)
        if answer.status_code >= 400:
            with answer:
                raise _problem(answer)
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

        `seconds` are for the whole call, a streamed body included; such an answer holds its place until it is closed.
        A token that is renewed is asked for once there is a place, with the seconds left.
        """
        reads = method in READS if reads is None else reads
        until = time.monotonic() + (seconds or (self.page_seconds if reads else WRITE_SECONDS))
        with ExitStack() as stack:
            is_trial = stack.enter_context(self._breaker.place(until - time.monotonic()))
            sent = {REQUEST_ID: _request_id(), **(headers or {})}
            given = token if token is None or isinstance(token, str) else token(until - time.monotonic())
            if given:
                sent["Authorization"] = f"Bearer {given}"
            if json is not None:
                data, sent["Content-Type"] = dumps(json).encode(), "application/json"
            call = _Call(method, self._prefix + path + _query(params), reads, stream, data, sent)
            try:
                answer = self._exchanged(call, self._connection_for(call, is_trial), until)
            except (OSError, HTTPException) as error:
                structlog.get_logger().warning("call_failed", base=self._base, reason=type(error).__name__)
                raise self.away() from error
            answer.token = given
            if stream:
                answer.on_close(stack.pop_all().close)
            else:
                answer.close()
        return answer

    def _connection_for(self, call: _Call, is_trial: bool) -> Connection:
        """One to a replica that is alive, as far as this call needs to know."""
        is_kept = call.is_repeatable or call.expects
        connection = self._connections.take() if is_kept else self._connections.new()
        if is_trial or ((call.streams or not call.reads) and not self._is_certain(connection)):
            until = time.monotonic() + ALIVE_SHARE * self.page_seconds
            asked = self._exchanged(_Call("GET", self._prefix + ALIVE), connection, until)
            return asked.connection if asked.connection.is_open else self._connections.new()
        return connection

    def _is_certain(self, connection: Connection) -> bool:
        """Whether the replica behind it has just answered; one of several may be hung."""
        if time.monotonic() - connection.answered_at < LATELY_SECONDS:
            return True
        return self._breaker.is_lively() and not has_others(self._host)

    def _exchanged(self, call: _Call, connection: Connection, until: float) -> Answer:
        """Sent once, and once more where that can do no harm: by a connection given up, or to another replica."""
        start = call.body.tell() if hasattr(call.body, "seek") else None
        shared = call.reads and not call.streams and has_others(self._host)
        seconds, was_used = until - time.monotonic(), connection.used
        try:
            return self._sent(call, connection, seconds * FIRST_SHARE if shared else seconds)
        except TimeoutError:
            if not shared:
                raise
        except (OSError, HTTPException):
            was_left = was_used and call.expects and not connection.heard
            if not connection.stood or not (call.is_repeatable or was_left):
                raise
        structlog.get_logger().warning("call_repeated", base=self._base, method=call.method)
        if start is not None:
            call.body.seek(start)
        return self._sent(call, self._connections.new(), until - time.monotonic())

    def _sent(self, call: _Call, connection: Connection, seconds: float) -> Answer:
        headers = call.headers
        if call.expects and connection.used:
            headers = {**headers, "Expect": "100-continue"}
        try:
            connection.reach(time.monotonic() + seconds)
            response = connection.exchange(call.method, call.target, call.body, headers)
            answer = self._connections.answer(connection, response)
            if not call.streams:
                answer.read()
        except (OSError, HTTPException) as error:
            connection.close()
            if isinstance(error, TimeoutError) and seconds >= ALIVE_SHARE * FIRST_SHARE * self.page_seconds:
                self._breaker.failed()  # else it was not given the time to answer
            raise
        self._breaker.answered()
        return answer


def _request_id() -> str:
    if has_request_context():
        return str(g.get("request_id", ""))
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _query(params: Any) -> str:
    """The query string of a mapping or of pairs, without those whose value is None."""
    pairs = params.items() if isinstance(params, Mapping) else params or ()
    given = [(name, value) for name, value in pairs if value is not None]
    return f"?{urlencode(given)}" if given else ""


def _content(answer: Answer) -> Any:
    return answer.json() if answer.content else None


def _slug(answer: Answer) -> str | None:
    """The last word of the problem's type; None where the answer is no problem of ours, or breaks off."""
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
