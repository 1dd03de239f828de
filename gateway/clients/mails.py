"""A mail that a service sent to a candidate, for « Mes messages »: `mails` of accounts.py and registrations.py asks for
them."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients.base import ServiceClient, parsed


@dataclass(frozen=True)
class SentMail:
    """`at` in ISO 8601; `state` is "waiting", "taken" or "refused".

    `place` orders the mails of all services: the greater, the newer.
    """

    subject: str
    text: str
    at: str
    address: str
    state: str
    place: str


@dataclass(frozen=True)
class SentMails:
    """A page of mails, newest first; `kept_days` is how long the service keeps them."""

    mails: tuple[SentMail, ...]
    kept_days: int


def sent_mails(http: ServiceClient, path: str, token: str, after: str | None, limit: int) -> SentMails:
    params = {"limit": str(limit), **({"after": after} if after else {})}
    return parsed(SentMails, http.get(path, params=params, token=token))
