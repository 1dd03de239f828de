"""The candidate's row: the lock of all that a candidate saves, the N° candidat, the mail address,
refused ones."""

from dataclasses import replace

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.tasks.retention import erase_subject
from services.clock import portal_now
from services.contracts.accounts import EmailChanged, Identity
from services.contracts.base import read
from services.contracts.registrations import from_stored
from services.contracts.retention import NO_VERSION_AFTER
from services.mail import sent_mails
from services.registrations.domain import registration_numbers
from services.registrations.domain.exam_definition import OpeningView
from services.registrations.domain.refusals import AlreadyRegistered, IdentityOutdated
from services.registrations.models import (
    Candidate,
    CandidatureVersion,
    Draft,
    MailRefusal,
    NumberCounter,
    audit_chain,
    db,
)

RETENTION = Actor("service", "registrations")
"""Who erases what the law no longer lets us keep."""


def lock_candidate(transaction: DbSession, candidate_id: str) -> Candidate:
    """Return the candidate's row, created at the first call, locked until the transaction ends."""
    row = _insert_into(transaction, Candidate).values(
        id=candidate_id, identity_floor=0, last_inscription=0, email_version=0
    )
    transaction.execute(row.on_conflict_do_nothing())
    return transaction.scalars(
        select(Candidate)
        .where(Candidate.id == candidate_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _insert_into(
    transaction: DbSession, model: type[Candidate | NumberCounter]
) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT in the dialect of the database, which can do nothing where the row exists:
    concurrent callers all succeed."""
    is_postgresql = transaction.get_bind().dialect.name == "postgresql"
    return postgresql.insert(model) if is_postgresql else sqlite.insert(model)


def accept_identity(candidate: Candidate, identity: Identity) -> Identity:
    """Return the identity to save with, whose mail address is the newest known. Raises
    IdentityOutdated below the floor."""
    if identity.version < candidate.identity_floor:
        raise IdentityOutdated("Vos données personnelles viennent de changer : veuillez réessayer.")
    return with_newest_email(candidate, identity)


def with_newest_email(candidate: Candidate, identity: Identity) -> Identity:
    """Return the identity with the newer of its own and the row's mail address; update the row
    likewise."""
    if identity.version >= candidate.email_version or candidate.email is None:
        candidate.email = identity.email
        candidate.email_version = identity.version
        return identity
    return replace(identity, email=candidate.email)


def newest_identity(candidate: Candidate, current: CandidatureVersion) -> Identity:
    """Return the identity of the current version of a candidature, or the one that staff corrected
    since, while the candidature was not active."""
    saved = from_stored(current.payload).identity
    corrected = candidate.corrected_identity
    is_newer = corrected is not None and corrected["version"] > saved.version
    return with_newest_email(
        candidate, read(Identity, corrected) if corrected and is_newer else saved
    )


def set_identity_floor(candidate_id: str, version: int) -> None:
    """Refuse from now on identities older than `version`. Idempotent.

    Raises AlreadyRegistered when a candidature was ever saved: the identity can then be changed by
    staff only.
    """
    with db.operation() as transaction:
        candidate = lock_candidate(transaction, candidate_id)
        _refuse_engaged(candidate)
        candidate.identity_floor = max(candidate.identity_floor, version)


def erase_candidate(candidate_id: str) -> None:
    """Erase what a deleted account leaves here: drafts, address, number, mails, events. No other
    gets its number, and nothing that arrives later is stored. Idempotent.

    Raises AlreadyRegistered when a candidature was ever saved.
    """
    with db.operation() as transaction:
        candidate = lock_candidate(transaction, candidate_id)
        _refuse_engaged(candidate)
        _erase_drafts(transaction, candidate_id)
        transaction.execute(delete(MailRefusal).where(MailRefusal.candidate_id == candidate_id))
        sent_mails.erase_mails_of(transaction, candidate_id)
        erase_subject(transaction, candidate_id)
        candidate.email = candidate.numero_candidat = candidate.corrected_identity = None
        candidate.identity_floor = candidate.email_version = NO_VERSION_AFTER


def erase_drafts(candidate_id: str) -> None:
    """Erase what was typed and not transmitted, and what was saved of it to answer repeats.
    Idempotent."""
    with db.operation() as transaction:
        lock_candidate(transaction, candidate_id)
        _erase_drafts(transaction, candidate_id)


def _erase_drafts(transaction: DbSession, candidate_id: str) -> None:
    drafts = transaction.scalars(
        delete(Draft).where(Draft.candidate_id == candidate_id).returning(Draft.id)
    ).all()
    audit_chain.erase(transaction, drafts, RETENTION)


def renew_email(transaction: DbSession, event: EmailChanged) -> None:
    """Send mails to the candidate's new address from now on; events that arrive late change
    nothing."""
    candidate = lock_candidate(transaction, event.candidate_id)
    if event.version > candidate.email_version:
        candidate.email = event.email
        candidate.email_version = event.version


def _refuse_engaged(candidate: Candidate) -> None:
    if candidate.engaged_at is not None:
        raise AlreadyRegistered("Une candidature a déjà été enregistrée avec ce compte.")


def reserve_numero(transaction: DbSession, candidate: Candidate, view: OpeningView) -> str:
    """Return the candidate's N° candidat: the one there is, or the next of the school year and
    académie."""
    if candidate.numero_candidat is None:
        school_year = registration_numbers.school_year(view.session.year)
        academie = view.opening.academie
        counter = _insert_into(transaction, NumberCounter).values(
            school_year=school_year, academie=academie, last=0
        )
        transaction.execute(counter.on_conflict_do_nothing())
        raised = (
            update(NumberCounter)
            .where(NumberCounter.school_year == school_year, NumberCounter.academie == academie)
            .values(last=NumberCounter.last + 1)
        )
        sequence = transaction.scalars(raised.returning(NumberCounter.last)).one()
        candidate.numero_candidat = registration_numbers.numero_candidat(
            view.session.year, view.opening.academie, sequence
        )
    return candidate.numero_candidat


def record_refusal(candidate_id: str, address: str, code: int) -> None:
    """Record that a mail to this address was refused; refusals of earlier addresses are deleted."""
    with db.operation() as transaction:
        transaction.get_one(Candidate, candidate_id, with_for_update=True)
        earlier = (MailRefusal.candidate_id == candidate_id) & (MailRefusal.address != address)
        transaction.execute(delete(MailRefusal).where(earlier))
        refusal = MailRefusal(
            candidate_id=candidate_id, address=address, code=code, refused_at=portal_now()
        )
        sent_mails.record_refusal(transaction, refusal)


def forget_refusal(candidate_id: str, address: str) -> None:
    """Delete the refusal: the server accepted a mail to this address."""
    sent_mails.forget_refusal(db, MailRefusal, (candidate_id, address))
