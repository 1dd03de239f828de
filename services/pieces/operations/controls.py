"""A gestionnaire controls pieces, one or many: sets their status. Of two at the same time the first
one wins. Who made the last control of a piece can take it back, until somebody acts on it.

Candidates are told by mail of their pieces that were found « Non Conforme », where their session
wants it. A moment later than the last control: what is corrected or taken back at once is not
announced, several refusals are one mail.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from services.chassis.database.audit import Actor
from services.chassis.database.availability import is_database_unavailable
from services.chassis.errors import (
    DomainError,
    PreconditionFailed,
    PreconditionRequired,
    Unavailable,
    found,
)
from services.chassis.events import publish
from services.chassis.process.logs import frames_of, reason_of
from services.chassis.tasks.new_tasks import follow_up
from services.chassis.web.access_tokens import Caller
from services.clock import iso_utc, portal_now
from services.contracts.piece_rules import Status
from services.contracts.pieces import PiecesRefused
from services.pieces.domain import control as rules
from services.pieces.domain.control import Decision
from services.pieces.models import AuditEntry, Control, RefusalNotice, db
from services.pieces.operations.candidature_states import tell_state
from services.pieces.operations.reminders import contract_of
from services.pieces.queries import pieces
from services.pieces.queries.controls import (
    decision_of,
    latest_control,
    made_control,
    newest_control,
)
from services.pieces.queries.incomplete_candidatures import Incomplete, incomplete_among
from services.pieces.queries.locks import lock_candidature_of_piece, lock_candidatures
from services.pieces.queries.pieces import PieceContext

log = structlog.get_logger()

ANNOUNCE_REFUSALS = "announce_refusals"
DELAY_SECONDS = 60.0  # between a refusal and its mail
SETTLED = timedelta(seconds=DELAY_SECONDS - 5)
"""Of a refusal that is announced; less than the delay, for clocks that differ. One that is newer
has its own mail to come, with the others."""


@dataclass(frozen=True)
class ControlRequest:
    """A decision on one of many pieces. `if_match`: the etag with which the piece was read."""

    piece_id: str
    if_match: str | None
    decision: Decision


def control_piece(
    by: Caller, piece_id: str, if_match: str | None, decision: Decision
) -> PieceContext:
    """Set the status; returns the piece as it then is. The same control again, by the same
    gestionnaire, changes nothing: who got no answer may repeat it.

    Raises NotFound outside the académies, PreconditionRequired, PreconditionFailed, Conflict for
    another file than the current one, Invalid.
    """
    with _changing(by, piece_id, if_match) as (transaction, context):
        if _is_made(transaction, context, by, if_match, decision):
            return context
        now = portal_now()
        _check_etag(context, if_match)
        state = context.state
        decided = state.decide(decision, now)
        context.store(decided)
        transaction.add(
            Control(
                piece_id=piece_id,
                deposit_id=decision.deposit_id,
                status=decision.status,
                comment=decision.comment,
                received_on=decision.received_on,
                resubmit_until=decided.resubmit_until,
                staff_id=by.id,
                controlled_at=now,
                before=state.standing,
            )
        )
        before = {"status": state.status}
        after = {"status": decision.status, "deposit_id": decision.deposit_id}
        AuditEntry.record(
            transaction,
            Actor("staff", by.id),
            "piece.controlled",
            piece_id,
            before=before,
            after=after,
        )
        return _changed(transaction, by, context)


def take_back_control(by: Caller, piece_id: str, if_match: str | None) -> PieceContext:
    """Make what was before the caller's last control of the piece count again; returns the piece as
    it then is. Repeated, it changes nothing.

    Raises NotFound outside the académies, PreconditionRequired, PreconditionFailed, Conflict where
    somebody else has controlled it or its candidate has acted on the control.
    """
    with _changing(by, piece_id, if_match) as (transaction, context):
        newest = newest_control(transaction, piece_id)
        if (
            newest
            and newest.takes_back
            and newest.staff_id == by.id
            and _was_read_just_before(context, if_match)
        ):
            return context
        control = latest_control(transaction, piece_id)
        made = made_control(control) if control else None
        changed = context.state.take_back(made, by.id, context.candidature.saved_at)
        _check_etag(context, if_match)
        context.store(changed)
        _record_taking_back(transaction, context, found(control), by.id)
        return _changed(transaction, by, context)


@contextmanager
def _changing(
    by: Caller, piece_id: str, if_match: str | None
) -> Iterator[tuple[Session, PieceContext]]:
    """One write transaction, with the piece's candidature locked. Raises PreconditionRequired,
    NotFound."""
    if not if_match:
        raise PreconditionRequired(
            "Indiquez dans If-Match l'etag de la pièce que vous avez examinée."
        )
    with db.operation() as transaction:
        lock_candidature_of_piece(transaction, piece_id)
        yield transaction, pieces.piece_within_academies(transaction, by.academies, piece_id)


def _changed(transaction: Session, by: Caller, context: PieceContext) -> PieceContext:
    """The piece as it then is, of which registrations hears, and its candidate of a « Non Conforme
    », where the session wants it."""
    options = context.window.options if context.window else None
    if context.status is Status.NON_COMPLIANT and options and options.refusal_mails:
        work = {"candidature_id": context.candidature.id}
        candidature_id = context.candidature.id
        follow_up(transaction, ANNOUNCE_REFUSALS, work, subject=candidature_id, delay=DELAY_SECONDS)
    tell_state(transaction, context.candidature.id)
    return pieces.piece_within_academies(transaction, by.academies, context.piece.id)


def control_many(
    by: Caller, requests: Sequence[ControlRequest]
) -> list[PieceContext | DomainError]:
    """Carry out each request in its own transaction, in order; returns for each its piece as it
    then is, or its error.

    Once the database is away no more are tried. Raises Unavailable where not even the first could
    be carried out.
    """
    results: list[PieceContext | DomainError] = []
    for request in requests:
        try:
            results.append(control_piece(by, request.piece_id, request.if_match, request.decision))
        except SQLAlchemyError as error:
            if not is_database_unavailable(error):
                raise
            log.error("database_away", reason=reason_of(error), frames=frames_of(error))
            results.append(Unavailable("Cette pièce n'a pas pu être contrôlée pour le moment."))
        except DomainError as error:
            results.append(error)
        if isinstance(away := results[-1], Unavailable):
            if len(results) == 1:
                raise away
            return results + [away] * (len(requests) - len(results))
    return results


def _is_made(
    transaction: Session,
    context: PieceContext,
    by: Caller,
    if_match: str | None,
    decision: Decision,
) -> bool:
    """Whether the piece is as this control, made on the state that it was read in, has left it."""
    last = latest_control(transaction, context.piece.id)
    if last is None or last.staff_id != by.id or not _was_read_just_before(context, if_match):
        return False
    made = decision_of(last)
    is_as_made = context.deposit_id == last.deposit_id and context.status is made.status
    return is_as_made and rules.is_repeated(decision, made)


def _was_read_just_before(context: PieceContext, if_match: str | None) -> bool:
    """Whether the piece was read in the state that its last change has replaced."""
    return rules.if_match_names(
        if_match or "", rules.etag(context.piece.id, context.piece.revision - 1)
    )


def _check_etag(context: PieceContext, if_match: str | None) -> None:
    if not rules.if_match_names(if_match or "", context.etag):
        raise PreconditionFailed(
            "Cette pièce a changé depuis que vous l'avez lue.", etag=context.etag
        )


def _record_taking_back(
    transaction: Session, context: PieceContext, control: Control, staff_id: str
) -> None:
    """Note in the history and in the trail that this control counts no more."""
    control.counts = False
    transaction.add(
        Control(
            piece_id=control.piece_id,
            deposit_id=control.deposit_id,
            status=control.status,
            staff_id=staff_id,
            controlled_at=portal_now(),
            counts=False,
        )
    )
    AuditEntry.record(
        transaction,
        Actor("staff", staff_id),
        "piece.control_taken_back",
        control.piece_id,
        before={"status": control.status},
        after={"status": context.piece.status},
    )


def announce_refusals(candidature_id: str) -> None:
    """Announce to the candidate the pieces that are « Non Conforme » now and that no mail has
    announced."""
    at = portal_now()
    with db.operation() as transaction:
        lock_candidatures(transaction, [candidature_id])
        for lacking in incomplete_among(transaction, [candidature_id], None, at):
            unannounced = _unannounced_controls(transaction, lacking)
            refused = [missing for missing in lacking.pieces if missing.piece.id in unannounced]
            if not refused or any(
                control.controlled_at > at - SETTLED for control in unannounced.values()
            ):
                continue
            event = PiecesRefused(
                candidate_id=lacking.candidature.candidate_id,
                refused_at=iso_utc(at),
                candidature=contract_of(Incomplete(lacking.candidature, lacking.window, refused)),
            )
            event_id = publish(transaction, event, subject=event.candidate_id)
            for control in unannounced.values():
                transaction.add(RefusalNotice(control_sequence=control.sequence, event_id=event_id))


def _unannounced_controls(transaction: Session, lacking: Incomplete) -> dict[str, Control]:
    """The last control of each refused piece that no mail has announced, by piece."""
    refused = [missing.piece.id for missing in lacking.pieces if missing.refused]
    latest = select(func.max(Control.sequence)).where(Control.piece_id.in_(refused), Control.counts)
    told_before = select(RefusalNotice).where(RefusalNotice.control_sequence == Control.sequence)
    query = select(Control).where(
        Control.sequence.in_(latest.group_by(Control.piece_id)), ~told_before.exists()
    )
    return {control.piece_id: control for control in transaction.scalars(query)}
