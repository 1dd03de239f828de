"""Tells candidates by mail of their pieces that were found « Non Conforme », where their session wants it.

A moment later than the control: a correction at once is not announced, and several refusals are one mail.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.chassis.clock import iso_utc, portal_now
from services.chassis.events import follow_up, publish
from services.contracts.piece_rules import Status
from services.contracts.pieces import PiecesRefused
from services.pieces.models import Control, RefusalNotice, db
from services.pieces.operations.reminders import contract_of
from services.pieces.queries.incomplete_candidatures import Incomplete, incomplete_among
from services.pieces.queries.pieces import PieceContext, lock_candidatures

ANNOUNCE_REFUSALS = "announce_refusals"
DELAY_SECONDS = 60.0


def plan_notice(session: Session, context: PieceContext) -> None:
    """After a control of this piece: its candidate gets a mail about a « Non Conforme », where the session wants it."""
    if context.status is Status.NON_COMPLIANT and context.window is not None and context.window.options.refusal_mails:
        work, candidature_id = {"candidature_id": context.candidature.id}, context.candidature.id
        follow_up(session, ANNOUNCE_REFUSALS, work, subject=candidature_id, delay=DELAY_SECONDS)


def announce_refusals(candidature_id: str) -> None:
    """Announce to the candidate the pieces that are « Non Conforme » now and that no mail has announced."""
    at = portal_now()
    with db.operation() as session:
        lock_candidatures(session, [candidature_id])
        for lacking in incomplete_among(session, [candidature_id], None, at):
            unannounced = _unannounced_controls(session, lacking)
            pieces = [missing for missing in lacking.pieces if missing.piece.id in unannounced]
            if not pieces:
                continue
            event = PiecesRefused(
                candidate_id=lacking.candidature.candidate_id,
                refused_at=iso_utc(at),
                candidature=contract_of(Incomplete(lacking.candidature, lacking.window, pieces)),
            )
            event_id = publish(session, event, subject=event.candidate_id)
            session.add_all(
                RefusalNotice(control_sequence=unannounced[piece.piece.id], event_id=event_id) for piece in pieces
            )


def _unannounced_controls(session: Session, lacking: Incomplete) -> dict[str, int]:
    """The last control of each refused piece that no mail has announced, by piece."""
    refused = [missing.piece.id for missing in lacking.pieces if missing.refused]
    latest = select(Control.piece_id, func.max(Control.sequence))
    rows = session.execute(latest.where(Control.piece_id.in_(refused)).group_by(Control.piece_id)).all()
    told_before = set(
        session.scalars(
            select(RefusalNotice.control_sequence).where(
                RefusalNotice.control_sequence.in_([sequence for _, sequence in rows])
            )
        )
    )
    return {piece_id: sequence for piece_id, sequence in rows if sequence not in told_before}
