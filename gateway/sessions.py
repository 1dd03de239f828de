"""The people of a request, by a session cookie: the candidate (`visitor`) and the member of staff
(`staff_member`).

Each kind has its own cookie, so that who is both, on one computer, is never taken for the other.
The session of a cookie is exchanged with accounts for whose it is, and an access token of a minute;
the browser holds none. An exchange is cached for 4 seconds, and dropped at once by the process that
handles a log-out: a log-out ends the session everywhere within 5 seconds.
"""

from typing import Any

from flask import Flask, current_app, g
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from gateway.clients.base import ServiceClient, optional_answer, streamed_response
from gateway.cookies import (
    DEVICE_COOKIE,
    SESSION_COOKIE,
    STAFF_SESSION_COOKIE,
    delete_cookie,
    read_cookie,
    set_cookie,
)
from gateway.posted_forms import posted_text
from gateway.service_clients import clients
from services.chassis.errors import DomainError, Unauthenticated
from services.chassis.http.sessions import Answer as HttpAnswer
from services.chassis.process.kept_results import ExpiringCache
from services.contracts import problem_types
from services.contracts.account_rules import MAX_TOKEN_LENGTH
from services.contracts.api.operation import Answer, Operation, Request
from services.contracts.api.own_account import read_identity
from services.contracts.api.sessions import (
    CANDIDATE,
    STAFF,
    LoggedIn,
    confirm_session,
    exchange_session,
)

EXCHANGE_CACHE_SECONDS = 4.0
"""How long an exchanged session or tool token may be reused: less than the 5 seconds within which a
log-out or the withdrawal of a token counts everywhere."""
EXCHANGE_CACHE_SIZE = 20_000
EXCHANGES = "session_exchanges"
"""Of the application's extensions."""
HEADERS_OF_FILES = (
    "Content-Type",
    "Content-Length",
    "Content-Disposition",
    "Content-Security-Policy",
    "ETag",
)
DEVICE_COOKIE_SECONDS = 365 * 24 * 3600
"""Of the mark of a browser that has logged in before, for accounts: less than it remembers one
(BROWSER_REMEMBERED in services/accounts/operations/sessions.py)."""


class SessionEnded(Exception):
    """The cookie's session has ended; `subject` is the id of whose it was, where accounts still
    knows it."""

    def __init__(self, subject: str | None) -> None:
        super().__init__("session ended")
        self.subject = subject


class SessionOwner:
    """`kind`: of people, as accounts calls them: a session of others in this cookie is as good as
    none."""

    def __init__(self, cookie: str, kind: str) -> None:
        self._cookie = cookie
        self._kind = kind

    def session_cookie(self) -> str | None:
        """The secret in the cookie."""
        return read_cookie(self._cookie)

    def current(self) -> LoggedIn | None:
        """Who is logged in, None for nobody; `g.ended_subject` is then whose session has ended.
        Raises Unavailable."""
        if not self.is_resolved():
            g.setdefault("sessions_asked", set()).add(self._cookie)
            self._set(self._of_cookie())
        person: LoggedIn | None = g.session_owners[self._cookie]
        return person

    def current_if_accounts_answers(self) -> LoggedIn | None:
        """As `current`, but None while accounts does not answer, which is then not asked again in
        this request."""
        if not self.is_resolved() and self._cookie in g.get("sessions_asked", ()):
            return None
        return optional_answer(self.current, None)

    def is_resolved(self) -> bool:
        """Whether accounts has answered who this is, including that it is nobody."""
        return self._cookie in g.get("session_owners", {})

    def required(self) -> LoggedIn:
        """Raises Unauthenticated."""
        person = self.current()
        if person is None:
            raise Unauthenticated()
        return person

    def access_token(self) -> str:
        """Raises Unauthenticated."""
        return self.required().access_token

    def call(self, request: Request[Answer], *, at: str | None = None) -> Answer:
        """Return what the operation's service answers this person; `at`: that service, where
        several have the operation.

        What asks for a fresh code takes that of the posted form. Raises Unauthenticated; of a code
        Invalid, TooMany, Forbidden.
        """
        asks_code = request.operation.asks_code
        token = self.spend_code(posted_text("code")) if asks_code else self.access_token()
        return self.client_of(request.operation, at).call(request, token)

    def exchange(self, request: Request[Any]) -> HttpAnswer:
        """Return the answer as it came, with its headers. Raises Unauthenticated."""
        return self.client_of(request.operation).exchange(request, self.access_token())

    def spend_code(self, code: str) -> str:
        """Use a code of the second factor; returns an access token for the act that asks for it."""
        sent = {"session": self.session_cookie() or "", "code": code}
        return clients().call(confirm_session(body=sent), is_for_staff=True).access_token

    def stream(self, request: Request[bytes], *, at: str | None = None) -> FlaskResponse:
        """Return the file that the operation answers with, streamed to the browser with the headers
        that concern it; `at`: as in `call`."""
        answer = self.client_of(request.operation, at).stream(request, self.access_token())
        headers = {
            name: answer.headers[name] for name in HEADERS_OF_FILES if name in answer.headers
        }
        return streamed_response(answer, {**headers, "Cache-Control": "no-store"})

    def client_of(self, operation: Operation[Any], at: str | None = None) -> ServiceClient:
        return clients().client_of(operation, at, is_for_staff=self._kind == STAFF)

    def set_owner_of(self, session: str) -> bool:
        """Make the owner of a new session this request's; False where it is of another kind.
        Nobody, and True, where accounts does not answer: the next page then says so."""
        self.set_nobody()
        try:
            self._set(self.of_session(session))
        except SessionEnded:
            return False
        except DomainError:
            pass
        return True

    def set_nobody(self) -> None:
        """Show the rest of this request to nobody, whatever the cookie holds."""
        self._set(None)

    def set_session_cookie(self, response: Response, session: str) -> None:
        """It ends with the browser, since schools and offices share computers."""
        set_cookie(response, self._cookie, session)

    def forget_session(self, response: Response) -> Response:
        """The response, with which the cookie is deleted, and the cached exchange of its
        session."""
        self.drop_cached_exchange()
        delete_cookie(response, self._cookie)
        return response

    def drop_cached_exchange(self) -> None:
        """Ask accounts anew at the next request: what it said has changed, or signing keys have."""
        if session := self.session_cookie():
            _exchanges().forget(session)

    def _set(self, person: LoggedIn | None) -> None:
        g.setdefault("session_owners", {})[self._cookie] = person

    def _of_cookie(self) -> LoggedIn | None:
        session = self.session_cookie()
        if not session:
            return None
        try:
            return self.of_session(session)
        except SessionEnded as ended:
            g.ended_subject = ended.subject
            return None

    def of_session(self, session: str) -> LoggedIn:
        """Raises SessionEnded, or Unavailable while accounts is down."""
        person = _exchanges().get(session) or _exchanged(session)
        if person.kind != self._kind:
            raise SessionEnded(None)
        return person


class Visitor(SessionOwner):
    """The candidate who is logged in; and the mark of their browser."""

    def device_cookie(self) -> str | None:
        """The mark of this browser, None where it cannot be one that accounts gave."""
        device = read_cookie(DEVICE_COOKIE)
        return device if device and len(device) <= MAX_TOKEN_LENGTH else None

    def set_device_cookie(self, response: Response, device: str | None) -> None:
        """It stays for a year."""
        if device:
            set_cookie(response, DEVICE_COOKIE, device, DEVICE_COOKIE_SECONDS)

    def signed_identity(self) -> str:
        """The candidate's identity as accounts signs it for registrations; valid for a minute."""
        return self.call(read_identity()).assertion


def may(scope: str) -> bool:
    """Whether the member of staff has it. Raises Unauthenticated."""
    return scope in staff_member.required().scopes


def register(app: Flask) -> None:
    """`may` is for templates too."""
    app.jinja_env.globals["may"] = may
    app.extensions[EXCHANGES] = ExpiringCache[LoggedIn](
        seconds=EXCHANGE_CACHE_SECONDS, at_most=EXCHANGE_CACHE_SIZE
    )


def _exchanges() -> ExpiringCache[LoggedIn]:
    exchanges: ExpiringCache[LoggedIn] = current_app.extensions[EXCHANGES]
    return exchanges


def _exchanged(session: str) -> LoggedIn:
    try:
        person = clients().call(exchange_session(body={"session": session}))
    except DomainError as error:
        if error.slug == problem_types.SESSION_EXPIRED.slug:
            raise SessionEnded(error.extra.get("subject")) from error
        raise
    _exchanges().put(session, person)
    return person


def shown_name(member: LoggedIn) -> str:
    """« Anne MARTIN (gestionnaire) »"""
    return f"{member.prenoms} {member.nom} ({member.role})"


visitor = Visitor(SESSION_COOKIE, CANDIDATE)
staff_member = SessionOwner(STAFF_SESSION_COOKIE, STAFF)
"""Gestionnaires and administrateurs."""
