"""Versions of a saved candidature: added by its candidate, or as staff corrected the identity; its
end, its return."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict, found
from services.chassis.events import publish
from services.chassis.tasks.new_tasks import follow_up
from services.clock import iso_utc, portal_now
from services.contracts import registration_rules as rules
from services.contracts.accounts import Identity, IdentityCorrected
from services.contracts.base import read
from services.contracts.pieces import PiecesStateChanged
from services.contracts.registrations import (
    RegistrationSaved,
    RegistrationWithdrawn,
    from_stored,
    to_stored,
)
from services.contracts.retention import NO_VERSION_AFTER
from services.reference.text import folded
from services.registrations.domain import certification
from services.registrations.domain.certification import Certification, Validation
from services.registrations.domain.dossier import Dossier, PreviousCandidature
from services.registrations.domain.obstacles import (
    conflicting_candidature,
    place_taken,
    refusal_sentence,
)
from services.registrations.domain.registration_content import registration_saved
from services.registrations.models import (
    AuditEntry,
    Candidate,
    Candidature,
    CandidatureValidation,
    CandidatureVersion,
    Draft,
    OpeningRow,
    db,
)
from services.registrations.operations.candidates import lock_candidate, with_newest_email
from services.registrations.operations.errors import (
    AlreadyRegistered,
    refuse_when_closed,
    too_late_to,
)
from services.registrations.operations.openings import held_view
from services.registrations.queries.catalogue import opening_view
from services.registrations.queries.dossiers import assembled_dossier

UNDONE = "désinscription annulée par le candidat"


def withdraw(candidate_id: str, candidature_id: str, received_at: datetime) -> None:
    """« Se désinscrire », while the window is open; a repeat changes nothing.

    Raises NotFound, WindowClosed (`extra`: whom to contact). A new candidature can be saved
    afterwards.
    """
    end = partial(end_candidature, state=rules.WITHDRAWN)
    _change_own(candidate_id, candidature_id, received_at, rules.ACTIVE, end, "vous désinscrire")


def undo_withdrawal(candidate_id: str, candidature_id: str, received_at: datetime) -> None:
    """« Annuler ma désinscription », while the window is open; a repeat changes nothing.

    Raises NotFound, WindowClosed (`extra`: whom to contact), AlreadyRegistered when another
    candidature has its place.
    """
    _change_own(
        candidate_id,
        candidature_id,
        received_at,
        rules.WITHDRAWN,
        restore,
        "annuler votre désinscription",
    )


def _change_own(
    candidate_id: str,
    candidature_id: str,
    received_at: datetime,
    before: str,
    change: Callable[..., None],
    act: str,
) -> None:
    """Do it where the candidature is in the state `before`. Raises NotFound for one that is set
    aside too."""
    with db.operation() as transaction:
        lock_candidate(transaction, candidate_id)
        own = select(Candidature).filter_by(id=candidature_id, candidate_id=candidate_id)
        candidature = found(
            transaction.scalar(own.where(Candidature.state.in_((rules.ACTIVE, rules.WITHDRAWN))))
        )
        if candidature.state == before:
            refuse_when_closed(
                opening_view(transaction, candidature.opening_id), received_at, too_late_to(act)
            )
            change(transaction, candidature, actor=Actor("candidate", candidate_id), at=received_at)


def end_candidature(
    transaction: DbSession,
    candidature: Candidature,
    state: str,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
) -> None:
    """End a candidature: delete the draft of its modification, publish its end, ask for the mail to
    the candidate."""
    holder = or_(
        Draft.candidate_id == candidature.candidate_id, Draft.candidate_id.is_(None)
    )  # each has its index
    transaction.execute(
        delete(Draft).where(
            holder, Draft.modification_of == candidature.id, Draft.closed_at.is_(None)
        )
    )
    before = {"state": candidature.state}
    candidature.state = state
    candidature.state_changed_at = at
    candidature.end_reason = reason
    publish_end(transaction, candidature)
    mail = "send_withdrawal_mail" if state == rules.WITHDRAWN else "send_ecart_mail"
    request_mail(transaction, mail, candidature)
    after = {"state": state, "reason": reason}
    AuditEntry.record(
        transaction,
        actor,
        f"candidature.{state}",
        candidature.id,
        at=at,
        before=before,
        after=after,
    )


def publish_end(transaction: DbSession, candidature: Candidature) -> None:
    """Publish that a candidature has ended, at its `state_changed_at`."""
    event = RegistrationWithdrawn(
        candidature_id=candidature.id,
        candidate_id=candidature.candidate_id,
        version=_number_of_end(candidature),
        withdrawn_at=iso_utc(candidature.state_changed_at or candidature.first_saved_at),
        ecartee=candidature.state == rules.ECARTEE,
    )
    publish(transaction, event, subject=candidature.candidate_id)


def restore(
    transaction: DbSession,
    candidature: Candidature,
    actor: Actor,
    at: datetime,
    reason: str | None = None,
) -> None:
    """Make an ended candidature active again, as it was last saved, in a version newer than its
    end, and tell its candidate. `reason`: why staff do.

    Raises Conflict when its session has closed, AlreadyRegistered when another one has taken its
    place.
    """
    if transaction.get_one(OpeningRow, candidature.opening_id).session_closes <= at:
        raise Conflict("La session est close : cette candidature ne peut plus être rétablie.")
    candidate = transaction.get_one(Candidate, candidature.candidate_id)
    current = current_version(transaction, candidature)
    dossier = _as_saved(transaction, candidature, newest_identity(candidate, current), at)
    refuse_second_candidature(dossier, place_taken if reason else refusal_sentence)
    before = {"state": candidature.state, "reason": candidature.end_reason}
    candidature.version = _number_of_end(candidature) + 1
    candidature.state = rules.ACTIVE
    candidature.state_changed_at = at
    candidature.end_reason = None
    digest = current.catalogue_digest
    end = candidature.version - 1
    words = f"Candidature rétablie (la version {end:02d} en était la fin) : {reason or UNDONE}"
    is_as_it_was = dossier.identity.version == current.identity_version
    add_version(
        transaction,
        candidature,
        dossier,
        digest=digest,
        saved_at=at,
        actor=actor,
        reason=words,
        same_as=current if is_as_it_was else None,
        corrects=None if is_as_it_was else current,
    )
    request_mail(
        transaction,
        "send_restoration_mail" if reason else "send_undone_withdrawal_mail",
        candidature,
    )
    after = {"state": rules.ACTIVE, "reason": reason}
    AuditEntry.record(
        transaction,
        actor,
        "candidature.restored",
        candidature.id,
        at=at,
        before=before,
        after=after,
    )


def refuse_second_candidature(
    dossier: Dossier, sentence: Callable[[PreviousCandidature], str]
) -> None:
    """K1. Raises AlreadyRegistered when another active candidature has the same exclusivity key."""
    if (other := conflicting_candidature(dossier)) is not None:
        raise AlreadyRegistered(sentence(other), candidature_id=other.candidature_id)


def _number_of_end(candidature: Candidature) -> int:
    """Newer than any saved version, in whichever order the events arrive; a version saved later is
    newer still."""
    return candidature.version + 1


def correct_identity(transaction: DbSession, event: IdentityCorrected) -> None:
    """Staff corrected a civil status: each active candidature gets a new version, also outside the
    window.

    The answers are not checked again, as the candidate did not ask for the change. Late repeats
    change nothing.
    """
    candidate = lock_candidate(transaction, event.candidate_id)
    at = portal_now()
    candidate.identity_floor = max(candidate.identity_floor, event.identity.version)
    if candidate.email_version == NO_VERSION_AFTER:  # the account is erased
        return
    if event.identity.version > (candidate.corrected_identity or {}).get("version", 0):
        candidate.corrected_identity = asdict(event.identity)
    active = (
        select(Candidature)
        .join(OpeningRow, OpeningRow.id == Candidature.opening_id)
        .where(Candidature.candidate_id == candidate.id, Candidature.state == rules.ACTIVE)
        .where(OpeningRow.session_closes > at)
    )
    for candidature in transaction.scalars(active).all():
        current = current_version(transaction, candidature)
        if current.identity_version < event.identity.version:
            identity = with_newest_email(candidate, event.identity)
            dossier = _as_saved(transaction, candidature, identity, at)
            candidature.version += 1
            by = Actor("service", "accounts")
            digest = current.catalogue_digest
            add_version(
                transaction,
                candidature,
                dossier,
                digest=digest,
                saved_at=at,
                actor=by,
                reason=event.reason,
                corrects=current,
            )
            request_mail(transaction, "send_correction_mail", candidature)


def keep_pieces_state(transaction: DbSession, event: PiecesStateChanged) -> None:
    newer = (Candidature.id == event.candidature_id) & (Candidature.pieces_number <= event.number)
    transaction.execute(
        update(Candidature)
        .where(newer)
        .values(pieces_state=event.state, pieces_number=event.number)
    )


def current_version(transaction: DbSession, candidature: Candidature) -> CandidatureVersion:
    return transaction.get_one(CandidatureVersion, (candidature.id, candidature.version))


def newest_identity(candidate: Candidate, current: CandidatureVersion) -> Identity:
    """That of the version, unless staff corrected it since, while the candidature was not
    active."""
    saved = from_stored(current.payload).identity
    corrected = candidate.corrected_identity
    is_newer = corrected is not None and corrected["version"] > saved.version
    return with_newest_email(
        candidate, read(Identity, corrected) if corrected and is_newer else saved
    )


def _as_saved(
    transaction: DbSession, candidature: Candidature, identity: Identity, at: datetime
) -> Dossier:
    """What the current version said, under the catalogue of then."""
    current = current_version(transaction, candidature)
    candidate = transaction.get_one(Candidate, candidature.candidate_id)
    view = held_view(transaction, candidature.opening_id, current.catalogue_digest)
    return assembled_dossier(
        transaction, view, candidate, identity, at, current.answers, candidature.id
    )


def add_version(
    transaction: DbSession,
    candidature: Candidature,
    dossier: Dossier,
    *,
    digest: str,
    saved_at: datetime,
    actor: Actor,
    reason: str | None = None,
    overridden: Sequence[str] = (),
    same_as: CandidatureVersion | None = None,
    corrects: CandidatureVersion | None = None,
    begun_at: datetime | None = None,
) -> CandidatureVersion:
    """Store and publish `candidature.version`, with the audit entry; sets the name that staff find
    it by.

    `overridden`: what rules refused, which the audit trail counts. `same_as`: what proves that
    version proves this one. `corrects`: the version that staff replace, whose validation counts on
    where this one says the same. `begun_at`: of a first version, when its draft was begun.
    """
    _set_name(candidature, dossier.identity)
    transaction.add(candidature)
    transaction.flush()
    in_both: dict[str, Any] = {"candidature_id": candidature.id, "version": candidature.version}
    in_both |= {"saved_at": saved_at, "reason": reason}
    candidate_id = candidature.candidate_id
    numero = candidature.numero_inscription
    event = registration_saved(
        dossier, candidate_id=candidate_id, numero_inscription=numero, **in_both
    )
    if same_as is not None:
        pieces = tuple(replace(piece, proves_version=False) for piece in event.pieces)
        event = replace(event, pieces=pieces)
    event = _certified(transaction, candidature, event, same_as, corrects)
    state = rules.TO_VALIDATE if event.is_to_validate else rules.VALIDATED
    candidature.validation = state if event.is_certified_online else None
    version = CandidatureVersion(
        **in_both,
        event_id=publish(transaction, event, subject=candidate_id),
        payload=to_stored(event),
        answers=dict(dossier.answers),
        catalogue_digest=digest,
        identity_version=dossier.identity.version,
        saved_by=str(actor),
        overridden=list(overridden) or None,
    )
    transaction.add(version)
    trace = {
        "version": version.version,
        "catalogue": digest,
        "reason": reason,
        "overridden": len(overridden),
    }
    trace = {name: value for name, value in (trace | {"begun_at": begun_at}).items() if value}
    AuditEntry.record(
        transaction, actor, "candidature.saved", candidature.id, at=saved_at, after=trace
    )
    return version


def _set_name(candidature: Candidature, identity: Identity) -> None:
    usage = f" {identity.nom_usage}" if identity.nom_usage else ""  # it is only searched
    candidature.name = f"{identity.nom_famille} {identity.prenoms}"[: rules.CANDIDATE_NAME_LENGTH]
    candidature.folded_name = folded(candidature.name + usage)[: rules.CANDIDATE_NAME_LENGTH]


def _certified(
    transaction: DbSession,
    candidature: Candidature,
    event: RegistrationSaved,
    same_as: CandidatureVersion | None,
    corrects: CandidatureVersion | None,
) -> RegistrationSaved:
    """Store what certifies the current version, and return its event with that."""
    before = _certification_of(transaction, candidature, same_as or corrects)
    if same_as is not None:
        now = before
    elif corrects is not None:
        replaced = from_stored(corrects.payload)
        at = datetime.fromisoformat(event.saved_at)
        now = certification.after_correction(before, replaced, event, at)
    else:
        now = certification.after_modification(before, event)
    candidature.validate_until = now.validate_until
    validation = now.validation
    if validation is not None:
        transaction.add(
            CandidatureValidation(
                candidature_id=candidature.id,
                version=candidature.version,
                at=validation.at,
                by=validation.by,
                digest=validation.digest,
            )
        )
    return replace(
        event,
        validated_at=iso_utc(validation.at) if validation else None,
        validate_until=iso_utc(now.validate_until) if now.validate_until else None,
    )


def _certification_of(
    transaction: DbSession, candidature: Candidature, version: CandidatureVersion | None
) -> Certification:
    """What certified that version, before which no other one is looked at."""
    row = version and transaction.get(CandidatureValidation, (candidature.id, version.version))
    validation = Validation(row.at, row.by, row.digest) if row else None
    return Certification(validation, candidature.validate_until)


def request_mail(transaction: DbSession, name: str, candidature: Candidature) -> None:
    """Ask for a mail about the current version, sent after the commit; the follow-up `name` reads
    the address."""
    data = {"candidature_id": candidature.id, "version": candidature.version}
    follow_up(transaction, name, data, subject=candidature.candidate_id)
