"""The gestionnaire or administrateur of a request, by a session cookie of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.clients.base import parsed
from gateway.cookies import STAFF_SESSION_COOKIE
from gateway.session_owner import SessionOwner


@dataclass(frozen=True)
class StaffMember:
    """As accounts describes them; `access_token` is for calls made during this request.

    `scopes`: what the role may do. `academies`: where, None for all of them; the services check it by the token.
    """

    subject: str
    access_token: str
    idle_seconds_left: int
    role: str
    scopes: frozenset[str]
    academies: tuple[str, ...] | None = None
    prenoms: str = ""
    nom: str = ""

    @property
    def name(self) -> str:
        """« Anne MARTIN (gestionnaire) »"""
        return f"{self.prenoms} {self.nom} ({self.role})"


def _staff_of(answer: Any) -> StaffMember | None:
    """None for a candidate's session."""
    return parsed(StaffMember, answer) if answer.get("kind") == "staff" else None


_owner = SessionOwner(STAFF_SESSION_COOKIE, _staff_of)
register = _owner.register
session_cookie = _owner.session
current = _owner.current
current_if_accounts_answers = _owner.current_if_accounts_answers
required = _owner.required
set_owner_of = _owner.set_owner_of
set_nobody = _owner.set_nobody
set_session_cookie = _owner.set_cookie
forget_session = _owner.forget_session
drop_cached_exchange = _owner.drop_cached_exchange


def access_token() -> str:
    """Of the request's member of staff. Raises Unauthenticated."""
    return required().access_token
