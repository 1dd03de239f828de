"""Builds the event of a saved version from the dossier and its content."""

from __future__ import annotations

from datetime import datetime

from services.chassis.clock import iso_utc
from services.contracts.registrations import AcademieRef, ExamRef, RegistrationSaved, SessionRef
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.registration_content import RegistrationContent
from services.registrations.models import Candidature


def registration_saved(
    candidature: Candidature,
    dossier: Dossier,
    content: RegistrationContent,
    saved_at: datetime,
    reason: str | None = None,
) -> RegistrationSaved:
    """The version that `candidature` has now."""
    return RegistrationSaved(
        candidature_id=candidature.id,
        candidate_id=candidature.candidate_id,
        version=candidature.version,
        saved_at=iso_utc(saved_at),
        numero_candidat=dossier.numero_candidat,
        numero_inscription=candidature.numero_inscription,
        exam=ExamRef(dossier.exam.code, dossier.exam.label, dossier.exam.domaine),
        session=_session(dossier),
        academie=AcademieRef(dossier.opening.academie, dossier.opening.label, dossier.opening.contact),
        closes_at=iso_utc(dossier.opening.closes),
        identity=dossier.identity,
        recap=content.recap.sections,
        epreuves=content.epreuves,
        confirmation=content.confirmation,
        demande_text=content.demande_text,
        pieces=content.pieces,
        forms=content.forms,
        reason=reason,
    )


def _session(dossier: Dossier) -> SessionRef:
    return SessionRef(
        name=dossier.session.name,
        label=dossier.session.label,
        code_choice=dossier.opening.code_choice,
        code_pdf=dossier.opening.code_pdf,
        closes_at=iso_utc(dossier.session.closes),
    )
