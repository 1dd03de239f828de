"""« J'ai fourni toutes mes pièces »: when a regroupement can be validated, and what the validation covers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.pieces.domain.piece import PieceState, deposit_refusal
from services.pieces.domain.statuses import Scan

ALREADY = "Vous avez déjà indiqué avoir fourni toutes les pièces de ce regroupement."
TAKEN_UP = "Le service gestionnaire a pris en compte toutes les pièces de ce regroupement : vous n'avez rien à faire."
SETTLED = (
    "Toutes les pièces de ce regroupement sont validées ou prises en compte par le service gestionnaire : "
    "vous n'avez rien à faire."
)
NOTHING_ASKED = "Aucune pièce n'est demandée dans ce regroupement."
NOTHING_PROVIDED = "Aucun fichier n'a été déposé dans ce regroupement."
WARNING = (
    'En cliquant sur "J\'ai fourni toutes les pièces", vous validez que vous avez fourni toutes vos pièces, '
    "vous ne pourrez plus les modifier et vos pièces pourront être étudiées."
)


def covered(pieces: Sequence[PieceState], at: datetime) -> list[int]:
    """Indexes of the pieces that a validation at `at` would freeze: asked for, not settled, in time.

    After the period those are the refused pieces alone, as long as their own date allows.
    """
    return [index for index, piece in enumerate(pieces) if piece.asked and not piece.settled and piece.in_time(at)]


def is_complete(pieces: Sequence[PieceState]) -> bool:
    """Everything asked for in the regroupement is settled: a repeated validation has nothing to do."""
    asked = [piece for piece in pieces if piece.asked]
    return bool(asked) and all(piece.settled for piece in asked)


def validation_refusal(pieces: Sequence[PieceState], at: datetime) -> str | None:
    """Why the regroupement cannot be validated at `at`; None if it can."""
    asked = [piece for piece in pieces if piece.asked]
    if not asked:
        return NOTHING_ASKED
    if is_complete(asked):
        return _complete_reason(asked)
    open_pieces = [asked[index] for index in covered(asked, at)]
    if not open_pieces:
        return deposit_refusal(next(piece for piece in asked if not piece.settled), at)
    missing = [piece for piece in open_pieces if (piece.required or piece.reopened) and not piece.provided]
    if missing:
        return _missing_reason(missing)
    if any(piece.provided for piece in asked):
        return None
    return NOTHING_PROVIDED


def _complete_reason(pieces: Sequence[PieceState]) -> str:
    """Who settled it: the candidate by his validation, the gestionnaire by his control, or both."""
    validated = [piece.validated_at is not None for piece in pieces]
    if all(validated):
        return ALREADY
    return SETTLED if any(validated) else TAKEN_UP


def _missing_reason(missing: Sequence[PieceState]) -> str:
    infected = [piece.label for piece in missing if piece.deposit and piece.deposit.scan is Scan.INFECTED]
    if infected:
        return f"L'antivirus a trouvé un fichier dangereux, à remplacer : {' ; '.join(infected)}."
    names = " ; ".join(piece.label for piece in missing)
    return f"Il manque {'une pièce' if len(missing) == 1 else f'{len(missing)} pièces'} : {names}."
