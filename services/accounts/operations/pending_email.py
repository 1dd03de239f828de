"""A new address that waits for its owner's confirmation: asked for, cancelled from the old address, ended.

One at most per account; it never outlives the password with which it was asked for.
"""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.accounts.domain import throttling
from services.accounts.domain.links import Purpose
from services.accounts.models import Account, EmailChange, db
from services.accounts.operations import limits, links
from services.chassis.clock import portal_now
from services.chassis.database.transactions import new_id
from services.chassis.events import follow_up


def ask(session: Session, account: Account, address: str) -> None:
    """Both addresses get a mail: to confirm at the new one, to cancel at the old one. An older request ends.

    Raises TooMany beyond a few an hour.
    """
    if wait := limits.seconds_over_quota(session, "email-change", account.email_key, throttling.EMAIL_CHANGES):
        raise limits.too_many_mails(wait)
    end(session, account.id)
    asked = EmailChange(
        id=new_id(),
        account_id=account.id,
        address=address,
        previous_address=account.email,
        requested_at=portal_now(),
    )
    session.add(asked)
    for mail in ("send_email_change_confirmation", "send_email_change_asked"):
        follow_up(session, mail, {"email_change_id": asked.id}, subject=account.id)


def end(session: Session, account_id: str) -> None:
    """No address waits any more, within the caller's transaction: the links that were mailed for it are dead then."""
    waiting = delete(EmailChange).where(EmailChange.account_id == account_id, EmailChange.confirmed_at.is_(None))
    session.execute(waiting)


def cancel(token: str) -> None:
    """« Annuler », from the old address. Raises Gone for a link not usable: confirmed, ended, or cancelled before."""
    with db.operation() as session:
        _, account = links.use(session, Purpose.EMAIL_CANCELLATION, token)
        session.flush()
        end(session, account.id)
