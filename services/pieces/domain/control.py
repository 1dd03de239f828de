"""A gestionnaire's decision on a piece: when it is valid, until when a refusal reopens the piece,
and the etag."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.chassis.errors import FieldError
from services.clock import end_of_day, to_paris
from services.contracts.piece_rules import MAX_COMMENT_LENGTH, Scan, Status
from services.pieces.domain.period import Period

WHY_NOT = (
    "Indiquez un motif ou un commentaire : le candidat lit pourquoi sa pièce n'est pas conforme."
)
RESUBMIT_DAYS = (
    15  # at least, where a refusal has no date of its own: nobody is left without a second try
)


@dataclass(frozen=True)
class Decision:
    """What a gestionnaire decides in a control. `deposit_id`: the file that was examined, None for
    a piece received on paper. `received_on`: the day on which the paper came. `resubmit_until`:
    exclusive end of the right to deposit again, for a « Non Conforme » alone."""

    deposit_id: str | None
    status: Status
    comment: str | None
    received_on: date | None
    resubmit_until: datetime | None


@dataclass(frozen=True)
class Standing:
    """How a piece stood before a control, or when a file of it was removed: what counts again once
    that is undone. `version`: of the candidature, for which the file was given."""

    status: str | None
    comment: str | None
    received_on: date | None
    resubmit_until: datetime | None
    asked_again_for: int | None
    version: int | None

    @property
    def known_status(self) -> Status | None:
        return Status(self.status) if self.status else None


@dataclass(frozen=True)
class MadeControl:
    """A control that was made. `before`: how the piece stood; None where the version before that
    was noted made it."""

    decision: Decision
    staff_id: str
    made_at: datetime
    before: Standing | None


def as_decided(decision: Decision | None) -> Standing:
    """How the last decision on a file left its piece; None: nobody has controlled it."""
    return Standing(
        status=decision.status if decision else None,
        comment=decision.comment if decision else None,
        received_on=decision.received_on if decision else None,
        resubmit_until=decision.resubmit_until if decision else None,
        asked_again_for=None,
        version=None,
    )


NOT_THE_CALLERS = (
    "La dernière décision sur cette pièce n'est pas la vôtre, ou est trop ancienne : prenez-en une "
    "autre."
)
ACTED_UPON = (
    "Le candidat a déjà donné suite à votre décision : elle ne s'annule plus, prenez-en une autre."
)


def decision_errors(decision: Decision, at: datetime, scan: Scan | None) -> tuple[FieldError, ...]:
    """All errors of a control made at `at`; `scan`: the antivirus state of the file, None without
    one."""
    errors = []
    if decision.status is Status.NON_COMPLIANT and not decision.comment:
        errors.append(FieldError("#/comment", WHY_NOT))
    if decision.comment and len(decision.comment) > MAX_COMMENT_LENGTH:
        errors.append(
            FieldError("#/comment", f"Le commentaire est limité à {MAX_COMMENT_LENGTH} caractères.")
        )
    if decision.received_on and decision.received_on > to_paris(at).date():
        errors.append(
            FieldError("#/received_on", "La date de réception ne peut pas être dans le futur.")
        )
    if decision.resubmit_until and decision.status is not Status.NON_COMPLIANT:
        errors.append(
            FieldError("#/resubmit_until", "Cette date n'accompagne qu'une pièce non conforme.")
        )
    elif decision.resubmit_until and decision.resubmit_until <= at:
        errors.append(
            FieldError("#/resubmit_until", "La date limite de nouveau dépôt est déjà passée.")
        )
    if decision.status is Status.COMPLIANT and scan is Scan.INFECTED:
        errors.append(
            FieldError(
                "#/status", "L'antivirus a trouvé ce fichier dangereux : il ne peut être conforme."
            )
        )
    return tuple(errors)


def resubmit_until(decision: Decision, period: Period, at: datetime) -> datetime | None:
    """Exclusive end of the right to deposit the piece again after this control; None unless it is «
    Non Conforme »."""
    if decision.status is not Status.NON_COMPLIANT:
        return None
    return decision.resubmit_until or second_try_until(period, at)


def second_try_until(period: Period, at: datetime) -> datetime:
    """Exclusive end of the right to deposit again what is asked for again at `at`."""
    return max(period.closes, end_of_day(to_paris(at).date() + timedelta(days=RESUBMIT_DAYS)))


def is_repeated(decision: Decision, last: Decision) -> bool:
    """Whether `decision` asks for what the `last` one of the piece, by the same gestionnaire, has
    set: its answer was lost. One without a date of its own repeats whatever end the last one
    had."""
    return decision == (last if decision.resubmit_until else replace(last, resubmit_until=None))


def etag(piece_id: str, revision: int) -> str:
    """The value of the ETag header, quotes included; any deposit, deletion, validation or control
    changes it."""
    return f'"{hashlib.sha256(f"{piece_id}:{revision}".encode()).hexdigest()[:20]}"'


def if_match_names(if_match: str, current: str) -> bool:
    """Whether an If-Match header names the current etag. A list is allowed; « * » and weak etags
    never match."""
    return current in {part.strip() for part in if_match.split(",")}
