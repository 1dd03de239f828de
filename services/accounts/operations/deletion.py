"""« Supprimer » : an account without candidature is erased at its owner's word."""

from __future__ import annotations

from services.accounts.models import Account, db
from services.accounts.operations import current_password, identity_changes
from services.chassis.errors import NotFound


def delete_own_account(account_id: str, typed_password: str) -> None:
    """Erase everything. Raises Invalid (password), TooMany, Conflict `candidature-existante`, Unavailable."""
    with db.reading() as session:
        account = session.get(Account, account_id)
    if account is None:
        raise NotFound()
    current_password.check(account, typed_password)
    identity_changes.delete_account(account_id)
