"""What a candidate reads beside a piece, and of the files that were replaced."""

from datetime import datetime

from services.contracts import page_labels
from services.contracts.piece_rules import Scan, Status
from services.french import file_size, shown_end
from services.pieces.domain.period import format_instant
from services.pieces.domain.piece import (
    NO_LONGER_ASKED,
    PieceState,
    deposit_refusal,
    reopening_over,
)

RECEIVED = "Le service gestionnaire a reçu cette pièce et ne l'a pas encore contrôlée."
SIGN_AGAIN = (
    "Votre inscription a été modifiée : ce document doit être signé à nouveau pour la version {}."
)
NOTHING_TO_DO = "Vous n'avez rien à faire."
DANGEROUS = "L'antivirus a trouvé ce fichier dangereux : remplacez-le."


def candidate_sentence(piece: PieceState, at: datetime) -> str | None:
    """What its candidate reads beside the piece at `at`; None where the file and its dates say
    enough."""
    if not piece.asked:
        return NO_LONGER_ASKED
    can_deposit = deposit_refusal(piece, at) is None
    if can_deposit and piece.deposit and piece.deposit.scan is Scan.INFECTED:
        return DANGEROUS
    if piece.reopened:
        return _once_reopened(piece, can_deposit)
    return (
        {Status.RECEIVED: RECEIVED, Status.COMPLIANT: NOTHING_TO_DO}.get(piece.status)
        if piece.status
        else None
    )


def _once_reopened(piece: PieceState, can_deposit: bool) -> str:
    end = format_instant(shown_end(piece.deadline))
    if can_deposit and piece.provided:
        return (
            f"Votre nouveau fichier est déposé : cliquez sur « {page_labels.VALIDATE} » avant le "
            f"{end}."
        )
    why = f"{SIGN_AGAIN.format(piece.asked_again_for)} " if piece.asked_again_for else ""
    if not can_deposit:
        return why + reopening_over(piece.deadline)
    return f"{why}Vous pouvez déposer à nouveau cette pièce, puis la valider, jusqu'au {end}."


QUOTA_SHARE = 0.75
"""Of the bytes of replaced files that are kept of one candidate: from then on it is told."""


def quota_sentence(retired: int, most: int) -> str | None:
    """How many bytes of replaced files are kept of one candidate, where few more may be."""
    if retired < QUOTA_SHARE * most:
        return None
    return (
        f"Les fichiers que vous avez remplacés ou supprimés font ensemble {file_size(retired)}, "
        f"sur {file_size(most)} au plus : ne remplacez plus que ce qui doit l'être."
    )
