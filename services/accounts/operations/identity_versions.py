"""The version number of an account's next identity: given only here, so that no two identities ever share one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts.models import Account, IdentityChange
from services.chassis.errors import Conflict, NotFound


class ChangePending(Conflict):
    """The next version is already given to a change that is neither in force nor dropped yet."""

    def __init__(self, account_id: str) -> None:
        super().__init__("Une modification de ce compte est en cours : réessayez.")
        self.account_id = account_id


def next_version(session: Session, account_id: str) -> int:
    """The version after the account's own; its row stays locked until the caller's transaction ends.

    Raises NotFound, ChangePending. Call it before changing anything of the account.
    """
    current = session.scalar(select(Account.version).where(Account.id == account_id).with_for_update())
    if current is None:
        raise NotFound()
    if session.scalar(select(IdentityChange.version).where(IdentityChange.account_id == account_id)) is not None:
        raise ChangePending(account_id)
    return current + 1
