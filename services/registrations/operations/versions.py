"""Versions of saved candidatures: each is stored with what certifies it, published, and told in the
audit trail."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.events import publish
from services.chassis.tasks.new_tasks import follow_up
from services.contracts import registration_rules as rules
from services.contracts.accounts import Identity
from services.contracts.registrations import RegistrationSaved, from_stored, to_stored
from services.reference.text import folded
from services.registrations.domain import certification
from services.registrations.domain.candidature import CandidatureState
from services.registrations.domain.certification import Certification, Validation
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.registration_content import proved_before, registration_saved
from services.registrations.models import (
    AuditEntry,
    Candidate,
    Candidature,
    CandidatureValidation,
    CandidatureVersion,
)
from services.registrations.operations.openings import held_view
from services.registrations.queries.dossiers import assembled_dossier


@dataclass(frozen=True)
class NewVersion:
    """What is saved of a candidature, by whom, when and why.

    `standing`: the candidature as it is with this version, which has its number. `digest`: of the
    catalogue by which the `dossier` was read. `overridden`: what rules refused and an
    administrateur let pass, which the audit trail counts. `begun_at`: of a first version, when its
    draft was begun. `same_as`: what proves that version proves this one. `corrects`: the version
    that staff replace, whose validation counts on where this one says the same.
    """

    standing: CandidatureState
    dossier: Dossier
    digest: str
    saved_at: datetime
    actor: Actor
    reason: str | None = None
    overridden: tuple[str, ...] = ()
    begun_at: datetime | None = None
    same_as: CandidatureVersion | None = None
    corrects: CandidatureVersion | None = None


def add_version(
    transaction: DbSession, candidature: Candidature, new: NewVersion
) -> CandidatureVersion:
    """Store and publish a new version, with its entry in the audit trail; set the name that staff
    find the candidature by."""
    _set_name(candidature, new.dossier.identity)
    candidature.store(new.standing)
    transaction.add(candidature)
    transaction.flush()
    event = _certified(transaction, candidature, new)
    version = CandidatureVersion(
        candidature_id=candidature.id,
        version=new.standing.version,
        event_id=publish(transaction, event, subject=candidature.candidate_id),
        payload=to_stored(event),
        answers=dict(new.dossier.answers),
        catalogue_digest=new.digest,
        identity_version=new.dossier.identity.version,
        saved_at=new.saved_at,
        saved_by=str(new.actor),
        reason=new.reason,
        overridden=list(new.overridden) or None,
    )
    transaction.add(version)
    AuditEntry.record(
        transaction,
        new.actor,
        "candidature.saved",
        candidature.id,
        at=new.saved_at,
        after=_trace(new),
    )
    return version


def _set_name(candidature: Candidature, identity: Identity) -> None:
    usage = f" {identity.nom_usage}" if identity.nom_usage else ""  # it is only searched
    candidature.name = f"{identity.nom_famille} {identity.prenoms}"[: rules.CANDIDATE_NAME_LENGTH]
    candidature.folded_name = folded(candidature.name + usage)[: rules.CANDIDATE_NAME_LENGTH]


def _certified(
    transaction: DbSession, candidature: Candidature, new: NewVersion
) -> RegistrationSaved:
    """Store what certifies the new version, and return its event with that."""
    saved = registration_saved(
        new.dossier,
        candidature_id=candidature.id,
        candidate_id=candidature.candidate_id,
        version=new.standing.version,
        numero_inscription=candidature.numero_inscription,
        saved_at=new.saved_at,
        reason=new.reason,
    )
    if new.same_as is not None:
        saved = proved_before(saved)
    now = _certification(transaction, candidature, new, saved)
    candidature.store(new.standing.certify(now, is_online=saved.is_certified_online))
    if now.validation is not None:
        transaction.add(
            CandidatureValidation(
                candidature_id=candidature.id,
                version=new.standing.version,
                at=now.validation.at,
                by=now.validation.by,
                digest=now.validation.digest,
            )
        )
    return now.certified(saved)


def _certification(
    transaction: DbSession, candidature: Candidature, new: NewVersion, saved: RegistrationSaved
) -> Certification:
    """Return what certifies the new version, by what it is to the one before."""
    if new.same_as is not None:
        return _certification_of(transaction, candidature, new.same_as)
    if new.corrects is not None:
        before = _certification_of(transaction, candidature, new.corrects)
        replaced = from_stored(new.corrects.payload)
        return certification.after_correction(before, replaced, saved, new.saved_at)
    before = Certification(validate_until=candidature.validate_until)
    return certification.after_modification(before, saved)


def _certification_of(
    transaction: DbSession, candidature: Candidature, version: CandidatureVersion
) -> Certification:
    """Return what certifies the version that was the current one until now."""
    row = transaction.get(CandidatureValidation, (candidature.id, version.version))
    validation = Validation(row.at, row.by, row.digest) if row else None
    return Certification(validation, candidature.validate_until)


def _trace(new: NewVersion) -> dict[str, object]:
    """Return what the audit trail keeps of a version: what there is of it, and nothing empty."""
    trace = {
        "version": new.standing.version,
        "catalogue": new.digest,
        "reason": new.reason,
        "overridden": len(new.overridden),
        "begun_at": new.begun_at,
    }
    return {name: value for name, value in trace.items() if value}


def current_version(transaction: DbSession, candidature: Candidature) -> CandidatureVersion:
    return transaction.get_one(CandidatureVersion, (candidature.id, candidature.version))


def dossier_as_saved(
    transaction: DbSession, candidature: Candidature, identity: Identity, at: datetime
) -> Dossier:
    """Return what the current version said, of that identity and under the catalogue of then, by
    dates that do not move before the transaction ends."""
    current = current_version(transaction, candidature)
    candidate = transaction.get_one(Candidate, candidature.candidate_id)
    view = held_view(transaction, candidature.opening_id, current.catalogue_digest)
    return assembled_dossier(
        transaction, view, candidate, identity, at, current.answers, candidature.id
    )


def request_mail(transaction: DbSession, name: str, candidature: Candidature) -> None:
    """Ask for a mail about the current version, sent after the commit; the follow-up `name` reads
    the address."""
    data = {"candidature_id": candidature.id, "version": candidature.version}
    follow_up(transaction, name, data, subject=candidature.candidate_id)
