"""The visitor of a request: the candidate who is logged in, by the session cookie; and the mark of their browser."""

from __future__ import annotations

from werkzeug.wrappers import Response

from gateway.cookies import DEVICE_COOKIE, SESSION_COOKIE, read_cookie, set_cookie
from gateway.service_clients import clients
from gateway.session_owner import SessionOwner
from services.contracts.account_rules import MAX_TOKEN_LENGTH
from services.contracts.api.own_account import read_identity
from services.contracts.api.sessions import CANDIDATE

DEVICE_COOKIE_SECONDS = 365 * 24 * 3600
"""Of the mark of a browser that has logged in before, for accounts: less than it remembers one (BROWSER_REMEMBERED in
services/accounts/operations/sessions.py)."""


_owner = SessionOwner(SESSION_COOKIE, CANDIDATE)
register = _owner.register
session_cookie = _owner.session
current = _owner.current
current_if_accounts_answers = _owner.current_if_accounts_answers
is_resolved = _owner.is_resolved
required = _owner.required
set_owner_of = _owner.set_owner_of
set_nobody = _owner.set_nobody
forget_session = _owner.forget_session
drop_cached_exchange = _owner.drop_cached_exchange


def set_session_cookies(response: Response, session: str, device: str | None) -> None:
    """The session cookie ends with the browser; the device cookie stays for a year."""
    _owner.set_cookie(response, session)
    set_device_cookie(response, device)


def device_cookie() -> str | None:
    """The mark of this browser, None where it cannot be one that accounts gave."""
    device = read_cookie(DEVICE_COOKIE)
    return device if device and len(device) <= MAX_TOKEN_LENGTH else None


def set_device_cookie(response: Response, device: str | None) -> None:
    if device:
        set_cookie(response, DEVICE_COOKIE, device, DEVICE_COOKIE_SECONDS)


def signed_identity(token: str) -> str:
    """The candidate's identity as accounts signs it for registrations; valid for a minute."""
    return clients().accounts.call(read_identity, token).assertion
