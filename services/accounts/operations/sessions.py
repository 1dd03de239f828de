"""Log-ins as browsers hold them: opened, exchanged for short tokens, ended everywhere. System time throughout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from services.accounts.derivation import hashed, new_secret
from services.accounts.domain.staff import scopes_of
from services.accounts.identity import vouched_for
from services.accounts.models import Account, KnownBrowser, LoginSession, StaffMember, db
from services.accounts.parts import parts
from services.accounts.signing import TOKEN_SECONDS
from services.chassis.clock import system_now
from services.chassis.errors import Unauthenticated
from services.contracts import problem_types

KEPT_AFTER_END = timedelta(days=1)
BROWSER_REMEMBERED = timedelta(days=400)
"""As long as browsers keep a cookie at most."""


@dataclass(frozen=True)
class Exchanged:
    """A minute's access token and what pages show of who is logged in; `identity` is a candidate's, vouched for."""

    access_token: str
    expires_in: int
    kind: str
    subject: str
    civilite: str | None
    prenoms: str
    nom: str
    role: str | None
    scopes: list[str]
    academies: list[str] | None
    identity: str | None
    previous_login_at: datetime | None
    idle_seconds_left: int


def open_session(session: Session, kind: str, subject_id: str, previous_login_at: datetime | None) -> str:
    """A new log-in within the caller's transaction; returns the secret for the browser, kept only as a hash."""
    secret, now = new_secret(), system_now()
    session.add(
        LoginSession(
            secret_hash=hashed(secret),
            kind=kind,
            subject_id=subject_id,
            previous_login_at=previous_login_at,
            created_at=now,
            last_seen_at=now,
        )
    )
    return secret


def exchange(secret: str, client: str) -> Exchanged:
    """A token for the process `client`, which counts as activity. Raises Unauthenticated `session-expiree`."""
    now = system_now()
    with db.reading() as session:
        found = session.get(LoginSession, hashed(secret))
        subject = _subject_of(session, found)
    if found is None or subject is None:
        raise _expired(None)
    if _is_over(found, now) or (isinstance(subject, StaffMember) and subject.disabled_at is not None):
        raise _expired(found.subject_id)
    if now - found.last_seen_at > _worth_writing() and not _touch(found.secret_hash, now):
        raise _expired(found.subject_id)
    return _exchanged(found, subject, client, now)


def end_session(secret: str) -> None:
    """Log-out: every session of that person ends, on whatever machine. An unknown session is no error."""
    with db.operation() as session:
        found = session.get(LoginSession, hashed(secret))
        if found is not None:
            end_all(session, found.subject_id)


def end_all(session: Session, subject_id: str) -> None:
    """Every session of someone ends, within the caller's transaction."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.subject_id == subject_id, LoginSession.ended_at.is_(None))
        .values(ended_at=system_now())
    )


def purge(session: Session, now: datetime) -> None:
    """Drop sessions that have been over for a day, and browsers not seen for long."""
    idle, absolute = _limits()
    last_seen, kept_since = LoginSession.last_seen_at, now - KEPT_AFTER_END
    over = or_(last_seen < kept_since - idle, LoginSession.created_at < kept_since - absolute,
               LoginSession.ended_at < kept_since)  # fmt: skip
    # None is seen after its end: the index of the last activity leads to them.
    session.execute(delete(LoginSession).where(last_seen < kept_since, over))
    session.execute(delete(KnownBrowser).where(KnownBrowser.last_used_at < now - BROWSER_REMEMBERED))


def _subject_of(session: Session, found: LoginSession | None) -> Account | StaffMember | None:
    if found is None:
        return None
    if found.kind == "staff":
        return session.get(StaffMember, found.subject_id)
    return session.get(Account, found.subject_id)


def _is_over(found: LoginSession, now: datetime) -> bool:
    idle, absolute = _limits()
    return found.ended_at is not None or now - found.last_seen_at >= idle or now - found.created_at >= absolute


def _limits() -> tuple[timedelta, timedelta]:
    settings = parts().settings
    return (
        timedelta(seconds=settings.session_idle_seconds),
        timedelta(seconds=settings.session_absolute_seconds),
    )


def _worth_writing() -> timedelta:
    """Activity is written down in steps, so that reading pages does not make a write of each."""
    return min(timedelta(seconds=15), _limits()[0] / 20)


def _touch(secret_hash: str, now: datetime) -> bool:
    """Write the activity down; False where the session was ended meanwhile."""
    with db.operation() as session:
        found = session.get(LoginSession, secret_hash, with_for_update=True)
        if found is None or found.ended_at is not None:
            return False
        found.last_seen_at = now
        return True


def _exchanged(found: LoginSession, subject: Account | StaffMember, client: str, now: datetime) -> Exchanged:
    idle, absolute = _limits()
    left = min(idle, found.created_at + absolute - now)
    who: dict[str, Any]
    if isinstance(subject, StaffMember):
        scopes = sorted(scopes_of(subject.role))
        who = {"civilite": None, "nom": subject.nom, "role": subject.role, "academies": subject.academies}
        who["identity"] = None
    else:
        scopes = []
        who = {"civilite": subject.civilite, "nom": subject.nom_famille, "role": None, "academies": None}
        who["identity"] = vouched_for(subject)
    token = parts().signer.access_token(
        subject.id, found.kind, client=client, role=who["role"], scopes=scopes, academies=who["academies"]
    )
    return Exchanged(
        access_token=token,
        expires_in=TOKEN_SECONDS,
        kind=found.kind,
        subject=subject.id,
        prenoms=subject.prenoms,
        scopes=scopes,
        previous_login_at=found.previous_login_at,
        idle_seconds_left=int(left.total_seconds()),
        **who,
    )


def _expired(subject: str | None) -> Unauthenticated:
    known: dict[str, Any] = {"subject": subject} if subject else {}
    return Unauthenticated(
        "Votre session a expiré ou a été fermée : identifiez-vous de nouveau.",
        problem=problem_types.SESSION_EXPIRED,
        **known,
    )
