"""A gestionnaire gives an opinion on a piece, one at a time or many; whoever was faster wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.chassis.clock import portal_now
from services.chassis.database.transactions import is_away
from services.chassis.errors import (
    Conflict,
    DomainError,
    FieldError,
    Invalid,
    PreconditionFailed,
    PreconditionRequired,
    Unavailable,
)
from services.chassis.process.failure_summary import frames_of, reason_of
from services.contracts import problem_types
from services.pieces.domain import control as rules
from services.pieces.domain.control import Control
from services.pieces.models import Control as ControlRow
from services.pieces.models import db
from services.pieces.operations.audit import Actor, record
from services.pieces.queries.dossiers import Dossier, dossier_within, lock

log = structlog.get_logger()


@dataclass(frozen=True)
class Gestionnaire:
    """Who controls, and where he may: None means every académie."""

    id: str
    academies: frozenset[str] | None


@dataclass(frozen=True)
class Wanted:
    """A control of a piece that was seen with the etag `if_match`."""

    piece_id: str
    if_match: str | None
    control: Control


def control_piece(by: Gestionnaire, wanted: Wanted) -> Dossier:
    """Set the status; the piece as it then is.

    Raises NotFound outside the académies, PreconditionRequired, PreconditionFailed, Conflict for another file than
    the current one, Invalid.
    """
    if not wanted.if_match:
        raise PreconditionRequired("Indiquez dans If-Match l'etag de la pièce que vous avez examinée.")
    with db.operation() as session:
        lock(session, wanted.piece_id)
        dossier = dossier_within(session, by.academies, wanted.piece_id)
        now = portal_now()
        _refuse(dossier, wanted.if_match, wanted.control, now)
        before = {"status": dossier.piece.status}
        row = _set(dossier, wanted.control, by.id, now)
        session.add(row)
        after = {"status": row.status, "deposit_id": row.deposit_id}
        record(session, Actor("staff", by.id), "piece.controlled", dossier.piece.id, before=before, after=after)
        session.flush()
        return dossier_within(session, by.academies, wanted.piece_id)


def control_many(by: Gestionnaire, many: Sequence[Wanted]) -> list[Dossier | DomainError]:
    """Each on its own, in order: its piece as it then is, or why not. Once the database is away no more are tried.

    Raises Unavailable where not even the first could be.
    """
    results: list[Dossier | DomainError] = []
    away: Unavailable | None = None
    for wanted in many:
        result = away or _tried(by, wanted)
        away = result if isinstance(result, Unavailable) else None
        if away and not results:
            raise away
        results.append(result)
    return results


def _tried(by: Gestionnaire, wanted: Wanted) -> Dossier | DomainError:
    try:
        return control_piece(by, wanted)
    except DomainError as error:
        return error
    except SQLAlchemyError as error:
        if not is_away(error):
            raise
        log.error("database_away", reason=reason_of(error), frames=frames_of(error))
        return Unavailable("Cette pièce n'a pas pu être contrôlée pour le moment.")


def _refuse(dossier: Dossier, if_match: str, control: Control, now: datetime) -> None:
    if not rules.matches(if_match, dossier.etag):
        raise PreconditionFailed("Cette pièce a changé depuis que vous l'avez lue.", etag=dossier.etag)
    current = dossier.deposit.id if dossier.deposit else None
    if control.deposit_id != current:
        raise Conflict(
            "Le fichier examiné n'est plus celui de la pièce.",
            problem=problem_types.DEPOSIT_REPLACED,
            errors=(FieldError("#/deposit_id", "Ce dépôt n'est pas le dépôt courant de la pièce."),),
        )
    if errors := rules.control_errors(control, now, dossier.scan):
        raise Invalid(errors=errors)


def _set(dossier: Dossier, control: Control, staff_id: str, now: datetime) -> ControlRow:
    piece = dossier.piece
    until = rules.reopened_until(control, dossier.period, now)
    piece.status, piece.status_comment, piece.received_on = control.status.value, control.comment, control.received_on
    piece.reopened_until = until
    piece.revision += 1
    return ControlRow(
        piece_id=piece.id,
        deposit_id=control.deposit_id,
        status=control.status.value,
        comment=control.comment,
        received_on=control.received_on,
        reopened_until=until,
        staff_id=staff_id,
        controlled_at=now,
    )
