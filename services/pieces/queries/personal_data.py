"""What pieces holds of a person, in words: the pieces of candidatures in any state, every file
whose bytes are kept."""

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.contracts.api.personal_data import (
    Held,
    Item,
    Part,
    archive_path,
    facts,
    labels_of,
    of_candidature,
    of_trail,
)
from services.contracts.piece_rules import STATUS_LABELS
from services.french import file_size
from services.pieces.models import AuditEntry, Candidature, Deposit, Piece, Upload
from services.pieces.queries.history import history
from services.pieces.queries.kept_files import kept_files


def part(transaction: Session, candidate_id: str) -> Part:
    """Answer all that is held of this person; nothing of one who is not known here."""
    own = (
        select(Candidature)
        .filter_by(candidate_id=candidate_id)
        .order_by(Candidature.numero_inscription)
    )
    candidatures = transaction.scalars(own).all()
    pieces = transaction.scalars(
        select(Piece.id).where(Piece.candidature_id.in_([row.id for row in candidatures]))
    )
    uploads = transaction.scalars(
        select(Upload).where(Upload.owner_id == candidate_id, Upload.became_id.is_(None))
    )
    under_way = tuple(Item(title=upload.filename, at=upload.begun_at) for upload in uploads)
    paths = {
        row.id: archive_path("pieces", row.id, row.filename)
        for row in kept_files(transaction, candidate_id)
    }
    trail = (
        select(AuditEntry)
        .where(AuditEntry.subject.in_([*(row.id for row in candidatures), *pieces]))
        .order_by(AuditEntry.id)
    )
    held = (
        *(_candidature(transaction, row, paths) for row in candidatures),
        Held(kind="pieces", title="Fichiers en cours d'envoi", items=under_way),
        of_trail(transaction.scalars(trail)),
    )
    return Part(held=held, files=paths)


def _candidature(transaction: Session, row: Candidature, paths: Mapping[str, str]) -> Held:
    pieces = transaction.scalars(
        select(Piece).filter_by(candidature_id=row.id).order_by(Piece.position, Piece.code)
    )
    items = (item for piece in pieces for item in _piece(transaction, piece, paths))
    events = history(transaction, row.candidate_id, row.id).events
    return of_candidature("pieces", f"Justificatifs : {labels_of(row)}", items, events)


def _piece(transaction: Session, piece: Piece, paths: Mapping[str, str]) -> Iterator[Item]:
    """Yield what is known of a piece, then each of its files."""
    status = STATUS_LABELS.get(piece.status, piece.status) if piece.status else None
    decided = (
        ("Statut", status),
        ("Commentaire", piece.status_comment),
        ("Reçue le", piece.received_on),
    )
    handed = (
        ("À déposer à nouveau avant le", piece.resubmit_until),
        ("Validée le", piece.validated_at),
    )
    yield Item(
        title=f"{piece.code} : {piece.label}",
        facts=facts(("Groupe", piece.group_label), *decided, *handed),
    )
    for file in transaction.scalars(
        select(Deposit).filter_by(piece_id=piece.id).order_by(Deposit.deposited_at)
    ):
        known = facts(
            ("Pièce", piece.code),
            ("Taille", file_size(file.size)),
            ("Pages", file.pages),
            ("Antivirus", file.scan_label),
            ("Remplacé ou supprimé le", file.removed_at),
        )
        yield Item(
            title=f"Fichier {file.filename}",
            at=file.deposited_at,
            file=paths.get(file.id),
            facts=known,
        )
