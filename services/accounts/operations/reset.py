"""« Mot de passe oublié » : a link by mail, short-lived and good once, that ends every session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.accounts.domain import links as link_rules
from services.accounts.domain import passwords, throttling
from services.accounts.domain.emails import key_of
from services.accounts.domain.links import Purpose, State
from services.accounts.domain.reading import Reading
from services.accounts.models import db
from services.accounts.operations import addresses, limits, links, pending_creations, pending_email, sessions
from services.accounts.operations.races import until_alone
from services.accounts.parts import parts
from services.chassis.events import follow_up


def ask_reset(email: str) -> None:
    """Mail a link if the account exists; beyond a few an hour nothing more is sent. The answer never tells."""
    until_alone(lambda: _ask(key_of(email)))


def _ask(email_key: str) -> None:
    with db.operation() as session:
        over = limits.seconds_over_quota(session, "reset", email_key, throttling.RESETS)
        if over:
            return
        if account := addresses.account_at(session, email_key):
            follow_up(session, "send_reset_mail", {"account_id": account.id}, subject=account.id)
        else:
            pending_creations.mail_again(session, email_key)


def complete_reset(token: str, values: Mapping[str, Any]) -> None:
    """Set the password typed twice; every session and an address that waits for its confirmation end with the old one.

    Raises Gone for a link not usable, Invalid (which leaves the link usable).
    """
    with db.reading() as session:
        current = links.state(session, Purpose.RESET, token)
    if current is not State.USABLE:
        raise link_rules.refusal(Purpose.RESET, current)
    reading = Reading(values)
    password = passwords.read_confirmed(reading, parts().profile)
    if password is None:
        raise reading.mistakes()
    password_hash = parts().passwords.hash(password)
    with db.operation() as session:
        _, account = links.use(session, Purpose.RESET, token)
        account.password_hash = password_hash
        session.flush()
        links.close(session, account.id, Purpose.RESET)
        pending_email.end(session, account.id)
        sessions.end_all(session, account.id)
        limits.forget_failures(session, account.email_key)
