"""Log-in sessions of browsers: opened, exchanged for short access tokens, ended everywhere. System
time."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from services.accounts.clients.identity_provider import ProvidedIdentity
from services.accounts.dependencies import dependencies
from services.accounts.domain.staff import session_scopes
from services.accounts.metrics import SESSIONS
from services.accounts.models import Account, KnownBrowser, LoginSession, StaffMember, db
from services.accounts.operations import second_factor
from services.accounts.queries.accounts import Person, signed_identity
from services.accounts.signing import TOKEN_SECONDS
from services.accounts.stored_secrets import hash_secret, new_secret
from services.chassis.errors import Unauthenticated
from services.chassis.tasks import gauges
from services.clock import system_now
from services.contracts import problem_types
from services.contracts.api.operation import answer_of
from services.contracts.api.sessions import KINDS, STAFF, LoggedIn
from services.contracts.api.sign_in import ProviderLogOut

CONFIRMATION_LIFETIME = timedelta(minutes=10)
"""From a sign-in anew until the act that it confirms: the page that is certified is read
meanwhile."""
KEPT_AFTER_END = timedelta(days=1)
BROWSER_REMEMBERED = timedelta(days=400)
"""As long as browsers keep a cookie at most."""
log = structlog.get_logger()


def open_session(
    transaction: Session,
    kind: str,
    subject_id: str,
    previous_login_at: datetime | None,
    identity: ProvidedIdentity | None = None,
) -> str:
    """A new session; returns the secret for the browser, stored only as a hash. `identity`: of the
    provider with which it is opened, and which is told of its end."""
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


def exchange(session: str, client: str, *, code: str | None = None) -> LoggedIn:
    """An access token for the process `client`, for the secret of a session; counts as activity.
    With a `code` of the second factor, which is used, it is a token for an act that asks for one.
    Raises Unauthenticated `session-expiree`; of a code Invalid, TooMany, Forbidden."""
    now = system_now()
    with db.reading() as reading:
        login = reading.get(LoginSession, hash_secret(session))
        subject = _subject_of(reading, login)
    if login is None or subject is None:
        raise _expired_error(None)
    if _is_over(login, now) or (
        isinstance(subject, StaffMember) and subject.disabled_at is not None
    ):
        raise _expired_error(login.subject_id)
    step = min(
        timedelta(seconds=15), _idle_limit(login.kind) / 20
    )  # so that not every page read is a write
    if now - login.last_seen_at > step and not _record_activity(login.secret_hash, now):
        raise _expired_error(login.subject_id)
    if code is not None:
        second_factor.confirm_code(login.subject_id, code)
    return _exchanged(login, subject, client, gave_code=code is not None)


def confirm(transaction: Session, secret: str, owner: Person | None, act: str) -> bool:
    """Note that the owner of this session, whom the caller has locked, has signed in anew for the
    act; False where it is somebody else's. Raises Unauthenticated where it is over."""
    login = transaction.get(LoginSession, hash_secret(secret), with_for_update=True)
    if login is None or _is_over(login, system_now()):
        raise _expired_error(None)
    if owner is None or owner.id != login.subject_id:
        return False
    login.confirmed_act = act
    login.confirmed_at = system_now()
    return True


def use_confirmation(secret: str, account_id: str, act: str) -> bool:
    """Whether the candidate has signed in anew for this very act in this session, not long ago; it
    serves once."""
    now = system_now()
    with db.operation() as transaction:
        login = transaction.get(LoginSession, hash_secret(secret), with_for_update=True)
        if (
            login is None
            or login.subject_id != account_id
            or _is_over(login, now)
            or login.confirmed_act != act
        ):
            return False
        confirmed_at = login.confirmed_at
        login.confirmed_act = None
        login.confirmed_at = None
        return confirmed_at is not None and now - confirmed_at < CONFIRMATION_LIFETIME


def end_session(session: str) -> None:
    """Log out: every session of that person ends, on every device. An unknown secret is no
    error."""
    with db.operation() as ending:
        login = ending.get(LoginSession, hash_secret(session))
        if login is not None:
            end_all_sessions(ending, login.subject_id)


def provider_log_out(session: str) -> ProviderLogOut:
    """Where the browser of this session, which has just ended, ends that with the provider, too."""
    with db.reading() as reading:
        login = reading.get(LoginSession, hash_secret(session))
    provider = dependencies().identity_providers.get(login.provider or "") if login else None
    if login is None or provider is None or login.id_token_sealed is None:
        return ProviderLogOut(address=None)
    try:
        id_token = dependencies().derived_keys.unseal(login.id_token_sealed)
    except InvalidToken:  # sealed with a key that is no longer in force
        log.error("id_token_unopened", provider=provider.name)
        return ProviderLogOut(address=None)
    back = "/gestion/connexion" if login.kind == STAFF else "/"
    return ProviderLogOut(
        address=provider.log_out_address(id_token, dependencies().settings.public_url + back)
    )


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
    idle = max(map(_idle_limit, KINDS))
    absolute = _absolute_limit()
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


def record_session_counts() -> None:
    """Set the gauge of the sessions that are not over, of each kind: read by the index on their
    last activity."""
    now = system_now()
    with db.reading() as transaction:
        counts: dict[tuple[str, ...], float] = {
            (kind,): transaction.scalar(_count_of_live(kind, now)) or 0 for kind in KINDS
        }
    gauges.record(db, SESSIONS, counts)


def _count_of_live(kind: str, now: datetime) -> Select[int]:
    open_ones = select(func.count()).select_from(LoginSession).filter_by(kind=kind, ended_at=None)
    return open_ones.where(
        LoginSession.last_seen_at > now - _idle_limit(kind),
        LoginSession.created_at > now - _absolute_limit(),
    )


def _subject_of(transaction: Session, login: LoginSession | None) -> Person | None:
    if login is None:
        return None
    if login.kind == STAFF:
        return transaction.get(StaffMember, login.subject_id)
    return transaction.get(Account, login.subject_id)


def _is_over(login: LoginSession, now: datetime) -> bool:
    is_idle = now - login.last_seen_at >= _idle_limit(login.kind)
    return login.ended_at is not None or is_idle or now - login.created_at >= _absolute_limit()


def _idle_limit(kind: str) -> timedelta:
    """How long a session lasts without activity."""
    settings = dependencies().settings
    return timedelta(
        seconds=settings.staff_session_idle_seconds
        if kind == STAFF
        else settings.session_idle_seconds
    )


def _absolute_limit() -> timedelta:
    """How long a session lasts in all."""
    return timedelta(seconds=dependencies().settings.session_absolute_seconds)


def _record_activity(secret_hash: str, now: datetime) -> bool:
    """Store the activity; False where the session was ended meanwhile."""
    with db.operation() as transaction:
        login = transaction.get(LoginSession, secret_hash, with_for_update=True)
        if login is None or login.ended_at is not None:
            return False
        login.last_seen_at = now
        return True


def _exchanged(login: LoginSession, subject: Person, client: str, *, gave_code: bool) -> LoggedIn:
    time_left = min(_idle_limit(login.kind), login.created_at + _absolute_limit() - system_now())
    rights: dict[str, Any] = {"role": None, "scopes": (), "academies": None}
    person: dict[str, Any]
    if isinstance(subject, StaffMember):
        rights = {
            "role": subject.role,
            "scopes": sorted(session_scopes(subject.role)),
            "academies": subject.academies,
        }
        person = {"nom": subject.nom, "civilite": None, "identity": None}
    else:
        person = {
            "nom": subject.nom_famille,
            "civilite": subject.civilite,
            "identity": signed_identity(subject),
        }
    token = dependencies().signer.access_token(
        subject.id, login.kind, client=client, gave_code=gave_code, **rights
    )
    seconds_left = int(time_left.total_seconds())
    given = {"subject": subject.id, "access_token": token, "expires_in": TOKEN_SECONDS}
    return answer_of(
        LoggedIn, login, subject, idle_seconds_left=seconds_left, **given, **person, **rights
    )


def _expired_error(subject: str | None) -> Unauthenticated:
    extension: dict[str, Any] = {"subject": subject} if subject else {}
    detail = "Votre session a expiré ou a été fermée : identifiez-vous de nouveau."
    return Unauthenticated(detail, problem=problem_types.SESSION_EXPIRED, **extension)
