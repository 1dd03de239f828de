"""« Modifier mes informations » (guide §4): everything until the first candidature, then mail and
password only. « Supprimer »: an account without candidature is erased at its owner's request."""

from collections.abc import Mapping

from services.accounts.dependencies import dependencies
from services.accounts.domain import account_form
from services.accounts.domain.account_input import (
    Changes,
    changes_civil_status,
    changes_credentials,
    read_changes,
)
from services.accounts.domain.form_reader import FormReader
from services.accounts.models import Account, db
from services.accounts.operations import credentials, identity_changes, passwords
from services.accounts.operations.credentials import NewCredentials
from services.accounts.operations.passwords import Reauthentication
from services.accounts.queries.accounts import is_frozen, stored_account
from services.chassis.errors import Conflict, Invalid, found
from services.clock import portal_now, to_paris
from services.contracts.api.own_account import DELETION, Changed


def change_account(account_id: str, values: Mapping[str, object]) -> Changed:
    """Change all that the form changes, or nothing. A changed password ends every session, this one
    too, and a pending address. Raises Invalid with every mistake, Conflict `candidature-existante`,
    PreconditionFailed where the civil status is no longer that of the form, TooMany (current
    password tried too often, too many mails asked for), Unavailable."""
    account = stored_account(account_id)
    wants_civil_status = changes_civil_status(values, account.civil_status)
    if wants_civil_status:
        identity_changes.refuse_outdated(account, values)
        if account.certified_by is not None:
            raise Conflict(account_form.CERTIFIED_NOTICE)
    frozen = not wants_civil_status or is_frozen(
        account
    )  # asks registrations only where its answer matters
    wrong_password = _mistake_of_password(account, values)
    changes = read_changes(
        values,
        today=to_paris(portal_now()).date(),
        profile=dependencies().profile,
        current=account.civil_status,
        current_email=account.email,
        frozen=frozen,
        wrong_password=wrong_password,
    )
    if wants_civil_status and frozen:
        raise identity_changes.candidature_exists_error()
    # Before anything is changed: this is what fails when the hashing queue is full.
    new = _new_credentials(account, changes)
    if changes.civil_status is not None:
        identity_changes.change_civil_status(account_id, changes.civil_status, values, new)
    elif new is not None:
        _change_credentials(account_id, new)
    return Changed(email_change_pending=changes.email is not None)


def _mistake_of_password(account: Account, values: Mapping[str, object]) -> str:
    """Return what is wrong with the current password where a form that needs it gives one; "" where
    nothing is. Raises TooMany, Unavailable."""
    typed = FormReader(values).raw("current_password")
    if not typed or not changes_credentials(values, account.email):
        return ""
    try:
        passwords.check_current_password(account, typed)
    except Invalid as wrong:
        return wrong.detail
    return ""


def _new_credentials(account: Account, changes: Changes) -> NewCredentials | None:
    """Return what replaces the address and the password, hashed; None where both stay. Raises
    Unavailable where the hashing queue is full."""
    if changes.email is None and changes.password is None:
        return None
    password_hash = (
        dependencies().password_hasher.hash(changes.password) if changes.password else None
    )
    return NewCredentials(changes.email, password_hash, verified_hash=account.password_hash)


def _change_credentials(account_id: str, new: NewCredentials) -> None:
    with db.operation() as transaction:
        account = found(transaction.get(Account, account_id, with_for_update=True))
        credentials.accept(transaction, account, new)
        credentials.replace(transaction, account, new)


def delete_own_account(account_id: str, again: Reauthentication) -> None:
    """Erase the account at its owner's request (« Supprimer »). Raises Conflict
    `candidature-existante`, and as `passwords.checked_again`."""
    passwords.checked_again(account_id, DELETION, again)
    identity_changes.delete_account(account_id)
