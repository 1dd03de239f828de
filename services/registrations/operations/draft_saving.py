"""The save: a draft becomes a candidature, or its next version. Pressed once or twenty times, the answer is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from services.chassis.events import follow_up, publish
from services.contracts.accounts import Identity
from services.reference.text import folded
from services.registrations.domain import registration_form, registration_numbers, windows
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.tab_views import RegistrationContent
from services.registrations.models import Candidate, Candidature, CandidatureVersion, Draft, db
from services.registrations.operations import audit
from services.registrations.operations.audit import Actor
from services.registrations.operations.candidates import accept_identity, lock_candidate
from services.registrations.operations.drafts import (
    active_candidature,
    locked_draft,
    refuse_oversized_answers,
    refuse_second_candidature,
)
from services.registrations.operations.errors import DraftChanged, window_closed
from services.registrations.operations.saved_event import registration_saved
from services.registrations.queries.catalogue import opening_view
from services.registrations.queries.dossiers import assembled_dossier


@dataclass(frozen=True)
class Saved:
    candidature_id: str
    version: int


def save_draft(candidate_id: str, draft_id: str, *, revision: int, identity: Identity, received_at: datetime) -> Saved:
    """« Enregistrer ». `received_at` is when the portal took the request up: [opens, closes) is judged by it.

    A draft already saved answers as it did. Raises NotFound, WindowClosed, DraftChanged, IdentityOutdated,
    AlreadyRegistered (K1), Incomplete with every reason of every tab; the text typed stays in the draft.
    """
    with db.operation() as session:
        candidate = lock_candidate(session, candidate_id)
        draft = locked_draft(session, candidate_id, draft_id)
        if draft.closed_at is not None:
            return _as_before(draft)
        dossier, digest = _complete(session, candidate, draft, revision, identity, received_at)
        outcome = registration_form.checked_content(dossier)
        candidature = _next_version(session, candidate, draft, dossier, outcome, received_at)
        version = add_version(
            session,
            candidature,
            dossier,
            outcome,
            digest=digest,
            saved_at=received_at,
            actor=Actor("candidate", candidate_id),
        )
        if version.version > 1:
            tell_by_mail(session, "send_modification_mail", version)
        candidate.engaged_at = candidate.engaged_at or received_at
        draft.closed_at, draft.candidature_id = received_at, candidature.id
        draft.saved_version = version.version
        return Saved(candidature.id, version.version)


def add_version(
    session: DbSession,
    candidature: Candidature,
    dossier: Dossier,
    outcome: RegistrationContent,
    *,
    digest: str,
    saved_at: datetime,
    actor: Actor,
    reason: str | None = None,
) -> CandidatureVersion:
    """Store and publish the version that `candidature` has now, and leave its trace."""
    event = registration_saved(candidature, dossier, outcome, saved_at, reason)
    version = CandidatureVersion(
        candidature_id=candidature.id,
        version=candidature.version,
        event_id=publish(session, event, subject=candidature.candidate_id),
        payload=event.to_data(),
        answers=dict(dossier.answers),
        catalogue_digest=digest,
        identity_version=dossier.identity.version,
        saved_at=saved_at,
        saved_by=str(actor),
        reason=reason,
    )
    session.add(version)
    trace = {"version": version.version, "catalogue": digest}
    audit.record(session, actor, "candidature.saved", candidature.id, saved_at, after=trace)
    return version


def name_after(candidature: Candidature, identity: Identity) -> None:
    """What staff find the candidature by."""
    candidature.name = f"{identity.nom_famille} {identity.prenoms}"[:210]
    usage = f" {identity.nom_usage}" if identity.nom_usage else ""
    candidature.folded_name = folded(candidature.name + usage)[:210]


def tell_by_mail(session: DbSession, name: str, version: CandidatureVersion) -> None:
    """Have a mail about this version sent once the transaction holds; the address is read when it is sent."""
    data = {"candidature_id": version.candidature_id, "version": version.version}
    follow_up(session, name, data, subject=version.payload["candidate_id"])


def _as_before(draft: Draft) -> Saved:
    if draft.candidature_id is None or draft.saved_version is None:
        raise RuntimeError("a closed draft names its candidature")
    return Saved(draft.candidature_id, draft.saved_version)


def _complete(
    session: DbSession,
    candidate: Candidate,
    draft: Draft,
    revision: int,
    identity: Identity,
    received_at: datetime,
) -> tuple[Dossier, str]:
    """The dossier to judge and the digest of its catalogue, once nothing but its content can be wrong."""
    view = opening_view(session, draft.opening_id)
    if not windows.is_open(view.opening.opens, view.opening.closes, received_at):
        raise window_closed(view, "Le service d'inscription est fermé : votre dossier n'a pas été enregistré.")
    if revision != draft.revision:
        raise DraftChanged(
            "Ce dossier a été modifié dans une autre fenêtre : relisez-le avant de l'enregistrer.",
            revision=draft.revision,
            yours={},
            theirs={},
        )
    dossier = assembled_dossier(
        session,
        view=view,
        candidate=candidate,
        identity=accept_identity(candidate, identity),
        answers=draft.answers,
        instant=received_at,
        modifies=draft.modification_of,
    )
    refuse_second_candidature(dossier)
    asked = registration_form.without_unasked_answers(dossier)
    refuse_oversized_answers(asked.answers)
    return asked, view.digest


def _next_version(
    session: DbSession, candidate: Candidate, draft: Draft, dossier: Dossier, outcome: RegistrationContent, at: datetime
) -> Candidature:
    if draft.modification_of is None:
        candidate.last_inscription += 1
        candidature = Candidature(
            candidate_id=candidate.id,
            opening_id=draft.opening_id,
            numero_inscription=registration_numbers.numero_inscription(candidate.last_inscription),
            version=1,
            saved_at=at,
        )
    else:
        candidature = active_candidature(session, candidate.id, draft.modification_of)
        candidature.version += 1
    name_after(candidature, dossier.identity)
    candidature.exclusivity_key = outcome.exclusivity_key
    candidature.specialite_code = outcome.specialite_code
    candidature.specialite_label = outcome.specialite_label
    session.add(candidature)
    session.flush()
    return candidature
