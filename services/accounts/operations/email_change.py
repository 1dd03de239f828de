"""How a new address ends its wait: its owner confirms it, or cancels it from the old one."""

from sqlalchemy.exc import IntegrityError

from services.accounts.domain import mail_link_rules
from services.accounts.domain.emails import key_of
from services.accounts.domain.mail_link_rules import Purpose
from services.accounts.models import Account, EmailChange, db
from services.accounts.operations import mail_links, pending_emails, rate_limits, sessions
from services.accounts.operations.identity_changes import next_version, run_after_pending_change
from services.accounts.queries import accounts
from services.chassis.errors import Conflict
from services.chassis.events import publish
from services.chassis.tasks.new_tasks import follow_up
from services.clock import portal_now
from services.contracts import problem_types
from services.contracts.account_rules import State
from services.contracts.accounts import EmailChanged
from services.contracts.api.visitors import Address

_OTHER_CHANGE_PENDING = (
    "Une autre modification de votre compte est en cours de vérification : réessayez dans quelques "
    "minutes. Votre lien reste valable."
)


def cancel_pending_email(token: str) -> None:
    """End the wait of a new address (« Annuler », from the old one). Raises Gone where the request
    was confirmed, ended or cancelled before."""
    with db.operation() as transaction:
        _, account = mail_links.use(transaction, Account, Purpose.EMAIL_CANCELLATION, token)
        transaction.flush()
        pending_emails.end_pending_email(transaction, account.id)


def confirm_email(token: str) -> Address:
    """Put the new address in force, and end all sessions. Raises Gone for a link that is not
    usable, Conflict where the address was taken meanwhile, Unavailable while a change of civil
    status is pending (the link then stays usable)."""
    try:
        return Address(
            email=run_after_pending_change(lambda: _confirm(token), message=_OTHER_CHANGE_PENDING)
        )
    except IntegrityError as error:  # taken at the same moment
        raise _address_taken_error() from error


def _confirm(token: str) -> str:
    with db.operation() as transaction:
        link, account = mail_links.use(transaction, Account, Purpose.EMAIL_CHANGE, token)
        email_change = transaction.get(EmailChange, link.email_change_id)
        if email_change is None:
            raise mail_link_rules.unusable_link_error(Purpose.EMAIL_CHANGE, State.ENDED)
        if accounts.owner_of(transaction, key_of(email_change.address)) is not None:
            raise _address_taken_error()
        version = next_version(transaction, account.id)
        rate_limits.forget_failures(transaction, account.email_key)
        email_change.previous_address = account.email
        email_change.confirmed_at = portal_now()
        account.email = email_change.address
        account.email_key = key_of(email_change.address)
        account.version = version
        transaction.flush()
        mail_links.close(
            transaction, account.id, Purpose.EMAIL_CHANGE, Purpose.EMAIL_CANCELLATION, Purpose.RESET
        )
        sessions.end_all_sessions(transaction, account.id)
        publish(transaction, EmailChanged(account.id, version, account.email), subject=account.id)
        follow_up(
            transaction,
            "send_email_changed",
            {"email_change_id": email_change.id},
            subject=account.id,
        )
        return account.email


def _address_taken_error() -> Conflict:
    return Conflict(
        "Cette adresse mail est déjà celle d'un autre compte.", problem=problem_types.ADDRESS_TAKEN
    )
