"""A new address that waits for its owner's confirmation: requested, cancelled from the old address, ended.

At most one per account; it ends when the password with which it was requested is changed. Confirmed in
email_confirmation.py.
"""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.accounts.domain import throttling
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.models import Account, EmailChange, db
from services.accounts.operations import mail_links, rate_limits
from services.chassis.clock import portal_now
from services.chassis.database.transactions import new_id
from services.chassis.events import follow_up


def request_email_change(session: Session, account: Account, address: str) -> None:
    """Store the request, which ends an older one, and send two mails: to the new address to confirm, to the old one to
    cancel.

    Raises TooMany beyond a few per hour.
    """
    if wait := rate_limits.count_mail_request(session, "email-change", account.email_key, throttling.EMAIL_CHANGES):
        raise rate_limits.too_many_mails_error(wait)
    end_pending_email(session, account.id)
    email_change = EmailChange(
        id=new_id(),
        account_id=account.id,
        address=address,
        previous_address=account.email,
        requested_at=portal_now(),
    )
    session.add(email_change)
    for mail in ("send_email_change_confirmation", "send_email_change_asked"):
        follow_up(session, mail, {"email_change_id": email_change.id}, subject=account.id)


def end_pending_email(session: Session, account_id: str) -> None:
    """Delete the request within the caller's transaction; the links mailed for it no longer work then."""
    pending = delete(EmailChange).where(EmailChange.account_id == account_id, EmailChange.confirmed_at.is_(None))
    session.execute(pending)


def cancel_pending_email(token: str) -> None:
    """« Annuler », from the old address. Raises Gone where the request was confirmed, ended or cancelled before."""
    with db.operation() as session:
        _, account = mail_links.use(session, Purpose.EMAIL_CANCELLATION, token)
        session.flush()
        end_pending_email(session, account.id)
