"""Exchanges the session of a browser's cookie with accounts: for whose it is, and an access token of a minute.

An exchange is cached for 4 seconds, and dropped at once by the process that handles a log-out: a log-out ends the
session everywhere within 5 seconds. The browser never holds an access token.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from gateway.clients.accounts import EXCHANGE_CACHE_SECONDS
from gateway.clients.base import ServiceClient
from services.chassis.errors import DomainError
from services.chassis.http.service_token import ServiceToken
from services.chassis.process.expiring_cache import ExpiringCache
from services.contracts import problem_types

EXCHANGE_CACHE_SIZE = 20_000
Person = TypeVar("Person")


class SessionEnded(Exception):
    """The cookie's session has ended; `subject` is the id of whose it was, where accounts still knows it."""

    def __init__(self, subject: str | None) -> None:
        super().__init__("session ended")
        self.subject = subject


class SessionExchange(Generic[Person]):
    """Exchanges sessions for persons; caches the answers."""

    def __init__(
        self, accounts: ServiceClient, own_token: ServiceToken, person_of: Callable[[Any], Person | None]
    ) -> None:
        """`person_of` reads accounts' answer; None for a session of another kind, which is then as good as none."""
        self._accounts = accounts
        self._own_token = own_token
        self._person_of = person_of
        self._cache: ExpiringCache[Person] = ExpiringCache(seconds=EXCHANGE_CACHE_SECONDS, at_most=EXCHANGE_CACHE_SIZE)

    def of_session(self, session: str) -> Person:
        """Raises SessionEnded, or Unavailable while accounts is down."""
        person = self._cache.get(session)
        if person is None:
            person = self._ask_accounts(session)
            self._cache.put(session, person)
        return person

    def forget(self, session: str) -> None:
        self._cache.forget(session)

    def _ask_accounts(self, session: str) -> Person:
        try:
            answer = self._accounts.ask("/v1/sessions/exchange", json={"session": session}, token=self._own_token)
        except DomainError as error:
            if error.slug == problem_types.SESSION_EXPIRED.slug:
                raise SessionEnded(error.extra.get("subject")) from error
            raise
        person = self._person_of(answer)
        if person is None:
            raise SessionEnded(None)
        return person
