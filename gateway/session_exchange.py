"""Exchanges the session of a browser's cookie with accounts: for whose it is, and an access token of a minute.

An exchange is cached for 4 seconds, and dropped at once by the process that handles a log-out: a log-out ends the
session everywhere within 5 seconds. The browser never holds an access token.
"""

from __future__ import annotations

from gateway.clients.base import ServiceClient
from services.chassis.errors import DomainError
from services.chassis.http.service_token import ServiceToken
from services.chassis.process.kept_results import ExpiringCache
from services.contracts import problem_types
from services.contracts.api.sessions import LoggedIn, exchange_session

EXCHANGE_CACHE_SECONDS = 4.0
"""How long an exchanged session or tool token may be reused: less than the 5 seconds within which a log-out or the
withdrawal of a token counts everywhere."""
EXCHANGE_CACHE_SIZE = 20_000


class SessionEnded(Exception):
    """The cookie's session has ended; `subject` is the id of whose it was, where accounts still knows it."""

    def __init__(self, subject: str | None) -> None:
        super().__init__("session ended")
        self.subject = subject


class SessionExchange:
    """Exchanges sessions for whose they are; caches the answers."""

    def __init__(self, accounts: ServiceClient, own_token: ServiceToken, kind: str) -> None:
        """`kind`: of people; a session of others is as good as none."""
        self._accounts = accounts
        self._own_token = own_token
        self._kind = kind
        self._cache: ExpiringCache[LoggedIn] = ExpiringCache(
            seconds=EXCHANGE_CACHE_SECONDS, at_most=EXCHANGE_CACHE_SIZE
        )

    def of_session(self, session: str) -> LoggedIn:
        """Raises SessionEnded, or Unavailable while accounts is down."""
        person = self._cache.get(session)
        if person is None:
            person = self._ask_accounts(session)
            self._cache.put(session, person)
        return person

    def forget(self, session: str) -> None:
        self._cache.forget(session)

    def _ask_accounts(self, session: str) -> LoggedIn:
        try:
            person = self._accounts.call(exchange_session, self._own_token, body={"session": session})
        except DomainError as error:
            if error.slug == problem_types.SESSION_EXPIRED.slug:
                raise SessionEnded(error.extra.get("subject")) from error
            raise
        if person.kind != self._kind:
            raise SessionEnded(None)
        return person
