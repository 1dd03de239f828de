"""« J'ai fourni toutes mes pièces » of a regroupement: whether its candidate may say so, which
freezes its pieces."""

from collections.abc import Sequence
from datetime import datetime

from services.contracts.piece_rules import Scan
from services.pieces.domain.piece import PieceState, deposit_refusal

ALREADY_VALIDATED = "Vous avez déjà indiqué avoir fourni toutes les pièces de ce regroupement."
SETTLED_BY_STAFF = (
    "Le service gestionnaire a pris en compte toutes les pièces de ce regroupement : vous n'avez "
    "rien à faire."
)
SETTLED_BY_BOTH = (
    "Toutes les pièces de ce regroupement sont validées ou prises en compte par le service "
    "gestionnaire : vous n'avez rien à faire."
)
NOTHING_ASKED = "Aucune pièce n'est demandée dans ce regroupement."
NOTHING_PROVIDED = "Aucun fichier n'a été déposé dans ce regroupement."
WARNING = (
    'En cliquant sur "J\'ai fourni toutes les pièces", vous validez que vous avez fourni toutes'
    " vos pièces, vous ne pourrez plus les modifier et vos pièces pourront être étudiées."
)


def is_complete(pieces: Sequence[PieceState]) -> bool:
    """Whether every piece asked for in the regroupement is settled: then there is nothing to
    validate."""
    asked_pieces = [piece for piece in pieces if piece.asked]
    return bool(asked_pieces) and all(piece.settled for piece in asked_pieces)


def validation_refusal(pieces: Sequence[PieceState], at: datetime) -> str | None:
    """Why the regroupement cannot be validated at `at`, as a sentence; None if it can."""
    asked_pieces = [piece for piece in pieces if piece.asked]
    if not asked_pieces:
        return NOTHING_ASKED
    if is_complete(asked_pieces):
        return _settled_sentence(asked_pieces)
    open_pieces = [piece for piece in asked_pieces if piece.is_open(at)]
    if not open_pieces:
        return deposit_refusal(next(piece for piece in asked_pieces if not piece.settled), at)
    missing = [
        piece for piece in open_pieces if (piece.required or piece.reopened) and not piece.provided
    ]
    if missing:
        return _missing_sentence(missing)
    if any(piece.provided for piece in asked_pieces):
        return None
    return NOTHING_PROVIDED


def _settled_sentence(pieces: Sequence[PieceState]) -> str:
    """Says who settled the pieces: the candidate by validations, the gestionnaire by controls, or
    both."""
    validated = [piece.validated_at is not None for piece in pieces]
    if all(validated):
        return ALREADY_VALIDATED
    return SETTLED_BY_BOTH if any(validated) else SETTLED_BY_STAFF


def _missing_sentence(missing: Sequence[PieceState]) -> str:
    infected = [
        piece.label for piece in missing if piece.deposit and piece.deposit.scan is Scan.INFECTED
    ]
    if infected:
        return f"L'antivirus a trouvé un fichier dangereux, à remplacer : {' ; '.join(infected)}."
    names = " ; ".join(piece.label for piece in missing)
    return f"Il manque {'une pièce' if len(missing) == 1 else f'{len(missing)} pièces'} : {names}."
