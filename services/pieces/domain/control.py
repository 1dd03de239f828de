"""A gestionnaire's opinion on a piece: what it must say, what it leads to, and the etag that guards it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.chassis.clock import to_paris
from services.chassis.errors import FieldError
from services.pieces.domain.periods import Period, end_of_day
from services.pieces.domain.statuses import Scan, Status

LONGEST_COMMENT = 2000  # characters
RESUBMIT_DAYS = 15  # where a refusal carries no date of its own: nobody is refused without a way to mend it


@dataclass(frozen=True)
class Control:
    """`deposit_id` is the file that was examined, None for a paper received without one.

    `resubmit_until`: exclusive end of the right to deposit again, for a « Non Conforme » alone.
    """

    deposit_id: str | None
    status: Status
    comment: str | None
    received_on: date | None
    resubmit_until: datetime | None


def control_errors(control: Control, at: datetime, scan: Scan | None) -> tuple[FieldError, ...]:
    """Everything that is wrong with a control made at `at` of a file in that state of the antivirus."""
    errors = []
    if control.comment and len(control.comment) > LONGEST_COMMENT:
        errors.append(FieldError("#/comment", f"Le commentaire est limité à {LONGEST_COMMENT} caractères."))
    if control.received_on and control.received_on > to_paris(at).date():
        errors.append(FieldError("#/received_on", "La date de réception ne peut pas être dans le futur."))
    if control.resubmit_until and control.status is not Status.NON_COMPLIANT:
        errors.append(FieldError("#/resubmit_until", "Cette date n'accompagne qu'une pièce non conforme."))
    elif control.resubmit_until and control.resubmit_until <= at:
        errors.append(FieldError("#/resubmit_until", "La date limite de nouveau dépôt est déjà passée."))
    if control.status is Status.COMPLIANT and scan is Scan.INFECTED:
        errors.append(FieldError("#/status", "L'antivirus a trouvé ce fichier dangereux : il ne peut être conforme."))
    return tuple(errors)


def reopened_until(control: Control, period: Period, at: datetime) -> datetime | None:
    """Until when the piece can be deposited again after this control; None if it cannot."""
    if control.status is not Status.NON_COMPLIANT:
        return None
    if control.resubmit_until is not None:
        return control.resubmit_until
    return max(period.closes, end_of_day(to_paris(at).date() + timedelta(days=RESUBMIT_DAYS)))


def etag(piece_id: str, revision: int) -> str:
    """Changed by any deposit, deletion, validation or control of the piece; with its quotes, as HTTP has it."""
    return f'"{hashlib.sha256(f"{piece_id}:{revision}".encode()).hexdigest()[:20]}"'


def matches(if_match: str, current: str) -> bool:
    """Whether an If-Match header names the current etag (a list is allowed; weak tags never match)."""
    return current in {part.strip() for part in if_match.split(",")}
