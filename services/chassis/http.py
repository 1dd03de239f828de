"""HTTP between our processes: bounded waits, problems turned back into errors, the request's id passed on.

Pooled connections are dropped after 30 s, so that replicas added meanwhile get their share. A replica that stops closes
those that it kept, maybe just as a request leaves on one. What says the same however often it is said is then sent
once more on a new connection. A POST may have been carried out by who closed without an answer (a second account, a
second mail), and a second DELETE would be told that there is nothing to delete: these are never repeated, but always
leave on a new connection, which nobody has had the time to give up.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import requests
import structlog
from flask import g, has_request_context
from urllib3.exceptions import ProtocolError

from services.chassis.errors import DomainError, FieldError, Unavailable
from services.chassis.observed import REQUEST_ID
from services.chassis.replicas import new_session

REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT"})
POOL_SECONDS = 30.0
TIMEOUT = (3.05, 15.0)  # seconds to connect (to each address), to wait between bytes


class ProblemAnswer(DomainError):
    """The other service refused; type, status, detail and errors are its own."""


class Client:
    """Calls one base URL. Raises ProblemAnswer on a refusal, Unavailable when nobody answers sensibly."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")
        self._local = threading.local()

    def get(self, path: str, **options: Any) -> Any:
        return self.call("GET", path, **options).json()

    def post(self, path: str, **options: Any) -> Any:
        return _content(self.call("POST", path, **options))

    def put(self, path: str, **options: Any) -> Any:
        return _content(self.call("PUT", path, **options))

    def delete(self, path: str, **options: Any) -> Any:
        return _content(self.call("DELETE", path, **options))

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        json: Any = None,
        params: dict[str, Any] | None = None,
        data: Any = None,
        headers: dict[str, str] | None = None,
        timeout: tuple[float, float] = TIMEOUT,
        stream: bool = False,
    ) -> requests.Response:
        """The raw answer when it is below 400. `path` starts with a slash; `data` may be an open file."""
        sent = {REQUEST_ID: _request_id(), **(headers or {})}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        try:
            answer = self._answer(
                method, self._base + path, json=json, params=params, data=data, headers=sent,
                timeout=timeout, stream=stream, allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            self._forget()
            structlog.get_logger().warning("call_failed", base=self._base, reason=type(error).__name__)
            raise Unavailable("Un service du portail ne répond pas pour le moment.") from error
        if answer.status_code >= 400:
            raise _problem(answer)
        return answer

    def _answer(self, method: str, url: str, *, data: Any, **options: Any) -> requests.Response:
        if method not in REPEATABLE:
            self._forget()
        start = data.tell() if hasattr(data, "seek") else None
        try:
            return self._session().request(method, url, data=data, **options)
        except requests.RequestException as error:
            known_again = start is not None or data is None or isinstance(data, str | bytes)
            if method not in REPEATABLE or not known_again or not _broke_off(error):
                raise
            structlog.get_logger().warning("call_repeated", base=self._base, method=method)
        self._forget()
        if start is not None:
            data.seek(start)
        return self._session().request(method, url, data=data, **options)

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
    return bool(error.args) and isinstance(error.args[0], ProtocolError)


def _request_id() -> str:
    if has_request_context():
        return str(g.get("request_id", ""))
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _content(answer: requests.Response) -> Any:
    return answer.json() if answer.content else None


def _problem(answer: requests.Response) -> DomainError:
    try:
        body = answer.json()
        slug = str(body["type"]).rpartition("/")[2]
    except (ValueError, KeyError, TypeError):
        return Unavailable("Un service du portail a répondu de façon inattendue.")
    if answer.status_code == 503:
        return Unavailable(body.get("detail", ""))
    known = {"type", "title", "status", "detail", "instance", "errors"}
    errors = tuple(FieldError(item["pointer"], item["detail"]) for item in body.get("errors", ()))
    extra = {key: value for key, value in body.items() if key not in known}
    return ProblemAnswer(
        body.get("detail", ""),
        errors=errors,
        type=slug,
        title=body.get("title"),
        status=answer.status_code,
        **extra,
    )
