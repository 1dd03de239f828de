"""« Modifier mes informations » (guide §4): everything until the first candidature, then mail and
password only. « Supprimer »: an account without candidature is erased at its owner's request."""

from collections.abc import Mapping
from typing import Any

from services.accounts.dependencies import dependencies
from services.accounts.domain import account_form
from services.accounts.domain.account_input import Changes, changes_civil_status, read_changes
from services.accounts.models import Account, db
from services.accounts.operations import email_change, identity_changes, passwords
from services.accounts.queries.accounts import is_frozen, stored_account
from services.chassis.errors import Conflict, found
from services.clock import portal_now, to_paris
from services.contracts.api.own_account import DELETION, Changed


def change_account(account_id: str, values: Mapping[str, Any]) -> Changed:
    """A changed password ends every session, this one too, and a pending address. Raises Invalid
    with every mistake, Conflict `candidature-existante`, PreconditionFailed where the civil status
    is no longer that of the form, TooMany (current password tried too often), Unavailable."""
    account = stored_account(account_id)
    wants_civil_status = changes_civil_status(values, account.civil_status)
    if wants_civil_status:
        identity_changes.refuse_outdated(account, values)
        if account.certified_by is not None:
            raise Conflict(account_form.CERTIFIED_NOTICE)
    frozen = not wants_civil_status or is_frozen(
        account
    )  # asks registrations only where its answer matters
    changes = read_changes(
        values,
        today=to_paris(portal_now()).date(),
        profile=dependencies().profile,
        current=account.civil_status,
        current_email=account.email,
        frozen=frozen,
    )
    if wants_civil_status and frozen:
        raise identity_changes.candidature_exists_error()
    needs_password = changes.email is not None or changes.password is not None
    if needs_password:
        passwords.check_current_password(account, changes.current_password)
    # Before anything is changed: this is what fails when the hashing queue is full.
    password_hash = (
        dependencies().password_hasher.hash(changes.password) if changes.password else None
    )
    if changes.civil_status is not None:
        identity_changes.change_civil_status(account_id, changes.civil_status, values)
    if needs_password:
        _change_credentials(account_id, changes, password_hash, verified_hash=account.password_hash)
    return Changed(email_change_pending=changes.email is not None)


def _change_credentials(
    account_id: str, changes: Changes, password_hash: str | None, *, verified_hash: str
) -> None:
    """`password_hash` is the new password's; `verified_hash` that of the current password as it was
    verified: a reset may have replaced it meanwhile."""
    with db.operation() as transaction:
        account = found(transaction.get(Account, account_id, with_for_update=True))
        if account.password_hash != verified_hash:
            raise passwords.wrong_password_error()
        if password_hash is not None:
            passwords.replace_password(transaction, account, password_hash)
        if changes.email is not None:
            email_change.request_email_change(transaction, account, changes.email)


def delete_own_account(account_id: str, **given: str) -> None:
    """Raises Conflict `candidature-existante`, and as `passwords.checked_again`."""
    passwords.checked_again(account_id, DELETION, **given)
    identity_changes.delete_account(account_id)
