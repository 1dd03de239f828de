"""Files whose bytes are kept: current ones, and replaced or deleted ones for some time."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.chassis.errors import found
from services.objects.tables import retired_objects
from services.pieces.models import Candidature, Deposit, Piece

_KEPT_FILES = (
    select(Deposit)
    .join(Piece, Piece.id == Deposit.piece_id)
    .join(Candidature, Candidature.id == Piece.candidature_id)
    .outerjoin(retired_objects, retired_objects.c.key == Deposit.object_key)
    .where(Deposit.erased_at.is_(None), retired_objects.c.erased_at.is_(None))
)


def kept_files(transaction: Session, candidate_id: str) -> Sequence[Deposit]:
    """Return the files of this candidate whose bytes are kept, current or not."""
    return transaction.scalars(_KEPT_FILES.where(Candidature.candidate_id == candidate_id)).all()


def kept_file(transaction: Session, candidate_id: str, deposit_id: str) -> Deposit:
    """Return one of the `kept_files` of this candidate. Raises NotFound."""
    query = _KEPT_FILES.where(Candidature.candidate_id == candidate_id, Deposit.id == deposit_id)
    return found(transaction.scalar(query))


def retired_bytes(transaction: Session, candidate_id: str) -> int:
    """Return how many bytes of files that this candidate replaced or deleted are kept."""
    query = (
        select(func.sum(Deposit.size))
        .join(Piece, Piece.id == Deposit.piece_id)
        .join(Candidature, Candidature.id == Piece.candidature_id)
        .join(retired_objects, retired_objects.c.key == Deposit.object_key)
        .where(Candidature.candidate_id == candidate_id, retired_objects.c.erased_at.is_(None))
    )
    return transaction.scalar(query) or 0
