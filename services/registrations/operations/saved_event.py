"""The event of a saved version: everything its readers need, from what the domain made of the dossier."""

from __future__ import annotations

from datetime import UTC, datetime

from services.contracts.registrations import (
    AcademieRef,
    Contact,
    ExamRef,
    RegistrationSaved,
    SessionRef,
)
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import ContactText
from services.registrations.domain.tab_views import RegistrationContent
from services.registrations.models import Candidature


def iso(instant: datetime) -> str:
    """An instant as contracts write it: ISO 8601, in UTC."""
    return instant.astimezone(UTC).isoformat()


def registration_saved(
    candidature: Candidature,
    dossier: Dossier,
    outcome: RegistrationContent,
    saved_at: datetime,
    reason: str | None = None,
) -> RegistrationSaved:
    """The version that `candidature` has now."""
    return RegistrationSaved(
        candidature_id=candidature.id,
        candidate_id=candidature.candidate_id,
        version=candidature.version,
        saved_at=iso(saved_at),
        numero_candidat=dossier.numero_candidat,
        numero_inscription=candidature.numero_inscription,
        exam=ExamRef(dossier.exam.code, dossier.exam.label, dossier.exam.domaine),
        session=_session(dossier),
        academie=AcademieRef(dossier.opening.academie, dossier.opening.label, _contact(dossier.opening.contact)),
        closes_at=iso(dossier.opening.closes),
        identity=dossier.identity,
        recap=outcome.recap.sections,
        epreuves=outcome.epreuves,
        confirmation=outcome.confirmation,
        demande_text=outcome.demande_text,
        pieces=outcome.pieces,
        forms=outcome.forms,
        reason=reason,
    )


def _session(dossier: Dossier) -> SessionRef:
    return SessionRef(
        name=dossier.session.name,
        label=dossier.session.label,
        code_choice=dossier.opening.code_choice,
        code_pdf=dossier.opening.code_pdf,
        closes_at=iso(dossier.session.closes),
    )


def _contact(text: ContactText) -> Contact:
    return Contact(text.title, tuple(text.lines), text.telephone, text.email)
