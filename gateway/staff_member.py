"""The gestionnaire or administrateur of a request: a session cookie of their own, exchanged (session_exchange.py).

It is another cookie than a candidate's, so that who is both, on one computer, is never taken for the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g
from werkzeug.wrappers import Response

from gateway.clients.base import ServiceClient, parsed
from gateway.clients.page_time_limit import optional_calls
from gateway.cookies import delete_cookie, read_cookie, set_cookie
from gateway.session_exchange import SessionEnded, SessionExchange
from services.chassis.errors import DomainError, Unauthenticated
from services.chassis.http.service_token import ServiceToken

SESSION_COOKIE = "gestion"


@dataclass(frozen=True)
class StaffMember:
    """As accounts describes them; `access_token` is for calls made during this request.

    `scopes`: what the role may do; `academies`: where, None for everywhere. The services check both.
    """

    subject: str
    access_token: str
    prenoms: str
    nom: str
    role: str
    scopes: frozenset[str]
    academies: tuple[str, ...] | None
    idle_seconds_left: int

    @property
    def name(self) -> str:
        """« Anne MARTIN (gestionnaire) »"""
        return f"{self.prenoms} {self.nom} ({self.role})"


@dataclass(frozen=True)
class _ExchangeAnswer:
    access_token: str
    subject: str
    kind: str
    idle_seconds_left: int
    prenoms: str = ""
    nom: str = ""
    role: str | None = None
    scopes: tuple[str, ...] = ()
    academies: tuple[str, ...] | None = None


def _staff_of(answer: Any) -> StaffMember | None:
    """None for a candidate's session."""
    session = parsed(_ExchangeAnswer, answer)
    if session.kind != "staff" or session.role is None:
        return None
    return StaffMember(
        session.subject,
        session.access_token,
        session.prenoms,
        session.nom,
        session.role,
        frozenset(session.scopes),
        session.academies,
        session.idle_seconds_left,
    )


def session_cookie() -> str | None:
    return read_cookie(SESSION_COOKIE)


def current() -> StaffMember | None:
    """Who is logged in to /gestion; None for nobody, `g.ended_subject` is then whose session has ended.

    Raises Unavailable while accounts does not answer.
    """
    if "staff_member" not in g:
        g.staff_member_asked = True
        g.staff_member = _of_session_cookie()
    member: StaffMember | None = g.staff_member
    return member


def current_if_accounts_answers() -> StaffMember | None:
    """As `current`, but None while accounts does not answer, which is then not asked again in this request."""
    if "staff_member" in g or "staff_member_asked" in g:
        return g.get("staff_member")
    try:
        with optional_calls():
            return current()
    except DomainError:
        return None


def required() -> StaffMember:
    """Who is logged in to /gestion. Raises Unauthenticated."""
    member = current()
    if member is None:
        raise Unauthenticated()
    return member


def is_for_staff(session: str) -> bool:
    """Whether a new session is that of a member of staff, who is then this request's; True where accounts does not
    answer, which the next page then says."""
    try:
        g.staff_member = _exchange().of_session(session)
    except SessionEnded:
        return False
    except DomainError:
        g.staff_member = None
    return True


def set_session_cookie(response: Response, session: str) -> None:
    """It ends with the browser."""
    set_cookie(response, SESSION_COOKIE, session)


def forget_session(response: Response) -> None:
    """Delete the session cookie, and the cached exchange of this session."""
    drop_cached_exchange()
    delete_cookie(response, SESSION_COOKIE)


def drop_cached_exchange() -> None:
    """Ask accounts anew at the next request."""
    if session := session_cookie():
        _exchange().forget(session)


def register(app: Flask, accounts: ServiceClient, own_token: ServiceToken) -> None:
    app.extensions["staff_session_exchange"] = SessionExchange(accounts, own_token, _staff_of)


def _of_session_cookie() -> StaffMember | None:
    session = session_cookie()
    if not session:
        return None
    try:
        return _exchange().of_session(session)
    except SessionEnded as ended:
        g.ended_subject = ended.subject
        return None


def _exchange() -> SessionExchange[StaffMember]:
    exchange: SessionExchange[StaffMember] = current_app.extensions["staff_session_exchange"]
    return exchange
