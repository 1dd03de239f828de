"""The secret of a browser's log-in, exchanged for a short access token that says whose it is.
System time."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.accounts.dependencies import dependencies
from services.accounts.domain.staff import session_scopes
from services.accounts.models import Account, LoginSession, StaffMember, db
from services.accounts.operations import second_factor
from services.accounts.operations.sessions import (
    absolute_limit,
    expired_error,
    idle_limit,
    is_over,
)
from services.accounts.queries.accounts import Person, signed_identity
from services.accounts.signing import TOKEN_SECONDS, Rights
from services.accounts.stored_secrets import hash_secret
from services.clock import system_now
from services.contracts.api.sessions import STAFF, LoggedIn

LEAST_STEP = timedelta(seconds=15)
"""Activity is not written more often, so that not every page read is a write."""


def exchange(login_secret: str, client: str, *, code: str | None = None) -> LoggedIn:
    """Return an access token for the process `client`, and whose it is; counts as activity. With a
    `code` of the second factor, which is used, it is a token for an act that asks for one. Raises
    Unauthenticated `session-expiree`; of a code Invalid, TooMany, Forbidden."""
    now = system_now()
    with db.reading() as transaction:
        login = transaction.get(LoginSession, hash_secret(login_secret))
        subject = _subject_of(transaction, login)
    if login is None or subject is None:
        raise expired_error(None)
    is_disabled = isinstance(subject, StaffMember) and subject.disabled_at is not None
    if is_over(login, now) or is_disabled:
        raise expired_error(login.subject_id)
    step = min(LEAST_STEP, idle_limit(login.kind) / 20)
    if now - login.last_seen_at > step and not _record_activity(login.secret_hash, now):
        raise expired_error(login.subject_id)
    if code is not None:
        second_factor.confirm_code(login.subject_id, code)
    if isinstance(subject, StaffMember):
        return _staff_logged_in(login, subject, client, gave_code=code is not None)
    return _candidate_logged_in(login, subject, client)


def _subject_of(transaction: Session, login: LoginSession | None) -> Person | None:
    if login is None:
        return None
    if login.kind == STAFF:
        return transaction.get(StaffMember, login.subject_id)
    return transaction.get(Account, login.subject_id)


def _record_activity(secret_hash: str, now: datetime) -> bool:
    """Store the activity; False where the session was ended meanwhile."""
    with db.operation() as transaction:
        login = transaction.get(LoginSession, secret_hash, with_for_update=True)
        if login is None or login.ended_at is not None:
            return False
        login.last_seen_at = now
        return True


def _staff_logged_in(
    login: LoginSession, member: StaffMember, client: str, *, gave_code: bool
) -> LoggedIn:
    scopes = sorted(session_scopes(member.role))
    rights = Rights(
        role=member.role, scopes=scopes, academies=member.academies, gave_code=gave_code
    )
    return LoggedIn(
        access_token=dependencies().signer.staff_token(member.id, client, rights),
        expires_in=TOKEN_SECONDS,
        kind=login.kind,
        subject=member.id,
        prenoms=member.prenoms,
        nom=member.nom,
        idle_seconds_left=_seconds_left(login),
        role=member.role,
        scopes=tuple(scopes),
        academies=None if member.academies is None else tuple(member.academies),
        previous_login_at=login.previous_login_at,
        provider=login.provider,
    )


def _candidate_logged_in(login: LoginSession, account: Account, client: str) -> LoggedIn:
    return LoggedIn(
        access_token=dependencies().signer.candidate_token(account.id, client),
        expires_in=TOKEN_SECONDS,
        kind=login.kind,
        subject=account.id,
        prenoms=account.prenoms,
        nom=account.nom_famille,
        idle_seconds_left=_seconds_left(login),
        civilite=account.civilite,
        identity=signed_identity(account),
        previous_login_at=login.previous_login_at,
        provider=login.provider,
    )


def _seconds_left(login: LoginSession) -> int:
    """Return after how many seconds the session is over, unless there is activity."""
    until_the_end = login.created_at + absolute_limit() - system_now()
    return int(min(idle_limit(login.kind), until_the_end).total_seconds())
