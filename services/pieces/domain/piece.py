"""Whether a candidate may deposit or delete the file of a piece at an instant; if not, the sentence that says why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.chassis.french import shown_end
from services.contracts.piece_rules import Scan, Status
from services.pieces.domain.periods import Period, format_instant

VALIDATED = "Vous avez validé cette pièce : elle ne peut plus être modifiée."
CONTROLLED = "Cette pièce a été prise en compte par le service gestionnaire : elle ne peut plus être modifiée."
NO_LONGER_ASKED = "Cette pièce ne vous est plus demandée."
NO_FILE = "Aucun fichier n'est déposé pour cette pièce."


@dataclass(frozen=True)
class CurrentDeposit:
    """The current file. `controlled`: a gestionnaire has controlled this very file."""

    id: str
    scan: Scan
    controlled: bool


@dataclass(frozen=True)
class PieceState:
    """All that the rules need of a piece.

    `validated_at`: when the candidate validated it; None again once a refused piece got a new file.
    `reopened_until`: exclusive end of the right that a « Non Conforme » gives; None where there is none (any more).
    """

    label: str
    asked: bool
    required: bool
    period: Period
    deposit: CurrentDeposit | None
    status: Status | None
    validated_at: datetime | None
    reopened_until: datetime | None

    @property
    def reopened(self) -> bool:
        return self.reopened_until is not None

    @property
    def settled(self) -> bool:
        """Validated by the candidate, or received or accepted by the gestionnaire, and not refused since."""
        if self.reopened:
            return False
        return self.validated_at is not None or self.status in (Status.RECEIVED, Status.COMPLIANT)

    @property
    def provided(self) -> bool:
        """There is something to control: a file that neither staff nor antivirus refused, or a paper received."""
        if self.deposit is None:
            return self.status in (Status.RECEIVED, Status.COMPLIANT)
        return self.status is not Status.NON_COMPLIANT and self.deposit.scan is not Scan.INFECTED

    def in_time(self, at: datetime) -> bool:
        """Whether the piece can be deposited at `at`: a refused piece until its own end, even after the period; others
        within the period."""
        if self.reopened_until is not None:
            return at < self.reopened_until
        return self.period.is_open(at)


def deposit_refusal(piece: PieceState, at: datetime) -> str | None:
    """Why no file can be deposited at `at`, as a sentence; None if one can."""
    return NO_LONGER_ASKED if not piece.asked else _change_refusal(piece, at)


def deletion_refusal(piece: PieceState, at: datetime) -> str | None:
    """Why the current file cannot be deleted at `at`, as a sentence; None if it can. A controlled file stays, as proof
    of what was controlled."""
    if piece.deposit is None:
        return NO_FILE
    if piece.deposit.controlled:
        return CONTROLLED
    return _change_refusal(piece, at)


def _change_refusal(piece: PieceState, at: datetime) -> str | None:
    if piece.settled:
        return VALIDATED if piece.validated_at is not None else CONTROLLED
    if piece.in_time(at):
        return None
    if piece.reopened_until is not None:
        return reopening_over(piece.reopened_until)
    return piece.period.closed_reason(at)


def reopening_over(until: datetime) -> str:
    """The sentence once the right to deposit again has ended, at the exclusive `until`."""
    return f"Cette pièce pouvait être déposée à nouveau jusqu'au {format_instant(shown_end(until))}."
