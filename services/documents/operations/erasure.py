"""Erases what documents stores about candidatures, in the transaction that hears of their erasure:
copies, documents with their files, lines of imports; publications follow in a job. A tombstone
stays, without anything about a person."""

from collections.abc import Collection

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from services.chassis.database.audit import Actor
from services.chassis.process.stopping import stopping
from services.chassis.tasks.retention import erase_subject
from services.clock import portal_now
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
    db,
)
from services.objects import retire_for_good

RETENTION = Actor("service", "registrations")
PAGE = 200  # publications, each for some hundreds of candidatures at most


def erase_documents(transaction: Session, event: DataErased) -> None:
    """Erase what documents stores about the event's candidatures. One that was erased already, or
    never heard of, has its tombstone alone."""
    if DOCUMENTS in event.kinds:
        for erased in event.candidatures:
            _erase(transaction, erased)


def _erase(transaction: Session, erased: ErasedCandidature) -> None:
    of = erased.candidature_id
    candidature = transaction.get(Candidature, of, with_for_update=True)
    documents = transaction.scalars(select(Document).where(Document.candidature_id == of)).all()
    lines = transaction.scalars(
        select(ImportDocument).where(ImportDocument.candidature_id == of)
    ).all()
    keys = {key for row in documents for key in (row.pdf_key, row.html_key)} | {
        row.pdf_key for row in lines
    }
    retire_for_good(transaction, *(key for key in keys if key))
    audit_chain.erase(
        transaction, [of, *(row.id for row in documents), *(row.id for row in lines)], RETENTION
    )
    for model in (ImportDocument, Edition):
        transaction.execute(delete(model).where(model.candidature_id == of))
    transaction.execute(delete(Candidature).where(Candidature.id == of))
    if candidature is not None:
        _erase_refusals(transaction, candidature)
    for subject in (of, erased.candidate_id):
        erase_subject(transaction, subject, naming=of)
    tombstone = Withdrawal(
        candidature_id=of,
        version=erased.version,
        withdrawn_at=portal_now(),
        ecartee=False,
        erased_version=erased.version,
    )
    transaction.merge(tombstone)
    transaction.flush()


def erase_publications() -> None:
    """Erase publications whose candidatures are all erased, and the ids of those that are from the
    others: none is looked for by its candidatures."""
    is_back = exists().where(
        Candidature.id == Withdrawal.candidature_id
    )  # by a version that was saved since
    gone = select(Withdrawal.candidature_id).where(Withdrawal.erased_version.is_not(None), ~is_back)
    page = select(Publication).order_by(Publication.id).limit(PAGE)
    after = ""
    while not stopping():
        with db.reading() as transaction:
            publications = transaction.scalars(page.where(Publication.id > after)).all()
        if not publications:
            return
        for publication in publications:
            with db.reading() as transaction:
                erased = set(
                    transaction.scalars(
                        gone.where(Withdrawal.candidature_id.in_(publication.candidatures))
                    )
                )
            if erased:
                _forget_in_publication(publication.id, erased)
        after = publications[-1].id


def _forget_in_publication(id: str, erased: Collection[str]) -> None:
    with db.operation() as transaction:
        publication = transaction.get_one(Publication, id, with_for_update=True)
        publication.candidatures = [
            other for other in publication.candidatures if other not in erased
        ]
        if not publication.candidatures:
            retire_for_good(transaction, *filter(None, [publication.pdf_key]))
            audit_chain.erase(transaction, [id], RETENTION)
            transaction.delete(publication)


def _erase_refusals(transaction: Session, of: Candidature) -> None:
    """Erase the refusals of the candidate's number; with the last candidature of a session all that
    its imports refused, of which nobody knows whose it is."""
    same = (Candidature.session_label == of.session_label) & (
        Candidature.exam_label == of.exam_label
    )
    imports = select(Import.id).where(
        Import.session_label == of.session_label, Import.exam_label == of.exam_label
    )
    refused = delete(ImportRefusal).where(ImportRefusal.import_id.in_(imports))
    if transaction.scalar(select(exists().where(same))):
        transaction.execute(refused.where(ImportRefusal.numero_candidat == of.numero_candidat))
        return
    transaction.execute(refused)
    sent = delete(Sending).where(Sending.import_id.in_(imports)).returning(Sending.object_key)
    retire_for_good(transaction, *(key for key in transaction.scalars(sent) if key))
