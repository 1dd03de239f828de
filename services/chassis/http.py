"""HTTP between our processes: bounded waits, problems turned back into errors, the request's id passed on.

Each call has a deadline for the whole of it, and a place among those to its service (upstream.py). What may take longer
than a page waits (a write, a file) goes only to a service that answers: one that has said nothing lately is first asked
whether it is alive, on the connection that is then used. So what is refused for silence was never sent.

Pooled connections are dropped after 30 s, so that replicas added meanwhile get their share. A replica that stops closes
those that it kept, maybe just as a request leaves on one. What says the same however often it is said is then sent
once more on a new connection. A POST may have been carried out by who closed without an answer (a second account, a
second mail), and a second DELETE would be told that there is nothing to delete: these are never repeated, but always
leave on a new connection, which nobody has had the time to give up.
"""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from typing import Any, Protocol, runtime_checkable
from urllib.parse import quote, urlsplit

import requests
import structlog
from flask import g, has_request_context
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from services.chassis.errors import DomainError, FieldError, NotFound, Unauthenticated, Unavailable
from services.chassis.observed import REQUEST_ID
from services.chassis.replicas import SHORTEST, has_others, new_session
from services.chassis.upstream import Upstream

READS = frozenset({"GET", "HEAD", "OPTIONS"})
REPEATABLE = READS | {"PUT"}
POOL_SECONDS = 30.0
PAGE_SECONDS = 2.5  # a page says within 3 s what does not work
WRITE_SECONDS = 15.0  # once sent, its outcome is worth a wait
FIRST_SHARE = 0.6  # of a read's time, where another replica can be asked in the rest
ALIVE = "/health/live"
ALIVE_SHARE = 0.2  # of a page's time, to say that one is alive


class ProblemAnswer(DomainError):
    """The other service refused; type, status, detail and errors are its own."""


@runtime_checkable
class RenewableToken(Protocol):
    """Our own token (ServiceToken), by how many seconds one may wait for it."""

    def __call__(self, seconds: float | None = None) -> str: ...

    def forget(self, refused: str) -> None: ...


Token = str | RenewableToken | None


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
        page_seconds: float = PAGE_SECONDS,
        at_once: int = 8,
        queue_seconds: float = 1.0,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._host = str(urlsplit(self._base).hostname)
        self._local = threading.local()
        self._label = label
        self._upstream = Upstream(name, at_once, queue_seconds, self.away)
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

    def call(self, method: str, path: str, *, token: Token = None, **options: Any) -> requests.Response:
        """The answer, when it is below 400; options are those of `answer`.

        Asked again, once, with another token where one of ours is refused: the key that signed it was turned.
        """
        answer = self.answer(method, path, token=token, **options)
        if isinstance(token, RenewableToken) and answer.status_code == 401 and _slug(answer) == Unauthenticated.type:
            token.forget(str(answer.request.headers["Authorization"]).removeprefix("Bearer "))
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
        reads: bool | None = None,
        seconds: float | None = None,
        stream: bool = False,
        **sent: Any,
    ) -> requests.Response:
        """The raw answer, whatever its status. `path` starts with a slash; `data` may be an open file.

        `seconds` are for the whole call, a streamed body included; such an answer holds its place until it is closed.
        A token that is renewed is asked for once there is a place, with the seconds left.
        """
        reads = method in READS if reads is None else reads
        until = time.monotonic() + (seconds or (self.page_seconds if reads else WRITE_SECONDS))
        with ExitStack() as stack:
            is_trial = stack.enter_context(self._upstream.place(until - time.monotonic()))
            headers = {REQUEST_ID: _request_id(), **(headers or {})}
            if token:
                given = token if isinstance(token, str) else token(until - time.monotonic())
                headers["Authorization"] = f"Bearer {given}"
            try:
                is_certain = self._upstream.is_lively() and not has_others(self._host)  # one of several may be hung
                must_ask = is_trial or ((stream or not reads) and not is_certain)
                if must_ask or not (reads or method in REPEATABLE):
                    self._forget()
                if must_ask:
                    self._exchanged("GET", ALIVE, time.monotonic() + ALIVE_SHARE * self.page_seconds, reads=True)
                answer = self._exchanged(method, path, until, reads=reads, stream=stream, headers=headers, **sent)
            except requests.RequestException as error:
                structlog.get_logger().warning("call_failed", base=self._base, reason=type(error).__name__)
                raise self.away() from error
            if stream:
                stack.callback(answer.close)
                answer.close = stack.pop_all().close  # type: ignore[method-assign]
        return answer

    def _exchanged(
        self, method: str, path: str, until: float, *, reads: bool, data: Any = None, **options: Any
    ) -> requests.Response:
        """Sent once, and once more where that can do no harm: by a connection given up, or to another replica."""
        start = data.tell() if hasattr(data, "seek") else None
        shared = reads and not options.get("stream") and has_others(self._host)
        seconds = until - time.monotonic()
        try:
            return self._sent(method, path, seconds * FIRST_SHARE if shared else seconds, data=data, **options)
        except requests.RequestException as error:
            known_again = start is not None or data is None or isinstance(data, str | bytes)
            may_repeat = (reads or method in REPEATABLE) and known_again
            if not may_repeat or not (_broke_off(error) or (shared and _timed_out(error))):
                raise
            structlog.get_logger().warning("call_repeated", base=self._base, method=method)
        if start is not None:
            data.seek(start)
        return self._sent(method, path, until - time.monotonic(), data=data, **options)

    def _sent(self, method: str, path: str, seconds: float, **options: Any) -> requests.Response:
        try:
            answer = self._session().request(
                method, self._base + path, timeout=max(seconds, SHORTEST), allow_redirects=False, **options
            )
        except requests.RequestException as error:
            self._forget()
            if _timed_out(error) and seconds >= ALIVE_SHARE * FIRST_SHARE * self.page_seconds:
                self._upstream.failed()  # else it was not given the time to answer
            raise
        self._upstream.answered()
        return answer

    def _session(self) -> requests.Session:
        born = getattr(self._local, "born", float("-inf"))
        if time.monotonic() - born > POOL_SECONDS:
            self._forget()
            self._local.session = new_session()
            self._local.born = time.monotonic()
        session: requests.Session = self._local.session
        return session

    def _forget(self) -> None:
        if session := getattr(self._local, "session", None):
            session.close()
        self._local.born = float("-inf")


def _broke_off(error: requests.RequestException) -> bool:
    """The connection stood and ended before the answer did; one that was refused or timed out is no such thing."""
    return bool(error.args) and isinstance(error.args[0], ProtocolError) and not _timed_out(error)


def _timed_out(error: requests.RequestException) -> bool:
    """While connecting, sending, or waiting for any part of the answer."""
    reason = error.args[0] if error.args else None
    sending = isinstance(reason, ProtocolError) and isinstance(reason.args[-1], TimeoutError)
    return sending or isinstance(error, requests.Timeout) or isinstance(reason, ReadTimeoutError)


def _request_id() -> str:
    if has_request_context():
        return str(g.get("request_id", ""))
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _content(answer: requests.Response) -> Any:
    return answer.json() if answer.content else None


def _slug(answer: requests.Response) -> str | None:
    """The last word of the problem's type; None where the answer is no problem of ours."""
    try:
        return str(answer.json()["type"]).rpartition("/")[2]
    except (ValueError, KeyError, TypeError):
        return None


def _problem(answer: requests.Response) -> DomainError:
    slug = _slug(answer)
    if slug is None:
        return Unavailable("Un service du portail a répondu de façon inattendue.")
    body = answer.json()
    known = {"type", "title", "status", "detail", "instance", "errors"}
    extra = {key: value for key, value in body.items() if key not in known}
    if answer.status_code == 503:
        return Unavailable(body.get("detail", ""), **extra)
    errors = tuple(FieldError(item["pointer"], item["detail"]) for item in body.get("errors", ()))
    return ProblemAnswer(
        body.get("detail", ""),
        errors=errors,
        type=slug,
        title=body.get("title"),
        status=answer.status_code,
        **extra,
    )
