"""The current password, asked for again before what only the owner may do; tries are slowed as log-ins are."""

from __future__ import annotations

from services.accounts.models import Account, db
from services.accounts.operations import limits
from services.accounts.operations.races import until_alone
from services.accounts.parts import parts
from services.chassis.errors import FieldError, Invalid


def check(account: Account, typed: str) -> None:
    """Raises Invalid on `current_password` where it is wrong, TooMany after some failures, Unavailable."""
    with parts().passwords.turn():
        until_alone(lambda: _count(account.email_key))
        matches = parts().passwords.matches(account.password_hash, typed)
    if not matches:
        raise wrong() if typed else _refused("Saisissez votre mot de passe actuel.")
    with db.operation() as session:
        limits.take_back(session, account.email_key, [limits.CURRENT_PASSWORD])


def wrong() -> Invalid:
    return _refused("Le mot de passe actuel est incorrect.")


def _refused(detail: str) -> Invalid:
    return Invalid(detail, errors=(FieldError("#/current_password", detail),))


def _count(email_key: str) -> None:
    with db.operation() as session:
        limits.count_try(session, email_key, [limits.CURRENT_PASSWORD])
