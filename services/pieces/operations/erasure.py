"""Erases what pieces stores about candidatures, in the transaction that hears of their erasure:
copies, pieces with their files and history. A tombstone stays, without anything about a person."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.chassis.database.audit import Actor
from services.chassis.tasks.retention import erase_subject
from services.clock import portal_now
from services.contracts.registrations import DataErased, ErasedCandidature
from services.contracts.retention import PIECES
from services.objects import retire_for_good
from services.pieces.models import (
    Candidature,
    Change,
    Deposit,
    DepositTries,
    Piece,
    Withdrawal,
    audit_chain,
)
from services.pieces.queries.locks import lock_candidatures

RETENTION = Actor("service", "registrations")


def erase_pieces(transaction: Session, event: DataErased) -> None:
    """Erased already, or never heard of, a candidature has its tombstone alone."""
    if PIECES in event.kinds:
        lock_candidatures(transaction, [erased.candidature_id for erased in event.candidatures])
        for erased in event.candidatures:
            _erase(transaction, erased)


def _erase(transaction: Session, erased: ErasedCandidature) -> None:
    of = erased.candidature_id
    pieces = transaction.scalars(select(Piece.id).where(Piece.candidature_id == of)).all()
    files = select(Deposit.object_key).where(Deposit.piece_id.in_(pieces))
    retire_for_good(transaction, *transaction.scalars(files))
    audit_chain.erase(transaction, [of, *pieces], RETENTION)
    transaction.execute(delete(Change).where(Change.candidature_id == of))
    transaction.execute(delete(Candidature).where(Candidature.id == of))
    transaction.execute(
        delete(DepositTries).where(DepositTries.candidate_id == erased.candidate_id)
    )
    for subject in (of, erased.candidate_id):
        erase_subject(transaction, subject, naming=of)
    # After the candidature: a trigger would tell tools of its withdrawal, with its number.
    end = {
        "version": erased.version,
        "erased_version": erased.version,
        "withdrawn_at": portal_now(),
    }
    transaction.merge(Withdrawal(candidature_id=of, **end))
    transaction.flush()
