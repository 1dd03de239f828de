"""« Enregistrer »: a draft becomes a candidature, or its next version. Repeats get the same answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.contracts.accounts import Identity
from services.contracts.api.drafts import SavedVersion
from services.registrations.domain import permitted_acts, registration_form, registration_numbers
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.rules.exclusivity import exclusivity_key
from services.registrations.metrics import SAVED
from services.registrations.models import Candidate, Candidature, Draft, db
from services.registrations.operations.candidates import accept_identity, lock_candidate
from services.registrations.operations.drafts import (
    active_candidature,
    locked_draft,
    refuse_oversized_answers,
    refuse_second_candidature,
)
from services.registrations.operations.errors import DraftChanged, window_closed
from services.registrations.operations.versions import add_version, request_mail
from services.registrations.queries.catalogue import opening_view
from services.registrations.queries.dossiers import assembled_dossier


def save_draft(
    candidate_id: str, draft_id: str, *, revision: int, identity: Identity, received_at: datetime
) -> SavedVersion:
    """« Enregistrer ». `received_at`: when the portal received the request, which [opens, closes) is compared with.

    A draft that is already saved gets the first answer. Raises NotFound, WindowClosed, DraftChanged, IdentityOutdated,
    AlreadyRegistered (K1), Incomplete with every error of every tab; what was typed stays in the draft.
    """
    with db.operation() as session:
        candidate = lock_candidate(session, candidate_id)
        draft = locked_draft(session, candidate_id, draft_id)
        if draft.closed_at is not None:
            return _earlier_save(draft)
        dossier, digest = _checked_dossier(session, candidate, draft, revision, identity, received_at)
        registration_form.refuse_incomplete(dossier)
        candidature = _candidature_to_save(session, candidate, draft, dossier, received_at)
        version = add_version(
            session,
            candidature,
            dossier,
            digest=digest,
            saved_at=received_at,
            actor=Actor("candidate", candidate_id),
        )
        if version.version > 1:
            request_mail(session, "send_modification_mail", candidature)
        candidate.engaged_at = candidate.engaged_at or received_at
        draft.closed_at, draft.candidature_id = received_at, candidature.id
        draft.saved_version = version.version
        saved = SavedVersion(candidature_id=candidature.id, version=version.version)
    _count(dossier, saved)
    return saved


def _count(dossier: Dossier, saved: SavedVersion) -> None:
    kind = "first" if saved.version == 1 else "modification"
    SAVED.labels(dossier.exam.code, dossier.session.name, dossier.opening.academie, kind).inc()


def _earlier_save(draft: Draft) -> SavedVersion:
    if draft.candidature_id is None or draft.saved_version is None:
        raise RuntimeError("a closed draft names its candidature")
    return SavedVersion(candidature_id=draft.candidature_id, version=draft.saved_version)


def _checked_dossier(
    session: DbSession,
    candidate: Candidate,
    draft: Draft,
    revision: int,
    identity: Identity,
    received_at: datetime,
) -> tuple[Dossier, str]:
    """The dossier and the digest of its catalogue, with window, revision, identity and exclusivity (K1) checked.

    What is typed in the tabs is checked afterwards. Raises as `save_draft`.
    """
    view = opening_view(session, draft.opening_id)
    may_save = permitted_acts.may_be_modified if draft.modification_of else permitted_acts.may_register
    if not may_save(view.opening, received_at):
        raise window_closed(view, "Le service d'inscription est fermé : votre dossier n'a pas été enregistré.")
    if revision != draft.revision:
        raise DraftChanged(
            "Ce dossier a été modifié dans une autre fenêtre : relisez-le avant de l'enregistrer.",
            revision=draft.revision,
            yours={},
            theirs={},
        )
    identity = accept_identity(candidate, identity)
    dossier = assembled_dossier(session, view, candidate, identity, received_at, draft.answers, draft.modification_of)
    refuse_second_candidature(dossier)
    asked_only = registration_form.without_unasked_answers(dossier)
    refuse_oversized_answers(asked_only.answers)
    return asked_only, view.digest


def _candidature_to_save(
    session: DbSession, candidate: Candidate, draft: Draft, dossier: Dossier, at: datetime
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
    specialite = dossier.specialite
    candidature.exclusivity_key = exclusivity_key(dossier)
    candidature.specialite_code = specialite.code if specialite else None
    candidature.specialite_label = specialite.label if specialite else None
    return candidature
