"""Staff's list of pieces as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.chassis.clock import to_paris
from services.chassis.csv_export import csv_text
from services.pieces.queries.pieces import PieceContext
from services.pieces.queries.staff_list import LIST_ORDER, matching_pieces

PAGE = 500  # pieces
COLUMNS = (
    "piece_id", "candidature_id", "numero_candidat", "numero_inscription", "nom", "prenoms", "examen", "session",
    "academie", "specialite", "code", "libelle", "regroupement", "demandee", "obligatoire", "depose_le", "fichier",
    "taille", "antivirus", "valide_le", "statut", "commentaire", "recue_le",
)  # fmt: skip


def csv_export(session: Session, academies: frozenset[str] | None, filters: dict[str, Any]) -> Iterator[str]:
    """All pieces of the list with these filters as CSV, read from the server's cursor PAGE by PAGE; times of Paris.

    Raises NotFound for an académie outside `academies`.
    """
    query = matching_pieces(academies, filters).order_by(*LIST_ORDER).execution_options(yield_per=PAGE)
    return csv_text(COLUMNS, map(_lines_of_page, session.execute(query).partitions()))


def _lines_of_page(page: Sequence[Any]) -> list[tuple[Any, ...]]:
    return [_line(PieceContext(row[0], row[1], row[2], bool(row[3]), row[4])) for row in page]


def _line(context: PieceContext) -> tuple[Any, ...]:
    piece, candidature, deposit = context.piece, context.candidature, context.deposit
    return (
        piece.id,
        candidature.id,
        candidature.numero_candidat,
        candidature.numero_inscription,
        candidature.nom,
        candidature.prenoms,
        candidature.exam_code,
        candidature.session_name,
        candidature.academie_code,
        candidature.specialite,
        piece.code,
        piece.label,
        piece.group_label,
        piece.asked,
        piece.required,
        _time(deposit.deposited_at) if deposit else None,
        deposit.filename if deposit else None,
        deposit.size if deposit else None,
        context.scan.label if context.scan else None,
        _time(piece.validated_at),
        context.status.label if context.status else None,
        piece.status_comment,
        piece.received_on,
    )


def _time(instant: datetime | None) -> str | None:
    return to_paris(instant).strftime("%Y-%m-%d %H:%M") if instant else None
