"""HTTP between our processes: bounded waits, problems turned back into errors, the request's id passed on.

Pooled connections are dropped after 30 s, so that replicas added meanwhile get their share.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import requests
import structlog
from flask import g, has_request_context

from services.chassis.errors import DomainError, FieldError, Unavailable
from services.chassis.observed import REQUEST_ID

POOL_SECONDS = 30.0
TIMEOUT = (3.05, 15.0)  # seconds to connect, to wait between bytes


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
        """The raw answer when it is below 400. `path` starts with a slash."""
        sent = {REQUEST_ID: _request_id(), **(headers or {})}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        try:
            answer = self._session().request(
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

    def _session(self) -> requests.Session:
        born = getattr(self._local, "born", float("-inf"))
        if time.monotonic() - born > POOL_SECONDS:
            self._forget()
            self._local.session = requests.Session()
            self._local.session.trust_env = False
            self._local.born = time.monotonic()
        session: requests.Session = self._local.session
        return session

    def _forget(self) -> None:
        if session := getattr(self._local, "session", None):
            session.close()
        self._local.born = float("-inf")


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
