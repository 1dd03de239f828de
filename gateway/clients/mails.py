"""What a service mailed to a candidate, as he may read it again."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.clients.base import ServiceClient, shaped


@dataclass(frozen=True)
class SentMail:
    """`at` in ISO 8601; `state` is "waiting", "taken" or "refused".

    `place` is where it stands among all mails, of whichever service: the greater, the newer.
    """

    subject: str
    text: str
    at: str
    address: str
    state: str
    place: str


@dataclass(frozen=True)
class SentMails:
    """A page of them, newest first, and how long they are kept."""

    mails: tuple[SentMail, ...]
    kept_days: int


def sent_mails(http: ServiceClient, path: str, token: str, after: str | None, limit: int) -> SentMails:
    params = {"limit": str(limit), **({"after": after} if after else {})}
    return shaped(SentMails, http.get(path, params=params, token=token))
