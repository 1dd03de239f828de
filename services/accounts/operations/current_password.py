"""Verifies the current password before sensitive changes; tries are throttled like log-ins."""

from __future__ import annotations

from services.accounts.dependencies import dependencies
from services.accounts.models import db
from services.accounts.operations import rate_limits
from services.accounts.operations.integrity_retries import retry_on_integrity_error
from services.accounts.queries.accounts_by_address import Person
from services.chassis.errors import FieldError, Invalid


def check_current_password(person: Person, typed: str) -> None:
    """Raises Invalid on `current_password` where it is wrong, TooMany after several failures, Unavailable."""
    with dependencies().password_hasher.turn():
        retry_on_integrity_error(lambda: _count_attempt(person.email_key))
        matches = dependencies().password_hasher.matches(person.password_hash, typed)
    if not matches:
        raise wrong_password_error() if typed else _refused("Saisissez votre mot de passe actuel.")
    with db.operation() as session:
        rate_limits.uncount_attempt(session, person.email_key, [rate_limits.CURRENT_PASSWORD])


def wrong_password_error() -> Invalid:
    return _refused("Le mot de passe actuel est incorrect.")


def _refused(detail: str) -> Invalid:
    return Invalid(detail, errors=(FieldError("#/current_password", detail),))


def _count_attempt(email_key: str) -> None:
    with db.operation() as session:
        rate_limits.count_attempt(session, email_key, [rate_limits.CURRENT_PASSWORD])
