"""Whose session a request has, of one kind of people (candidates, staff): by a cookie of theirs, looked up once.

Each kind has its own cookie, so that who is both, on one computer, is never taken for the other.
"""

from __future__ import annotations

from flask import Flask, current_app, g
from werkzeug.wrappers import Response

from gateway.clients.base import ServiceClient
from gateway.clients.page_time_limit import optional_calls
from gateway.cookies import delete_cookie, read_cookie, set_cookie
from gateway.session_exchange import SessionEnded, SessionExchange
from services.chassis.errors import DomainError, Unauthenticated
from services.chassis.http.service_token import ServiceToken
from services.contracts.api.sessions import LoggedIn


class SessionOwner:
    """`cookie` is the name of the cookie; `kind`: of people, as accounts calls them."""

    def __init__(self, cookie: str, kind: str) -> None:
        self._cookie = cookie
        self._kind = kind

    def register(self, app: Flask, accounts: ServiceClient, own_token: ServiceToken) -> None:
        app.extensions[exchange_name(self._cookie)] = SessionExchange(accounts, own_token, self._kind)

    def session(self) -> str | None:
        """The secret in the cookie."""
        return read_cookie(self._cookie)

    def current(self) -> LoggedIn | None:
        """Who is logged in, None for nobody; `g.ended_subject` is then whose session has ended.

        Raises Unavailable while accounts does not answer.
        """
        if not self.is_resolved():
            g.setdefault("sessions_asked", set()).add(self._cookie)
            self._set(self._of_cookie())
        person: LoggedIn | None = g.session_owners[self._cookie]
        return person

    def current_if_accounts_answers(self) -> LoggedIn | None:
        """As `current`, but None while accounts does not answer, which is then not asked again in this request."""
        if not self.is_resolved() and self._cookie in g.get("sessions_asked", ()):
            return None
        try:
            with optional_calls():
                return self.current()
        except DomainError:
            return None

    def is_resolved(self) -> bool:
        """Whether accounts has answered who this is, including that it is nobody."""
        return self._cookie in g.get("session_owners", {})

    def required(self) -> LoggedIn:
        """Raises Unauthenticated."""
        person = self.current()
        if person is None:
            raise Unauthenticated()
        return person

    def set_owner_of(self, session: str) -> bool:
        """Make the owner of a new session this request's; False where it is of another kind. Nobody, and True, where
        accounts does not answer: the next page then says so."""
        self.set_nobody()
        try:
            self._set(self._exchange().of_session(session))
        except SessionEnded:
            return False
        except DomainError:
            pass
        return True

    def set_nobody(self) -> None:
        """Show the rest of this request to nobody, whatever the cookie holds."""
        self._set(None)

    def set_cookie(self, response: Response, session: str) -> None:
        """It ends with the browser, since schools and offices share computers."""
        set_cookie(response, self._cookie, session)

    def forget_session(self, response: Response) -> None:
        """Delete the cookie, and the cached exchange of its session."""
        self.drop_cached_exchange()
        delete_cookie(response, self._cookie)

    def drop_cached_exchange(self) -> None:
        """Ask accounts anew at the next request: what it said has changed, or signing keys have."""
        if session := self.session():
            self._exchange().forget(session)

    def _set(self, person: LoggedIn | None) -> None:
        g.setdefault("session_owners", {})[self._cookie] = person

    def _of_cookie(self) -> LoggedIn | None:
        session = self.session()
        if not session:
            return None
        try:
            return self._exchange().of_session(session)
        except SessionEnded as ended:
            g.ended_subject = ended.subject
            return None

    def _exchange(self) -> SessionExchange:
        exchange: SessionExchange = current_app.extensions[exchange_name(self._cookie)]
        return exchange


def exchange_name(cookie: str) -> str:
    """The name of the exchange among the application's extensions."""
    return f"{cookie}_exchange"
