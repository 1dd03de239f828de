"""The gestionnaire or administrateur of a request, by a session cookie of their own."""

from __future__ import annotations

from gateway.cookies import STAFF_SESSION_COOKIE
from gateway.session_owner import SessionOwner
from services.contracts.api.sessions import STAFF, LoggedIn

_owner = SessionOwner(STAFF_SESSION_COOKIE, STAFF)
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


def shown_name(member: LoggedIn) -> str:
    """« Anne MARTIN (gestionnaire) »"""
    return f"{member.prenoms} {member.nom} ({member.role})"
