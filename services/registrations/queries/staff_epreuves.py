"""The export that organises an exam: one line for each candidate and épreuve, as of the current version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.chassis.csv_export import csv_text
from services.contracts.registrations import EpreuveLine, RegistrationSaved, from_stored
from services.registrations.models import Candidate, Candidature, CandidatureVersion, OpeningRow
from services.registrations.queries.staff_search import Academies, CandidatureFilters, candidature_conditions

PAGE = 100  # candidatures: each comes with all that its version holds
OF_CANDIDATE = (
    "candidature_id", "numero_candidat", "numero_inscription", "nom", "prenoms", "examen", "session", "academie",
    "specialite_code", "specialite", "categorie", "etablissement", "forme", "amenagement_demande",
)  # fmt: skip
OF_EPREUVE = ("epreuve_code", "epreuve", "unite", "partie_de", "obligatoire", "option", "position", "mode", "note")
_SELECTED = (
    select(
        Candidature.id,
        Candidate.numero_candidat,
        Candidature.specialite_code,
        Candidature.specialite_label,
        CandidatureVersion.payload,
    )
    .join(OpeningRow, OpeningRow.id == Candidature.opening_id)
    .join(Candidate, Candidate.id == Candidature.candidate_id)
    .join(
        CandidatureVersion,
        (CandidatureVersion.candidature_id == Candidature.id) & (CandidatureVersion.version == Candidature.version),
    )
    .order_by(Candidature.id)
)


def csv_export(session: DbSession, filters: CandidatureFilters, academies: Academies) -> Iterator[str]:
    """All épreuves of the candidatures that match as CSV, read from the server's cursor PAGE by PAGE.

    `note` is a kept mark; `position` says whether the candidate sits the épreuve, or which acquis stands for it.
    """
    rows = _SELECTED.where(*candidature_conditions(session, filters, academies)).execution_options(yield_per=PAGE)
    return csv_text((*OF_CANDIDATE, *OF_EPREUVE), map(_lines_of_page, session.execute(rows).partitions()))


def _lines_of_page(page: Sequence[Any]) -> list[tuple[Any, ...]]:
    return [line for row in page for line in _lines(row, from_stored(row.payload))]


def _lines(row: Any, saved: RegistrationSaved) -> Iterator[tuple[Any, ...]]:
    identity, confirmation = saved.identity, saved.confirmation
    of_candidate = (
        row.id,
        row.numero_candidat,
        saved.numero_inscription,
        identity.nom_usage or identity.nom_famille,
        identity.prenoms,
        saved.exam.code,
        saved.session.name,
        saved.academie.code,
        row.specialite_code,
        row.specialite_label,
        confirmation.categorie,
        confirmation.etablissement,
        confirmation.forme,
        confirmation.handicap,
    )
    return ((*of_candidate, *_of_epreuve(epreuve)) for epreuve in saved.epreuves)


def _of_epreuve(epreuve: EpreuveLine) -> tuple[Any, ...]:
    return (
        epreuve.code,
        epreuve.label,
        epreuve.unit,
        epreuve.parent,
        epreuve.mandatory,
        epreuve.option,
        epreuve.position_label,
        epreuve.mode_label,
        epreuve.mark,
    )
