"""A new address that waits for its owner's confirmation: at most one per account; it ends when the
password with which it was requested is changed, or is cancelled from the old address."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.accounts.domain import throttling
from services.accounts.models import Account, EmailChange
from services.accounts.operations import rate_limits
from services.chassis.database.columns import new_id
from services.chassis.tasks.new_tasks import follow_up
from services.clock import portal_now


def count_request(transaction: Session, account: Account) -> None:
    """Count one more request of a new address. Raises TooMany beyond a few per hour."""
    wait = rate_limits.count_mail_request(
        transaction, "email-change", account.email_key, throttling.EMAIL_CHANGES
    )
    if wait:
        raise rate_limits.too_many_mails_error(wait)


def add_request(transaction: Session, account: Account, address: str) -> None:
    """Store the request, which ends an older one, and mail to the new address to confirm, to the
    old one to cancel."""
    end_pending_email(transaction, account.id)
    email_change = EmailChange(
        id=new_id(),
        account_id=account.id,
        address=address,
        previous_address=account.email,
        requested_at=portal_now(),
    )
    transaction.add(email_change)
    for mail in ("send_email_change_confirmation", "send_email_change_asked"):
        follow_up(transaction, mail, {"email_change_id": email_change.id}, subject=account.id)


def end_pending_email(transaction: Session, account_id: str) -> None:
    """Delete the request within the caller's transaction; the links mailed for it no longer work
    then."""
    transaction.execute(delete(EmailChange).filter_by(account_id=account_id, confirmed_at=None))
