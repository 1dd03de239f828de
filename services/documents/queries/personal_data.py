"""Reads what documents holds of a person, in words: documents made or published for candidatures in
any state, as PDF."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.errors import found
from services.contracts.api import personal_data as api
from services.contracts.document_rules import type_label
from services.documents.domain.proofs import shown
from services.documents.models import AuditEntry, Candidature, Document
from services.documents.queries.history import history

_OWN = select(Document, Candidature).join(Candidature, Candidature.id == Document.candidature_id)


def part(transaction: Session, candidate_id: str) -> api.Part:
    """Return what documents holds of a person; nothing of one whom it does not know.

    What was withdrawn has no file: it may be somebody else's, published for this person by mistake.
    """
    own = (
        select(Candidature)
        .filter_by(candidate_id=candidate_id)
        .order_by(Candidature.numero_inscription)
    )
    candidatures = transaction.scalars(own).all()
    rows = transaction.scalars(
        _OWN.where(Candidature.candidate_id == candidate_id).order_by(Document.published_at)
    ).all()
    subjects = [*(row.id for row in candidatures), *(row.id for row in rows)]
    trail = select(AuditEntry).where(AuditEntry.subject.in_(subjects)).order_by(AuditEntry.id)
    of_each = {
        row.id: [each for each in rows if each.candidature_id == row.id] for row in candidatures
    }
    held = (_candidature(transaction, row, of_each[row.id]) for row in candidatures)
    files = {row.id: _path(row) for row in rows if not row.withdrawn_at}
    return api.Part(held=(*held, api.of_trail(transaction.scalars(trail))), files=files)


def kept_document(
    transaction: Session, candidate_id: str, document_id: str
) -> tuple[Document, Candidature]:
    """Return a document of this person that was not withdrawn, with its candidature in any state.

    Raises NotFound.
    """
    own = Candidature.candidate_id == candidate_id
    wanted = _OWN.where(own, Document.id == document_id, Document.withdrawn_at.is_(None))
    document, candidature = found(transaction.execute(wanted).one_or_none())
    return document, candidature


def _candidature(transaction: Session, row: Candidature, documents: Sequence[Document]) -> api.Held:
    events = history(transaction, row.candidate_id, row.id).events
    return api.of_candidature(
        "documents", f"Documents : {api.labels_of(row)}", map(_document, documents), events
    )


def _document(row: Document) -> api.Item:
    return api.Item(
        title=row.label,
        at=row.published_at,
        file=None if row.withdrawn_at else _path(row),
        facts=api.facts(
            ("Type", type_label(row.type, row.type_label)),
            ("Version", row.printed_version),
            ("Code de vérification", shown(row.code) if row.code else None),
            ("Ouvert le", row.opened_at),
            ("Retiré le", row.withdrawn_at),
            ("Motif", row.withdrawal_reason if row.is_reason_shown else None),
        ),
    )


def _path(row: Document) -> str:
    return api.archive_path("documents", row.id, f"{row.label}.pdf")
