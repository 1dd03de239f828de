"""Acts that a candidate confirms by signing in anew with a provider, in the session of their
browser. System time."""

from datetime import timedelta

from sqlalchemy.orm import Session

from services.accounts.models import LoginSession, db
from services.accounts.operations.sessions import expired_error, is_over
from services.accounts.queries.accounts import Person
from services.accounts.stored_secrets import hash_secret
from services.clock import system_now

CONFIRMATION_LIFETIME = timedelta(minutes=10)
"""From a sign-in anew until the act that it confirms: the page that is certified is read
meanwhile."""


def confirm(transaction: Session, login_secret: str, owner: Person | None, act: str) -> bool:
    """Note that the owner of this session, whom the caller has locked, has signed in anew for the
    act. Return False where it is somebody else's. Raises Unauthenticated where it is over."""
    login = transaction.get(LoginSession, hash_secret(login_secret), with_for_update=True)
    if login is None or is_over(login, system_now()):
        raise expired_error(None)
    if owner is None or owner.id != login.subject_id:
        return False
    login.confirmed_act = act
    login.confirmed_at = system_now()
    return True


def use_confirmation(login_secret: str, account_id: str, act: str) -> bool:
    """Tell whether the candidate has signed in anew for this very act in this session, not long
    ago. That serves once."""
    now = system_now()
    with db.operation() as transaction:
        login = transaction.get(LoginSession, hash_secret(login_secret), with_for_update=True)
        if (
            login is None
            or login.subject_id != account_id
            or is_over(login, now)
            or login.confirmed_act != act
        ):
            return False
        confirmed_at = login.confirmed_at
        login.confirmed_act = None
        login.confirmed_at = None
        return confirmed_at is not None and now - confirmed_at < CONFIRMATION_LIFETIME
