"""Erases what documents stores about candidatures, in the transaction that hears of their erasure: copies, documents
with their files, lines of imports. A tombstone stays, without anything about a person."""

from typing import Any

from sqlalchemy import Text, cast, delete, exists, select
from sqlalchemy.orm import Session

from services.chassis.clock import portal_now
from services.chassis.database.audit import Actor
from services.chassis.tasks.rows import erase_subject
from services.contracts.registrations import DataErased, ErasedCandidature
from services.contracts.retention import DOCUMENTS
from services.documents.models import (
    Candidature,
    Document,
    Edition,
    Import,
    ImportDocument,
    ImportRefusal,
    Publication,
    Sending,
    Withdrawal,
    audit_chain,
)
from services.objects import retire_for_good

RETENTION = Actor("service", "registrations")


def erase_documents(session: Session, event: DataErased) -> None:
    """Erased already, or never heard of, a candidature has its tombstone alone."""
    if DOCUMENTS in event.kinds:
        for erased in event.candidatures:
            _erase(session, erased)


def _erase(session: Session, erased: ErasedCandidature) -> None:
    of = erased.candidature_id
    candidature = session.get(Candidature, of, with_for_update=True)
    documents = session.scalars(select(Document).where(Document.candidature_id == of)).all()
    lines = session.scalars(select(ImportDocument).where(ImportDocument.candidature_id == of)).all()
    keys = {key for row in documents for key in (row.pdf_key, row.html_key)} | {row.pdf_key for row in lines}
    keys |= _erase_publications(session, of)
    retire_for_good(session, *(key for key in keys if key))
    audit_chain.erase(session, [of, *(row.id for row in documents), *(row.id for row in lines)], RETENTION)
    for model in (ImportDocument, Edition):
        session.execute(delete(model).where(model.candidature_id == of))
    session.execute(delete(Candidature).where(Candidature.id == of))
    if candidature is not None:
        _erase_refusals(session, candidature)
    for subject in (of, erased.candidate_id):
        erase_subject(session, subject, naming=of)
    end = {"version": erased.version, "erased_version": erased.version, "withdrawn_at": portal_now()}
    session.merge(Withdrawal(candidature_id=of, ecartee=False, **end))
    session.flush()


def _erase_publications(session: Session, of: str) -> set[str | None]:
    """Delete those for this candidature alone; the keys of their files."""
    keys = set()
    for publication in session.scalars(select(Publication).where(_holds(of))).all():
        publication.candidatures = [other for other in publication.candidatures if other != of]
        if not publication.candidatures:
            keys.add(publication.pdf_key)
            audit_chain.erase(session, [publication.id], RETENTION)
            session.delete(publication)
    return keys


def _holds(candidature_id: str) -> Any:
    return cast(Publication.candidatures, Text).contains(candidature_id)


def _erase_refusals(session: Session, of: Candidature) -> None:
    """Those of the candidate's number; with the last candidature of a session all that its imports refused, of which
    nobody knows whose it is."""
    same = (Candidature.session_label == of.session_label) & (Candidature.exam_label == of.exam_label)
    imports = select(Import.id).where(Import.session_label == of.session_label, Import.exam_label == of.exam_label)
    refused = delete(ImportRefusal).where(ImportRefusal.import_id.in_(imports))
    if session.scalar(select(exists().where(same))):
        session.execute(refused.where(ImportRefusal.numero_candidat == of.numero_candidat))
        return
    session.execute(refused)
    sent = delete(Sending).where(Sending.import_id.in_(imports)).returning(Sending.object_key)
    retire_for_good(session, *(key for key in session.scalars(sent) if key))
