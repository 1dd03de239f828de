"""A candidature as staff read it: with its versions and what each changed, the candidate's mails, the notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.chassis.errors import NotFound
from services.contracts.stored_registrations import from_stored
from services.mail import sent_mails
from services.registrations.domain.changes import changes
from services.registrations.models import (
    Candidate,
    Candidature,
    CandidatureNote,
    CandidatureVersion,
    MailRefusal,
    OpeningRow,
)
from services.registrations.queries.candidatures import recap
from services.registrations.queries.staff_search import Academies

MAILS = 50  # the newest, of a candidature's candidate


def candidature_detail(session: DbSession, candidature_id: str, academies: Academies) -> dict[str, Any]:
    """A candidature with its versions, newest first. Raises NotFound, also outside these académies."""
    candidature, opening = candidature_in_academies(session, candidature_id, academies)
    candidate = session.get_one(Candidate, candidature.candidate_id)
    refusal = session.get(MailRefusal, (candidate.id, candidate.email or ""))
    versions = list(
        session.scalars(
            select(CandidatureVersion)
            .where(CandidatureVersion.candidature_id == candidature_id)
            .order_by(CandidatureVersion.version)
        )
    )
    version_data = [_version(*pair) for pair in zip([None, *versions], versions, strict=False)]
    current = recap(from_stored(versions[-1].payload))
    return {
        **candidature_row(candidature, opening, candidate.numero_candidat),
        "recap": current,
        "versions": version_data[::-1],
        "mails": _mails(session, candidate.id, academies),
        "notes": list(_notes(session, candidature.id)),
        "mails_refused": {"code": refusal.code, "since": refusal.refused_at} if refusal else None,
    }


def _mails(session: DbSession, candidate_id: str, academies: Academies) -> list[dict[str, Any]]:
    """The newest mails to a candidate; none where candidatures outside these académies may be what they are about."""
    openings = select(OpeningRow.academie).join(Candidature, Candidature.opening_id == OpeningRow.id)
    where = set(session.scalars(openings.where(Candidature.candidate_id == candidate_id)))
    if academies is not None and not where <= academies:
        return []
    return sent_mails.list_page(session, candidate_id, limit=MAILS, after=None)


def _notes(session: DbSession, candidature_id: str) -> Iterator[CandidatureNote]:
    """Newest first."""
    notes = select(CandidatureNote).filter_by(candidature_id=candidature_id)
    yield from session.scalars(notes.order_by(CandidatureNote.at.desc(), CandidatureNote.id))


def candidature_in_academies(
    session: DbSession, candidature_id: str, academies: Academies
) -> tuple[Candidature, OpeningRow]:
    """Raises NotFound for one that is unknown or of another académie."""
    candidature = session.get(Candidature, candidature_id)
    opening = session.get(OpeningRow, candidature.opening_id) if candidature else None
    if candidature is None or opening is None or (academies is not None and opening.academie not in academies):
        raise NotFound()
    return candidature, opening


def candidature_row(candidature: Candidature, opening: OpeningRow, numero_candidat: str | None) -> dict[str, Any]:
    """What lists and exports show of a candidature."""
    return {
        "id": candidature.id,
        "candidate_id": candidature.candidate_id,
        "numero_candidat": numero_candidat,
        "numero_inscription": candidature.numero_inscription,
        "name": candidature.name,
        "exam": opening.exam,
        "session": opening.session,
        "academie": opening.academie,
        "specialite_code": candidature.specialite_code,
        "specialite": candidature.specialite_label,
        "state": candidature.state,
        "version": candidature.version,
        "saved_at": candidature.saved_at,
    }


def _version(before: CandidatureVersion | None, version: CandidatureVersion) -> dict[str, Any]:
    saved = from_stored(version.payload)
    version_changes = changes(from_stored(before.payload), saved) if before else ()
    return {
        "version": version.version,
        "saved_at": version.saved_at,
        "saved_by": version.saved_by,
        "reason": version.reason,
        "changes": [asdict(change) for change in version_changes],
    }
