"""Assembles dossiers from rows: opening, identity, answers, previous candidatures,
establishments."""

from datetime import datetime

from sqlalchemy import Select, bindparam, case, select
from sqlalchemy.orm import Session as DbSession

from services.clock import to_paris
from services.contracts.accounts import Identity
from services.contracts.registration_rules import ACTIVE
from services.contracts.registrations import from_stored
from services.reference.text import folded
from services.registrations.domain.dossier import (
    Answers,
    Dossier,
    Etablissement,
    EtablissementSearch,
    PreviousCandidature,
)
from services.registrations.domain.exam_definition import OpeningView
from services.registrations.models import (
    Candidate,
    Candidature,
    CandidatureVersion,
    EtablissementRow,
    OpeningRow,
)
from services.registrations.queries.catalogue import exam_by_digest

_SAVED_BEFORE = (
    select(Candidature, CandidatureVersion, OpeningRow)
    .join(
        CandidatureVersion,
        (CandidatureVersion.candidature_id == Candidature.id)
        & (CandidatureVersion.version == Candidature.version),
    )
    .join(OpeningRow, OpeningRow.id == Candidature.opening_id)
    .where(Candidature.candidate_id == bindparam("candidate_id"))
    .order_by(Candidature.numero_inscription)
)


def assembled_dossier(
    transaction: DbSession,
    view: OpeningView,
    candidate: Candidate,
    identity: Identity,
    instant: datetime,
    answers: Answers,
    modifies: str | None = None,
) -> Dossier:
    """Return what the domain needs to show, check and judge these answers, of a draft or of a saved
    version, at `instant`. `modifies`: the id of the candidature that is modified, if one is."""
    return Dossier(
        exam=view.exam,
        session=view.session,
        opening=view.opening,
        identity=identity,
        numero_candidat=candidate.numero_candidat or "",
        answers=answers,
        directory=DatabaseEtablissementDirectory(transaction),
        today=to_paris(instant).date(),
        previous=previous_candidatures(transaction, candidate),
        modifies=modifies,
    )


def previous_candidatures(
    transaction: DbSession, candidate: Candidate
) -> tuple[PreviousCandidature, ...]:
    """Return all candidatures that the candidate ever saved, in any state, oldest first."""
    if candidate.last_inscription == 0:
        return ()
    rows = transaction.execute(_SAVED_BEFORE, {"candidate_id": candidate.id})
    return tuple(_previous(transaction, *row) for row in rows)


def _previous(
    transaction: DbSession,
    candidature: Candidature,
    version: CandidatureVersion,
    opening: OpeningRow,
) -> PreviousCandidature:
    saved = from_stored(version.payload)
    exam_session = exam_by_digest(transaction, version.catalogue_digest).session(opening.session)
    return PreviousCandidature(
        candidature_id=candidature.id,
        exam_code=opening.exam,
        session_name=opening.session,
        session_year=exam_session.year if exam_session else 0,
        session_label=saved.session.label,
        academie=opening.academie,
        academie_label=saved.academie.label,
        numero_inscription=candidature.numero_inscription,
        specialite_code=candidature.specialite_code,
        specialite_label=candidature.specialite_label,
        exclusivity_key=candidature.exclusivity_key,
        active=candidature.state == ACTIVE,
        answers=version.answers,
    )


_ROWS = select(
    EtablissementRow.code,
    EtablissementRow.label,
    EtablissementRow.kind,
    EtablissementRow.departement,
    EtablissementRow.habilite_ccf,
)
"""The columns of which `_etablissement` is made: rows of them cost less than objects."""
_BY_CODE = _ROWS.where(EtablissementRow.code == bindparam("code"))


class DatabaseEtablissementDirectory:
    """An EtablissementDirectory within one transaction; it remembers what was looked up."""

    def __init__(self, transaction: DbSession) -> None:
        self._transaction = transaction
        self._known: dict[str, Etablissement | None] = {}
        self._searched: dict[EtablissementSearch, tuple[Etablissement, ...]] = {}

    def by_code(self, code: str) -> Etablissement | None:
        if code not in self._known:
            row = self._transaction.execute(_BY_CODE, {"code": code}).one_or_none()
            self._known[code] = _etablissement(*row) if row else None
        return self._known[code]

    def search(self, search: EtablissementSearch) -> tuple[Etablissement, ...]:
        if search not in self._searched:
            rows = self._transaction.execute(_statement(search))
            self._searched[search] = tuple(_etablissement(*row) for row in rows)
        return self._searched[search]


def _etablissement(
    code: str, label: str, kind: str, departement: str | None, habilite_ccf: bool
) -> Etablissement:
    return Etablissement(
        code=code,
        label=label,
        kind=kind,
        departement=departement,
        habilite_ccf=habilite_ccf,
    )


def _statement(search: EtablissementSearch) -> Select[str, str, str, str | None, bool]:
    """Return the query of the establishments in which every typed word is found. Those of the
    département `near` come first, then labels that begin with what was typed."""
    words = folded(search.typed).split()
    query = _ROWS
    for word in words:
        query = query.where(EtablissementRow.folded.contains(word, autoescape=True))
    if search.kinds:
        query = query.where(EtablissementRow.kind.in_(search.kinds))
    if search.departements:
        query = query.where(EtablissementRow.departement.in_(search.departements))
    begins = EtablissementRow.folded.startswith(" ".join(words), autoescape=True)
    if search.near:
        query = query.order_by(case((EtablissementRow.departement == search.near, 0), else_=1))
    return query.order_by(case((begins, 0), else_=1), EtablissementRow.label).limit(search.limit)
