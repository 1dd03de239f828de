"""Logging in: one message for every refusal, tries counted before they are looked at, argon2 either way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts.derivation import hashed, new_secret
from services.accounts.domain.emails import key_of
from services.accounts.models import KnownBrowser, StaffMember, db
from services.accounts.operations import addresses, limits, pending_creations, second_factor, sessions
from services.accounts.operations.addresses import Person
from services.accounts.operations.limits import Slot
from services.accounts.operations.races import until_alone
from services.accounts.parts import parts
from services.chassis.clock import portal_now, system_now
from services.chassis.errors import Forbidden, Unauthenticated
from services.chassis.events import follow_up
from services.contracts import problem_types


@dataclass(frozen=True)
class Attempt:
    """What was typed, and from where: `device` is the browser's long-lived cookie, `code` a second factor's."""

    email: str
    password: str
    device: str | None
    source: str
    code: str | None = None


@dataclass(frozen=True)
class LoggedIn:
    session: str
    device: str


@dataclass(frozen=True)
class _Counted:
    """The try as counted, and who it may be: `waiting` are (id, password hash) of creations where nobody is yet."""

    person_id: str | None
    password_hash: str | None
    waiting: list[tuple[str, str]]
    slots: list[Slot]
    starts_to_slow: bool


def log_in(attempt: Attempt) -> LoggedIn:
    """Open a session. Raises TooMany, Unauthenticated `identification-refusee`, Unavailable where too many hash at
    once, or after the right password only: Forbidden `compte-non-active`, `second-facteur`,
    `second-facteur-illisible`, `compte-desactive`."""
    with parts().passwords.turn(attempt.source):  # first of all: who gets none has not tried
        return _log_in(attempt)


def _log_in(attempt: Attempt) -> LoggedIn:
    email_key = key_of(attempt.email)
    counted = until_alone(lambda: _count(email_key, attempt))
    if counted.waiting:
        raise _not_activated(email_key, attempt, counted)
    if not parts().passwords.matches(counted.password_hash, attempt.password):
        raise _refused_now(counted)
    with db.operation() as session:
        person = addresses.owner_of(session, email_key, lock=True)
        same = person is not None and person.password_hash == counted.password_hash
        entered = _enter(session, person, attempt, counted) if same and person else None
    if entered is None:
        raise _refused_now(counted)
    if isinstance(entered, Forbidden):
        raise entered
    return entered


def _count(email_key: str, attempt: Attempt) -> _Counted:
    with db.operation() as session:
        person = addresses.owner_of(session, email_key)
        slots = limits.slots_of(attempt.source, _known_browser(session, person, attempt.device))
        starts = limits.count_try(session, email_key, slots)
        if person is not None:
            return _Counted(person.id, person.password_hash, [], slots, starts)
        waiting = pending_creations.waiting_at(session, email_key)
        return _Counted(None, None, [(creation.id, creation.password_hash) for creation in waiting], slots, starts)


def _not_activated(email_key: str, attempt: Attempt, counted: _Counted) -> Forbidden | Unauthenticated:
    """Said after the right password of one of the creations only, with the `creation` whose it is."""
    creation_id = pending_creations.with_password(counted.waiting, email_key, attempt.password)
    if creation_id is None:
        return _refused_now(counted)
    with db.operation() as session:
        limits.take_back(session, email_key, counted.slots)
    return Forbidden(
        "Votre compte n'est pas encore activé : cliquez sur le lien du mail reçu, ou demandez un nouvel envoi.",
        problem=problem_types.NOT_ACTIVATED,
        creation=creation_id,
    )


def _enter(session: Session, person: Person, attempt: Attempt, counted: _Counted) -> LoggedIn | Forbidden | None:
    """The password was right; None where the second factor is not, an error to raise once this is committed.

    Raises Forbidden where the second factor was not given or cannot be read.
    """
    if isinstance(person, StaffMember) and not second_factor.is_passed(person, attempt.code):
        return None
    limits.take_back(session, person.email_key, counted.slots)
    if isinstance(person, StaffMember) and person.disabled_at is not None:
        detail = "Ce compte de gestion est désactivé : adressez-vous à un administrateur."
        return Forbidden(detail, problem=problem_types.ACCOUNT_DISABLED)
    if parts().passwords.is_outdated(person.password_hash):
        person.password_hash = parts().passwords.hash(attempt.password)
    now = portal_now()
    previous = person.last_login_at or now  # pages always show a date: the first time it is today's
    person.last_login_at = now
    return _opened(session, person, attempt.device, previous)


def _opened(session: Session, person: Person, device: str | None, previous: datetime | None) -> LoggedIn:
    kind = "staff" if isinstance(person, StaffMember) else "candidate"
    secret = sessions.open_session(session, kind, person.id, previous)
    return LoggedIn(secret, _remember(session, person.id, device))


def _remember(session: Session, person_id: str, device: str | None) -> str:
    """The browser's cookie: the one it had if this portal gave it out, else a new one."""
    given = (
        device is not None
        and session.scalars(
            select(KnownBrowser).where(KnownBrowser.device_hash == hashed(device)).limit(1)
        ).one_or_none()
    )
    cookie = device if given and device else new_secret()
    session.merge(KnownBrowser(subject_id=person_id, device_hash=hashed(cookie), last_used_at=system_now()))
    return cookie


def _known_browser(session: Session, person: Person | None, device: str | None) -> str | None:
    """The browser's trace where it has logged in to this very account before."""
    if person is None or not device:
        return None
    found = session.get(KnownBrowser, (person.id, hashed(device)))
    return found.device_hash if found else None


def _refused_now(counted: _Counted) -> Unauthenticated:
    """The refusal; its owner gets a mail when tries begin to be slowed."""
    if counted.starts_to_slow and counted.person_id is not None:
        with db.operation() as session:
            data = {"owner_id": counted.person_id}
            follow_up(session, "send_failed_logins", data, subject=counted.person_id)
    return Unauthenticated(
        "Identifiant de connexion ou mot de passe incorrect.",
        problem=problem_types.LOGIN_REFUSED,
    )
