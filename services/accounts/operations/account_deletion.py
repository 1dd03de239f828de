"""« Supprimer »: an account without candidature is erased at its owner's request."""

from __future__ import annotations

from services.accounts.operations import current_password, identity_changes
from services.accounts.queries.my_account import stored_account


def delete_own_account(account_id: str, typed_password: str) -> None:
    """Erase everything that accounts stores about the candidate.

    Raises Invalid (password), TooMany, Conflict `candidature-existante`, Unavailable, NotFound.
    """
    account = stored_account(account_id)
    current_password.check_current_password(account, typed_password)
    identity_changes.delete_account(account_id)
