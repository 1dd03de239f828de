"""Who looks at the page: the browser's opaque session exchanged with accounts for a short access token.

The exchange is kept for 4 seconds, and dropped at once where log-out happens: a log-out ends the session everywhere
within 5. The browser never holds a token.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app, g, request
from werkzeug.http import dump_cookie
from werkzeug.wrappers import Response

from gateway.clients.base import ServiceClient, shaped
from gateway.clients.page_time import optional
from gateway.settings import GatewaySettings, cookie_name
from services.chassis.errors import DomainError, Unauthenticated
from services.chassis.http.service_token import ServiceToken
from services.chassis.process.expiring_cache import Remembered
from services.contracts import problem_types

KEPT_SECONDS = 4.0  # less than the 5 s within which a log-out ends a session everywhere
DEVICE_MAX_AGE = 365 * 24 * 3600
KEPT_AT_MOST = 20_000


@dataclass(frozen=True)
class Visitor:
    """A logged-in candidate, as accounts says. `access_token` is for calls made now; `identity`, vouched for, for what
    is shown and not for what is written. It is None where an older accounts does not say it."""

    subject: str
    access_token: str
    civilite: str
    prenoms: str
    nom: str
    previous_login_at: datetime | None
    idle_seconds_left: int
    identity: str | None


@dataclass(frozen=True)
class _Exchange:
    access_token: str
    subject: str
    kind: str
    civilite: str = ""
    prenoms: str = ""
    nom: str = ""
    previous_login_at: str | None = None
    idle_seconds_left: int = 1800
    identity: str | None = None


class SessionEnded(Exception):
    """The cookie's session is over; `subject` is whose it was, where accounts still knows."""

    def __init__(self, subject: str | None) -> None:
        super().__init__("session ended")
        self.subject = subject


class Visitors:
    """Exchanges sessions for visitors, with a short memory."""

    def __init__(self, accounts: ServiceClient, own_token: ServiceToken) -> None:
        self._accounts = accounts
        self._own_token = own_token
        self._known: Remembered[Visitor] = Remembered(seconds=KEPT_SECONDS, at_most=KEPT_AT_MOST)

    def of_session(self, session: str) -> Visitor:
        """Raises SessionEnded, or Unavailable while accounts is down."""
        visitor = self._known.get(session)
        if visitor is None:
            visitor = self._exchanged(session)
            self._known.put(session, visitor)
        return visitor

    def forget(self, session: str) -> None:
        self._known.forget(session)

    def _exchanged(self, session: str) -> Visitor:
        try:
            answer = self._accounts.ask("/v1/sessions/exchange", json={"session": session}, token=self._own_token)
        except DomainError as error:
            if error.slug == problem_types.SESSION_EXPIRED.slug:
                raise SessionEnded(error.extra.get("subject")) from error
            raise
        found = shaped(_Exchange, answer)
        if found.kind != "candidate":  # a staff session opens no page of a candidate's
            raise SessionEnded(None)
        previous = datetime.fromisoformat(found.previous_login_at) if found.previous_login_at else None
        return Visitor(
            found.subject,
            found.access_token,
            found.civilite,
            found.prenoms,
            found.nom,
            previous,
            found.idle_seconds_left,
            found.identity,
        )


def session_cookie() -> str | None:
    return given("session")


def device_cookie() -> str | None:
    return given("appareil")


def current() -> Visitor | None:
    """The visitor of this request, or None; a dead session's subject is left in `g.ended_subject`."""
    if "visitor" not in g:
        g.visitor_asked = True
        g.visitor = _looked_up()
    visitor: Visitor | None = g.visitor
    return visitor


def if_known() -> Visitor | None:
    """The visitor where that can be told; never raises, and never asks twice an accounts that does not answer."""
    if "visitor" in g or "visitor_asked" in g:
        return g.get("visitor")
    try:
        with optional():
            return current()
    except DomainError:
        return None


def told() -> bool:
    """Whether accounts has answered who this is, be it nobody."""
    return "visitor" in g


def required() -> Visitor:
    visitor = current()
    if visitor is None:
        raise Unauthenticated()
    return visitor


def _looked_up() -> Visitor | None:
    session = session_cookie()
    if not session:
        return None
    visitors: Visitors = current_app.extensions["visitors"]
    try:
        return visitors.of_session(session)
    except SessionEnded as ended:
        g.ended_subject = ended.subject
        return None


def enter(session: str) -> None:
    """This request's visitor from now on: who has just logged in, where accounts says who that is."""
    visitors: Visitors = current_app.extensions["visitors"]
    try:
        g.visitor = visitors.of_session(session)
    except (SessionEnded, DomainError):
        g.visitor = None


def given(name: str) -> str | None:
    """The value of one of our cookies."""
    return request.cookies.get(cookie_name(_settings(), name))


def remember(response: Response, session: str, device: str | None) -> None:
    """Give the browser its session, which ends with it: schools share computers (and the mark of a browser that has
    logged in before, which stays)."""
    give(response, "session", session)
    if device:
        give(response, "appareil", device, DEVICE_MAX_AGE)


def forget(response: Response) -> None:
    """Take the session away from the browser and from our memory."""
    if session := session_cookie():
        current_app.extensions["visitors"].forget(session)
    take_away(response, "session")


def exchange_again() -> None:
    """What accounts said of who is logged in holds no longer: he has changed it, or the key of his token was turned."""
    if session := session_cookie():
        current_app.extensions["visitors"].forget(session)


def take_away(response: Response, name: str) -> None:
    """One of our cookies is no longer the browser's."""
    give(response, name, "", 0)


def register(app: Flask, accounts: ServiceClient, own_token: ServiceToken) -> None:
    app.extensions["visitors"] = Visitors(accounts, own_token)


def give(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    """A cookie of ours, out of reach of scripts and of other sites' posts; `max_age` in seconds, None: it ends with
    the browser."""
    settings = _settings()
    cookie = dump_cookie(
        cookie_name(settings, name),
        value,
        max_age=max_age,
        path="/",
        secure=settings.https,
        httponly=True,
        samesite="Lax",
        sync_expires=False,  # a date would be read by the visitor's own clock
    )
    response.headers.add("Set-Cookie", cookie)


def _settings() -> GatewaySettings:
    settings: GatewaySettings = current_app.extensions["portail"]
    return settings
