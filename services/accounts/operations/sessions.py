"""Log-in sessions of browsers: opened, ended everywhere, over after a time, forgotten. System
time."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from services.accounts.clients.identity_provider import ProvidedIdentity
from services.accounts.dependencies import dependencies
from services.accounts.models import KnownBrowser, LoginSession, StaffMember, db
from services.accounts.stored_secrets import hash_secret, new_secret
from services.chassis.errors import Unauthenticated
from services.clock import system_now
from services.contracts import problem_types
from services.contracts.api.sessions import KINDS, STAFF

KEPT_AFTER_END = timedelta(days=1)
BROWSER_REMEMBERED = timedelta(days=400)
"""As long as browsers keep a cookie at most."""


def open_session(
    transaction: Session,
    kind: str,
    subject_id: str,
    previous_login_at: datetime | None,
    identity: ProvidedIdentity | None = None,
) -> str:
    """Add a session, and return its secret for the browser, which is stored only as a hash.
    `identity`: of the provider with which it is opened, and which is told of its end."""
    secret = new_secret()
    now = system_now()
    transaction.add(
        LoginSession(
            secret_hash=hash_secret(secret),
            kind=kind,
            subject_id=subject_id,
            previous_login_at=previous_login_at,
            created_at=now,
            last_seen_at=now,
            provider=identity.provider if identity else None,
            id_token_sealed=dependencies().derived_keys.seal(identity.id_token)
            if identity
            else None,
        )
    )
    return secret


def end_session(login_secret: str) -> None:
    """Log out: every session of that person ends, on every device. An unknown secret is no
    error."""
    with db.operation() as transaction:
        login = transaction.get(LoginSession, hash_secret(login_secret))
        if login is not None:
            end_all_sessions(transaction, login.subject_id)


def end_all_sessions(transaction: Session, subject_id: str) -> None:
    """End every session of a person, within the caller's transaction."""
    open_ones = update(LoginSession).filter_by(subject_id=subject_id, ended_at=None)
    transaction.execute(open_ones.values(ended_at=system_now()))


def replace_staff_sessions(
    transaction: Session, member: StaffMember, identity: ProvidedIdentity | None = None
) -> str:
    """End every session of the member, and open one for the browser in use; returns its secret."""
    end_all_sessions(transaction, member.id)
    return open_session(transaction, STAFF, member.id, member.last_login_at, identity)


def purge(transaction: Session, now: datetime) -> None:
    """Delete sessions that ended more than `KEPT_AFTER_END` ago, and browsers unused for
    `BROWSER_REMEMBERED`."""
    idle = max(map(idle_limit, KINDS))
    absolute = absolute_limit()
    last_seen = LoginSession.last_seen_at
    kept_from = now - KEPT_AFTER_END
    over = or_(
        last_seen < kept_from - idle,
        LoginSession.created_at < kept_from - absolute,
        LoginSession.ended_at < kept_from,
    )
    # No session has activity after its end: the first condition lets the index on the last activity
    # find them all.
    transaction.execute(delete(LoginSession).where(last_seen < kept_from, over))
    transaction.execute(
        delete(KnownBrowser).where(KnownBrowser.last_used_at < now - BROWSER_REMEMBERED)
    )


def is_over(login: LoginSession, now: datetime) -> bool:
    """Tell whether a session was ended, or has lasted as long as it may."""
    is_idle = now - login.last_seen_at >= idle_limit(login.kind)
    return login.ended_at is not None or is_idle or now - login.created_at >= absolute_limit()


def idle_limit(kind: str) -> timedelta:
    """Return how long a session lasts without activity."""
    settings = dependencies().settings
    return timedelta(
        seconds=settings.staff_session_idle_seconds
        if kind == STAFF
        else settings.session_idle_seconds
    )


def absolute_limit() -> timedelta:
    """Return how long a session lasts in all."""
    return timedelta(seconds=dependencies().settings.session_absolute_seconds)


def expired_error(subject: str | None) -> Unauthenticated:
    """Return the refusal of a session that is over. `subject`: whose it was, where that is
    known."""
    detail = "Votre session a expiré ou a été fermée : identifiez-vous de nouveau."
    if subject is None:
        return Unauthenticated(detail, problem=problem_types.SESSION_EXPIRED)
    return Unauthenticated(detail, problem=problem_types.SESSION_EXPIRED, subject=subject)
