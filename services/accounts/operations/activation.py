"""Activating an account by its mailed link, and sending that mail again."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.accounts.domain import mail_link_rules, throttling
from services.accounts.domain.emails import key_of
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.models import db
from services.accounts.operations import mail_links, pending_creations, rate_limits
from services.accounts.operations.erasure import erase
from services.accounts.operations.integrity_retries import retry_on_integrity_error
from services.accounts.queries import accounts_by_address, mail_link_states
from services.chassis.clock import portal_now
from services.chassis.events import follow_up
from services.contracts.account_rules import State


def resend_activation(email: str, creation_id: str | None = None) -> None:
    """« Je n'ai pas reçu le mail »: send the mail again if a creation waits at this address; returns nothing, so that
    the answer is the same for an unknown address.

    `creation_id` is the creation that this browser asked for. Raises TooMany beyond a few per hour, for unknown
    addresses too.
    """
    retry_on_integrity_error(lambda: _resend(key_of(email), creation_id))


def _resend(email_key: str, creation_id: str | None) -> None:
    with db.operation() as session:
        if wait := rate_limits.count_mail_request(session, "resend", email_key, throttling.RESENDS):
            raise rate_limits.too_many_mails_error(wait)
        if account := accounts_by_address.account_at(session, email_key):
            follow_up(session, "send_address_known", {"owner_id": account.id}, subject=account.id)
        else:
            pending_creations.resend_activation_mail(session, email_key, creation_id)


def activate(token: str) -> str:
    """Activate the account and erase the other creations at its address; returns the address.

    Raises Gone for a link that is expired, used or unknown, or where the address now belongs to another account.
    """
    try:
        with db.operation() as session:
            return _activate(session, token)
    except IntegrityError as error:  # another account took the address at the same moment
        raise mail_link_rules.unusable_link_error(Purpose.ACTIVATION, State.ENDED) from error


def _activate(session: Session, token: str) -> str:
    creation = mail_link_states.account_by_token(session, Purpose.ACTIVATION, token)
    pending = accounts_by_address.pending_creations_at(session, creation.email_key, lock=True) if creation else []
    _, account = mail_links.use(session, Purpose.ACTIVATION, token)
    account.activated_at = portal_now()
    session.flush()
    for other in pending:
        if other.id != account.id:
            erase(session, other)
    return account.email
