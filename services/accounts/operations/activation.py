"""Activating an account by its mailed link, and asking for another mail."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.accounts.domain import links as link_rules
from services.accounts.domain import throttling
from services.accounts.domain.emails import key_of
from services.accounts.domain.links import Purpose, State
from services.accounts.models import db
from services.accounts.operations import addresses, limits, links, pending_creations
from services.accounts.operations.erasure import erase
from services.accounts.operations.races import until_alone
from services.chassis.clock import portal_now
from services.chassis.events import follow_up


def resend_activation(email: str, creation_id: str | None = None) -> None:
    """« Je n'ai pas reçu le mail » : mail again if an account waits there; the answer never tells.

    `creation_id` says which creation was asked for by this browser. Raises TooMany beyond a few an hour, for unknown
    addresses as well.
    """
    until_alone(lambda: _resend(key_of(email), creation_id))


def _resend(email_key: str, creation_id: str | None) -> None:
    with db.operation() as session:
        if wait := limits.seconds_over_quota(session, "resend", email_key, throttling.RESENDS):
            raise limits.too_many_mails(wait)
        if account := addresses.account_at(session, email_key):
            follow_up(session, "send_address_known", {"owner_id": account.id}, subject=account.id)
        else:
            pending_creations.mail_again(session, email_key, creation_id)


def activate(token: str) -> str:
    """The account can be used, and no other creation of its address any more; returns the address.

    Raises Gone: expired, used or unknown link, or the address has become another account's.
    """
    try:
        with db.operation() as session:
            return _activate(session, token)
    except IntegrityError as error:  # another account has taken the address at this very moment
        raise link_rules.refusal(Purpose.ACTIVATION, State.ENDED) from error


def _activate(session: Session, token: str) -> str:
    asked = links.account_of(session, Purpose.ACTIVATION, token)
    waiting = pending_creations.waiting_at(session, asked.email_key, lock=True) if asked else []
    _, account = links.use(session, Purpose.ACTIVATION, token)
    account.activated_at = portal_now()
    session.flush()
    for other in waiting:
        if other.id != account.id:
            erase(session, other)
    return account.email
