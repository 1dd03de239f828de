"""What a candidate sees of a piece: the sentence beside it, and whether it can be deposited or deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.chassis.french import shown_end
from services.contracts import page_labels
from services.contracts.piece_rules import Scan, Status
from services.pieces.domain.periods import format_instant
from services.pieces.domain.piece import (
    NO_LONGER_ASKED,
    PieceState,
    deletion_refusal,
    deposit_refusal,
    reopening_over,
)

RECEIVED = "Le service gestionnaire a reçu cette pièce et ne l'a pas encore contrôlée."
NOTHING_TO_DO = "Vous n'avez rien à faire."
DANGEROUS = "L'antivirus a trouvé ce fichier dangereux : remplacez-le."


@dataclass(frozen=True)
class CandidateView:
    """`sentence`: None where the file and its dates say enough."""

    sentence: str | None
    can_deposit: bool
    can_delete: bool


def candidate_view(piece: PieceState, at: datetime) -> CandidateView:
    """At the instant `at`."""
    can_deposit = deposit_refusal(piece, at) is None
    return CandidateView(_sentence(piece, can_deposit), can_deposit, deletion_refusal(piece, at) is None)


def _sentence(piece: PieceState, can_deposit: bool) -> str | None:
    if not piece.asked:
        return NO_LONGER_ASKED
    if can_deposit and piece.deposit and piece.deposit.scan is Scan.INFECTED:
        return DANGEROUS
    if piece.reopened_until is not None:
        return _after_refusal(piece, piece.reopened_until, can_deposit)
    return {Status.RECEIVED: RECEIVED, Status.COMPLIANT: NOTHING_TO_DO}.get(piece.status) if piece.status else None


def _after_refusal(piece: PieceState, until: datetime, can_deposit: bool) -> str:
    if not can_deposit:
        return reopening_over(until)
    end = format_instant(shown_end(until))
    if piece.provided:
        return f"Votre nouveau fichier est déposé : cliquez sur « {page_labels.VALIDATE} » avant le {end}."
    return f"Vous pouvez déposer à nouveau cette pièce, puis la valider, jusqu'au {end}."
