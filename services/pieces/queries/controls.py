"""Controls as they were made: the last one of a piece, its whole history, and what one gestionnaire
has decided lately."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from services.chassis.web.access_tokens import Caller
from services.contracts.api.staff_pieces import COUNTED, History, OwnControls, PastControl
from services.contracts.piece_rules import Status
from services.pieces.domain.control import Decision, MadeControl
from services.pieces.domain.piece import taking_back_refusal
from services.pieces.models import Control, Deposit, RefusalNotice, object_tables
from services.pieces.queries.pieces import PieceContext, pieces_within_academies
from services.pieces.queries.staff_answers import past_deposit, staff_piece

PACE = timedelta(hours=1)
"""The time in which a gestionnaire's decisions are counted."""


def newest_control(transaction: Session, piece_id: str) -> Control | None:
    """Return the last control of a piece, whether it counts or not."""
    return _newest(transaction, select(Control).where(Control.piece_id == piece_id))


def latest_control(transaction: Session, piece_id: str) -> Control | None:
    """Return the last control of a piece that counts."""
    return _newest(transaction, select(Control).where(Control.piece_id == piece_id, Control.counts))


def latest_control_of_file(transaction: Session, deposit: Deposit) -> Control | None:
    """Return the last control that counts among those that were made on this file."""
    of_file = (Control.piece_id == deposit.piece_id, Control.deposit_id == deposit.id)
    return _newest(transaction, select(Control).where(*of_file, Control.counts))


def _newest(transaction: Session, query: Select[Control]) -> Control | None:
    return transaction.scalar(query.order_by(Control.sequence.desc()).limit(1))


def decision_of(row: Control) -> Decision:
    """Return what was decided in a control."""
    return Decision(
        deposit_id=row.deposit_id,
        status=Status(row.status),
        comment=row.comment,
        received_on=row.received_on,
        resubmit_until=row.resubmit_until,
    )


def made_control(row: Control) -> MadeControl:
    """Return a control as the rules know it."""
    return MadeControl(decision_of(row), row.staff_id, row.controlled_at, row.before)


def history(transaction: Session, context: PieceContext, staff_id: str) -> History:
    """Answer all files and controls of a piece, the oldest first, as this gestionnaire reads
    them."""
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
            past_deposit(row, kept_until) for row, kept_until in transaction.execute(deposits)
        ),
        controls=tuple(
            _past_control(transaction, context, row, staff_id, is_latest=row is latest)
            for row in rows
        ),
    )


@dataclass(frozen=True)
class _LastDecision:
    """`is_latest`: no other control of that piece that counts has followed; `last_hour`: how many
    pieces the gestionnaire has decided on in PACE."""

    control: Control
    is_latest: bool
    last_hour: int


def own_controls(
    transaction: Session, by: Caller, now: datetime, *known: PieceContext | None
) -> OwnControls:
    """Answer the gestionnaire's last decision, if it is on a piece that they may see, and how many
    they have made in PACE. `known`: pieces among which that one may be."""
    last = _last_decision(transaction, by.id, now)
    if last is None:
        return OwnControls(last_hour=0, control=None, piece=None)
    row = last.control
    contexts = {context.piece.id: context for context in known if context}
    if row.piece_id not in contexts:
        contexts = pieces_within_academies(transaction, by.academies, [row.piece_id])
    context = contexts.get(row.piece_id)
    if context is None:
        return OwnControls(last_hour=last.last_hour, control=None, piece=None)
    control = _past_control(transaction, context, row, by.id, is_latest=last.is_latest)
    return OwnControls(last_hour=last.last_hour, control=control, piece=staff_piece(context))


def _last_decision(transaction: Session, staff_id: str, now: datetime) -> _LastDecision | None:
    """Return the last decision of a gestionnaire that counts, by one statement."""
    own = (
        select(Control)
        .where(Control.staff_id == staff_id, Control.counts)
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
    found = transaction.execute(own.add_columns(pace, latest).limit(1)).one_or_none()
    if found is None:
        return None
    row, last_hour, sequence = found
    return _LastDecision(row, row.sequence == sequence, last_hour)


def _past_control(
    transaction: Session, context: PieceContext, row: Control, staff_id: str, *, is_latest: bool
) -> PastControl:
    saved_at = context.candidature.saved_at
    refusal = taking_back_refusal(context.state, made_control(row), staff_id, saved_at)
    is_refusal = row.status == Status.NON_COMPLIANT
    return PastControl(
        deposit_id=row.deposit_id,
        status=row.status,
        status_label=Status(row.status).label,
        comment=row.comment,
        received_on=row.received_on,
        resubmit_until=row.resubmit_until,
        staff_id=row.staff_id,
        controlled_at=row.controlled_at,
        taken_back=row.taken_back,
        takes_back=row.takes_back,
        can_be_taken_back=is_latest and refusal is None,
        announced=is_refusal and transaction.get(RefusalNotice, row.sequence) is not None,
    )
