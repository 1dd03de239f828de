"""The visitor of a request: the session cookie, exchanged with accounts for a candidate and a short-lived access token.

An exchange is cached for 4 seconds, and dropped at once by the process that handles a log-out: a log-out ends the
session everywhere within 5 seconds. The browser never holds an access token.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app, g
from werkzeug.wrappers import Response

from gateway.clients.accounts import EXCHANGE_CACHE_SECONDS
from gateway.clients.base import ServiceClient, parsed
from gateway.clients.page_time_limit import optional_calls
from gateway.cookies import delete_cookie, read_cookie, set_cookie
from services.chassis.errors import DomainError, Unauthenticated
from services.chassis.http.service_token import ServiceToken
from services.chassis.process.expiring_cache import ExpiringCache
from services.contracts import problem_types

DEVICE_COOKIE_SECONDS = 365 * 24 * 3600
"""Less than accounts remembers a browser (BROWSER_REMEMBERED in services/accounts/operations/sessions.py)."""
EXCHANGE_CACHE_SIZE = 20_000
SESSION_COOKIE = "session"
DEVICE_COOKIE = "appareil"
"""Marks a browser that has logged in before, for accounts."""


@dataclass(frozen=True)
class Visitor:
    """A logged-in candidate, as accounts describes them. `access_token` is for calls made during this request;
    `identity`, a signed assertion, is for reading a draft and not for writing it (None from an older accounts)."""

    subject: str
    access_token: str
    civilite: str
    prenoms: str
    nom: str
    previous_login_at: datetime | None
    idle_seconds_left: int
    identity: str | None


@dataclass(frozen=True)
class _ExchangeAnswer:
    access_token: str
    subject: str
    kind: str
    idle_seconds_left: int
    civilite: str = ""
    prenoms: str = ""
    nom: str = ""
    previous_login_at: str | None = None
    identity: str | None = None


class SessionEnded(Exception):
    """The cookie's session has ended; `subject` is the candidate's id, where accounts still knows it."""

    def __init__(self, subject: str | None) -> None:
        super().__init__("session ended")
        self.subject = subject


class SessionExchange:
    """Exchanges sessions for visitors; caches the answers."""

    def __init__(self, accounts: ServiceClient, own_token: ServiceToken) -> None:
        self._accounts = accounts
        self._own_token = own_token
        self._cache: ExpiringCache[Visitor] = ExpiringCache(seconds=EXCHANGE_CACHE_SECONDS, at_most=EXCHANGE_CACHE_SIZE)

    def of_session(self, session: str) -> Visitor:
        """Raises SessionEnded, or Unavailable while accounts is down."""
        visitor = self._cache.get(session)
        if visitor is None:
            visitor = self._ask_accounts(session)
            self._cache.put(session, visitor)
        return visitor

    def forget(self, session: str) -> None:
        self._cache.forget(session)

    def _ask_accounts(self, session: str) -> Visitor:
        try:
            answer = self._accounts.ask("/v1/sessions/exchange", json={"session": session}, token=self._own_token)
        except DomainError as error:
            if error.slug == problem_types.SESSION_EXPIRED.slug:
                raise SessionEnded(error.extra.get("subject")) from error
            raise
        session_answer = parsed(_ExchangeAnswer, answer)
        if session_answer.kind != "candidate":  # staff have no pages here
            raise SessionEnded(None)
        previous = (
            datetime.fromisoformat(session_answer.previous_login_at) if session_answer.previous_login_at else None
        )
        return Visitor(
            session_answer.subject,
            session_answer.access_token,
            session_answer.civilite,
            session_answer.prenoms,
            session_answer.nom,
            previous,
            session_answer.idle_seconds_left,
            session_answer.identity,
        )


def session_cookie() -> str | None:
    return read_cookie(SESSION_COOKIE)


def device_cookie() -> str | None:
    return read_cookie(DEVICE_COOKIE)


def current() -> Visitor | None:
    """The visitor of this request, None when nobody is logged in; `g.ended_subject` is then whose session has ended.

    Raises Unavailable while accounts does not answer."""
    if "visitor" not in g:
        g.visitor_asked = True
        g.visitor = _visitor_of_session_cookie()
    visitor: Visitor | None = g.visitor
    return visitor


def current_if_accounts_answers() -> Visitor | None:
    """As `current`, but None while accounts does not answer, which is then not asked again in this request."""
    if "visitor" in g or "visitor_asked" in g:
        return g.get("visitor")
    try:
        with optional_calls():
            return current()
    except DomainError:
        return None


def is_resolved() -> bool:
    """Whether accounts has answered who this is, including that it is nobody."""
    return "visitor" in g


def required() -> Visitor:
    """The logged-in candidate. Raises Unauthenticated."""
    visitor = current()
    if visitor is None:
        raise Unauthenticated()
    return visitor


def _visitor_of_session_cookie() -> Visitor | None:
    session = session_cookie()
    if not session:
        return None
    exchange: SessionExchange = current_app.extensions["session_exchange"]
    try:
        return exchange.of_session(session)
    except SessionEnded as ended:
        g.ended_subject = ended.subject
        return None


def set_current(session: str) -> None:
    """Make the owner of a new session this request's visitor; nobody where accounts does not answer."""
    exchange: SessionExchange = current_app.extensions["session_exchange"]
    try:
        g.visitor = exchange.of_session(session)
    except (SessionEnded, DomainError):
        g.visitor = None


def set_session_cookies(response: Response, session: str, device: str | None) -> None:
    """The session cookie ends with the browser, since schools share computers; the device cookie stays for a year."""
    set_cookie(response, SESSION_COOKIE, session)
    if device:
        set_cookie(response, DEVICE_COOKIE, device, DEVICE_COOKIE_SECONDS)


def forget_session(response: Response) -> None:
    """Delete the session cookie, and the cached exchange of this session."""
    if session := session_cookie():
        current_app.extensions["session_exchange"].forget(session)
    delete_cookie(response, SESSION_COOKIE)


def drop_cached_exchange() -> None:
    """Ask accounts anew at the next request: the candidate has changed their account, or signing keys have changed."""
    if session := session_cookie():
        current_app.extensions["session_exchange"].forget(session)


def register(app: Flask, accounts: ServiceClient, own_token: ServiceToken) -> None:
    app.extensions["session_exchange"] = SessionExchange(accounts, own_token)
