"""The mail address and password that « Modifier mes informations » changes, once the current
password was verified."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from services.accounts.models import Account
from services.accounts.operations import passwords, pending_emails


@dataclass(frozen=True)
class NewCredentials:
    """The address and the hash of the password that replace the present ones; None where one stays.

    `verified_hash`: that of the current password, as it was verified; a reset may have replaced it
    meanwhile.
    """

    email: str | None
    password_hash: str | None
    verified_hash: str


def accept(transaction: Session, account: Account, new: NewCredentials) -> None:
    """Refuse what cannot be replaced, before anything is. The caller has locked the account. Raises
    Invalid where the password was reset meanwhile, TooMany where too many mails were asked for."""
    if account.password_hash != new.verified_hash:
        raise passwords.wrong_password_error()
    if new.email is not None:
        pending_emails.count_request(transaction, account)


def replace(transaction: Session, account: Account, new: NewCredentials) -> None:
    """Replace what was accepted: the password at once, the address once its owner confirms it."""
    if new.password_hash is not None:
        passwords.replace_password(transaction, account, new.password_hash)
    if new.email is not None:
        pending_emails.add_request(transaction, account, new.email)
