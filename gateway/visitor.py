"""The visitor of a request: the session cookie, exchanged (session_exchange.py) for a candidate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app, g
from werkzeug.wrappers import Response

from gateway.clients.base import ServiceClient, parsed
from gateway.clients.page_time_limit import optional_calls
from gateway.cookies import delete_cookie, read_cookie, set_cookie
from gateway.session_exchange import SessionEnded, SessionExchange
from services.chassis.errors import DomainError, Unauthenticated
from services.chassis.http.service_token import ServiceToken
from services.contracts.account_rules import MAX_TOKEN_LENGTH

DEVICE_COOKIE_SECONDS = 365 * 24 * 3600
"""Less than accounts remembers a browser (BROWSER_REMEMBERED in services/accounts/operations/sessions.py)."""
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
    civilite: str | None = None
    prenoms: str = ""
    nom: str = ""
    previous_login_at: str | None = None
    identity: str | None = None


def _candidate_of(answer: Any) -> Visitor | None:
    """None for a session of staff, whose pages are apart (staff_member.py)."""
    session = parsed(_ExchangeAnswer, answer)
    if session.kind != "candidate":
        return None
    previous = datetime.fromisoformat(session.previous_login_at) if session.previous_login_at else None
    return Visitor(
        session.subject,
        session.access_token,
        session.civilite or "",
        session.prenoms,
        session.nom,
        previous,
        session.idle_seconds_left,
        session.identity,
    )


def session_cookie() -> str | None:
    return read_cookie(SESSION_COOKIE)


def device_cookie() -> str | None:
    """The mark of this browser, None where it cannot be one that accounts gave."""
    device = read_cookie(DEVICE_COOKIE)
    return device if device and len(device) <= MAX_TOKEN_LENGTH else None


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
    exchange: SessionExchange[Visitor] = current_app.extensions["session_exchange"]
    try:
        return exchange.of_session(session)
    except SessionEnded as ended:
        g.ended_subject = ended.subject
        return None


def set_current(session: str) -> None:
    """Make the owner of a new session this request's visitor; nobody where accounts does not answer."""
    exchange: SessionExchange[Visitor] = current_app.extensions["session_exchange"]
    try:
        g.visitor = exchange.of_session(session)
    except (SessionEnded, DomainError):
        g.visitor = None


def set_session_cookies(response: Response, session: str, device: str | None) -> None:
    """The session cookie ends with the browser, since schools share computers; the device cookie stays for a year."""
    set_cookie(response, SESSION_COOKIE, session)
    set_device_cookie(response, device)


def set_device_cookie(response: Response, device: str | None) -> None:
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
    app.extensions["session_exchange"] = SessionExchange(accounts, own_token, _candidate_of)
