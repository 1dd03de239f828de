"""Logging in. Every refusal has the same message and the same duration (argon2 always runs); a try
is counted before it is verified."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts.clients.identity_provider import ProvidedIdentity
from services.accounts.dependencies import dependencies
from services.accounts.domain.emails import key_of
from services.accounts.models import AuditEntry, KnownBrowser, StaffMember, db
from services.accounts.operations import (
    account_creation,
    provider_identities,
    rate_limits,
    second_factor,
    sessions,
)
from services.accounts.operations.rate_limits import Slots, retried
from services.accounts.queries import accounts
from services.accounts.queries.accounts import Person
from services.accounts.stored_secrets import hash_secret, new_secret
from services.chassis.database.audit import Actor
from services.chassis.errors import DomainError, Forbidden, Invalid, Unauthenticated
from services.chassis.tasks.new_tasks import follow_up
from services.clock import portal_now, system_now
from services.contracts import problem_types
from services.contracts.api.sessions import CANDIDATE, STAFF
from services.contracts.api.sign_in import FRANCECONNECT, PROCONNECT


@dataclass(frozen=True)
class Attempt:
    """A try to log in, as it was typed.

    `device`: the browser's long-lived cookie. `source`: the visitor's address. `code`: of a second
    factor, or a recovery code. `identity`: of a provider, sealed, to be joined to the account.
    """

    email: str
    password: str
    device: str | None
    source: str
    code: str | None = None
    identity: str | None = None


@dataclass(frozen=True)
class LoggedIn:
    """The secrets for the browser: of this session, and of the browser itself."""

    session: str
    device: str


@dataclass(frozen=True)
class _CountedAttempt:
    """The attempt as counted, and whose it may be: `pending` are (id, password hash) of the
    creations at an address without activated account."""

    person: Person | None
    pending: list[tuple[str, str]]
    slots: Slots
    starts_to_slow: bool


def log_in(attempt: Attempt) -> LoggedIn:
    """Open a session. Raises Invalid without a password, which is no try; TooMany, Unauthenticated
    `identification-refusee`, Unavailable where the hashing queue is full; only after the right
    password Forbidden `compte-non-active`, `second-facteur`, `second-facteur-illisible`,
    `compte-desactive`."""
    if not attempt.password:
        raise Invalid.in_field("password", "Saisissez votre mot de passe.")
    email_key = key_of(attempt.email)
    with dependencies().password_hasher.turn(
        attempt.source
    ):  # first: a try that gets no turn is not counted
        counted = _count_attempt(email_key, attempt)
        if counted.pending:
            raise _not_activated_error(email_key, attempt, counted)
        password_hash = counted.person.password_hash if counted.person else None
        if not dependencies().password_hasher.matches(password_hash, attempt.password):
            raise _refused_error(counted)
        with db.operation() as transaction:
            person = accounts.owner_of(transaction, email_key, lock=True)
            is_unchanged = person is not None and person.password_hash == password_hash
            outcome = (
                _complete_login(transaction, person, attempt, counted)
                if is_unchanged and person
                else None
            )
    if outcome is None:
        raise _refused_error(
            counted, "Identifiant de connexion, mot de passe ou code du second facteur incorrect."
        )
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


@retried
def _count_attempt(email_key: str, attempt: Attempt) -> _CountedAttempt:
    with db.operation() as transaction:
        person = accounts.owner_of(transaction, email_key)
        slots = rate_limits.login_slots(
            attempt.source, _known_browser_hash(transaction, person, attempt.device)
        )
        starts_to_slow = rate_limits.count_attempt(transaction, email_key, slots)
        creations = [] if person else accounts.pending_creations_at(transaction, email_key)
        pending = [(creation.id, creation.password_hash) for creation in creations]
        return _CountedAttempt(person, pending, slots, starts_to_slow)


def _not_activated_error(
    email_key: str, attempt: Attempt, counted: _CountedAttempt
) -> Forbidden | Unauthenticated:
    """Return the refusal of an account that waits for its activation. It tells so only after the
    right password of a creation, and names that `creation`."""
    creation_id = account_creation.creation_with_password(
        counted.pending, email_key, attempt.password
    )
    if creation_id is None:
        return _refused_error(counted)
    with db.operation() as transaction:
        rate_limits.uncount_attempt(transaction, email_key, counted.slots)
    return Forbidden(
        "Votre compte n'est pas encore activé : cliquez sur le lien du mail reçu, ou demandez un "
        "nouvel envoi.",
        problem=problem_types.NOT_ACTIVATED,
        creation=creation_id,
    )


def _complete_login(
    transaction: Session, person: Person, attempt: Attempt, counted: _CountedAttempt
) -> LoggedIn | DomainError | None:
    """Return the log-in, after the right password; None where the second factor is wrong; or an
    error, which the caller raises once the transaction is committed. Raises Forbidden where the
    second factor cannot be read, or the identity is no longer valid."""
    provider = PROCONNECT if isinstance(person, StaffMember) else FRANCECONNECT
    identity = provider_identities.unseal(attempt.identity, provider) if attempt.identity else None
    if isinstance(person, StaffMember) and not attempt.code:
        rate_limits.give_back_attempt(transaction, person.email_key, counted.slots)
        return second_factor.code_asked_error()
    if isinstance(person, StaffMember) and not second_factor.use_code(
        transaction, person, attempt.code, at_log_in=True
    ):
        return None
    rate_limits.uncount_attempt(transaction, person.email_key, counted.slots)
    if isinstance(person, StaffMember) and person.disabled_at is not None:
        return disabled_error()
    if identity is not None and (
        refusal := provider_identities.join(transaction, person, identity)
    ):
        return refusal
    if dependencies().password_hasher.is_outdated(person.password_hash):
        person.password_hash = dependencies().password_hasher.hash(attempt.password)
    return open_session(transaction, person, attempt.device, identity)


def disabled_error() -> Forbidden:
    detail = "Ce compte de gestion est désactivé : adressez-vous à un administrateur."
    return Forbidden(detail, problem=problem_types.ACCOUNT_DISABLED)


def open_session(
    transaction: Session,
    person: Person,
    device: str | None,
    identity: ProvidedIdentity | None = None,
) -> LoggedIn:
    """Open a session of `person`, within the caller's transaction. `identity`: of a provider, with
    which they have signed in."""
    now = portal_now()
    previous = person.last_login_at or now  # pages always show a date: at the first log-in today's
    person.last_login_at = now
    kind = STAFF if isinstance(person, StaffMember) else CANDIDATE
    if kind == STAFF:
        AuditEntry.record(transaction, Actor("staff", person.id), "staff_logged_in", person.id)
    secret = sessions.open_session(transaction, kind, person.id, previous, identity)
    return LoggedIn(secret, _remember_browser(transaction, person.id, device))


def _remember_browser(transaction: Session, person_id: str, device: str | None) -> str:
    """Note that the browser has logged in to this account, and return its cookie: the one it sent
    if this portal issued it, else a new one."""
    issued = (
        select(KnownBrowser.device_hash)
        .where(KnownBrowser.device_hash == hash_secret(device or ""))
        .limit(1)
    )
    cookie = device if device and transaction.scalar(issued) else new_secret()
    transaction.merge(
        KnownBrowser(
            subject_id=person_id, device_hash=hash_secret(cookie), last_used_at=system_now()
        )
    )
    return cookie


def _known_browser_hash(
    transaction: Session, person: Person | None, device: str | None
) -> str | None:
    """Return the browser's hash where it has logged in to this very account before."""
    if person is None or not device:
        return None
    browser = transaction.get(KnownBrowser, (person.id, hash_secret(device)))
    return browser.device_hash if browser else None


def _refused_error(
    counted: _CountedAttempt, detail: str = "Identifiant de connexion ou mot de passe incorrect."
) -> Unauthenticated:
    """Return the refusal of a log-in; where tries begin to be slowed, the account's owner is sent a
    mail."""
    if counted.starts_to_slow and (owner := counted.person):
        with db.operation() as transaction:
            follow_up(transaction, "send_failed_logins", {"owner_id": owner.id}, subject=owner.id)
    return Unauthenticated(detail, problem=problem_types.LOGIN_REFUSED)
