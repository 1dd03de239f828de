"""Controls as they were made: the history of a piece, and what one gestionnaire has decided
lately."""

from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from services.chassis.web.access_tokens import Caller
from services.contracts.api.operation import answer_of
from services.contracts.api.staff_pieces import (
    COUNTED,
    History,
    OwnControls,
    PastControl,
    PastDeposit,
)
from services.contracts.piece_rules import Status
from services.pieces.domain.piece import taking_back_refusal
from services.pieces.models import Control, Deposit, RefusalNotice, object_tables
from services.pieces.queries.answers import staff_piece
from services.pieces.queries.pieces import PieceContext, made_control, pieces_within_academies

PACE = timedelta(hours=1)


def history(transaction: Session, context: PieceContext, staff_id: str) -> History:
    """All files and controls of a piece, oldest first, as this gestionnaire reads them."""
    retired = object_tables.RetiredObject
    deposits = (
        select(Deposit, retired.kept_until)
        .outerjoin(retired, and_(retired.key == Deposit.object_key, retired.erased_at.is_(None)))
        .where(Deposit.piece_id == context.piece.id)
        .order_by(Deposit.deposited_at, Deposit.id)
    )
    rows = transaction.scalars(
        select(Control).filter_by(piece_id=context.piece.id).order_by(Control.sequence)
    ).all()
    latest = next((row for row in reversed(rows) if row.counts), None)
    return History(
        deposits=tuple(
            answer_of(PastDeposit, row, kept_until=until)
            for row, until in transaction.execute(deposits)
        ),
        controls=tuple(
            _past_control(transaction, context, row, row is latest, staff_id) for row in rows
        ),
    )


def own_controls(
    transaction: Session, by: Caller, now: datetime, *known: PieceContext | None
) -> OwnControls:
    """The gestionnaire's last decision, if it is on a piece that they may see, and their pace.
    `known`: pieces among which its own may be."""
    own = (
        select(Control)
        .where(Control.staff_id == by.id, Control.counts)
        .order_by(Control.controlled_at.desc())
    )
    lately = own.where(Control.controlled_at > now - PACE).limit(COUNTED).subquery()
    pace = select(func.count(lately.c.piece_id.distinct())).scalar_subquery()
    other = aliased(Control)
    latest = (
        select(func.max(other.sequence))
        .where(other.piece_id == Control.piece_id, other.counts)
        .scalar_subquery()
    )
    last_decision = transaction.execute(own.add_columns(pace, latest).limit(1)).one_or_none()
    if last_decision is None:
        return OwnControls(last_hour=0, control=None, piece=None)
    row, last_hour, sequence = last_decision
    contexts = {context.piece.id: context for context in known if context}
    if row.piece_id not in contexts:
        contexts = pieces_within_academies(transaction, by.academies, [row.piece_id])
    if (context := contexts.get(row.piece_id)) is None:
        return OwnControls(last_hour=last_hour, control=None, piece=None)
    control = _past_control(transaction, context, row, row.sequence == sequence, by.id)
    return OwnControls(last_hour=last_hour, control=control, piece=staff_piece(context))


def _past_control(
    transaction: Session, context: PieceContext, row: Control, is_latest: bool, staff_id: str
) -> PastControl:
    saved_at = context.candidature.saved_at
    refusal = taking_back_refusal(context.state, made_control(row), staff_id, saved_at)
    return answer_of(
        PastControl,
        row,
        status_label=Status(row.status).label,
        can_be_taken_back=is_latest and refusal is None,
        announced=row.status == Status.NON_COMPLIANT
        and transaction.get(RefusalNotice, row.sequence) is not None,
    )
