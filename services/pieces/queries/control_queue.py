"""How many pieces nobody has controlled yet, by session and regroupement: the home page of a
gestionnaire."""

from sqlalchemy import ColumnElement, Select, TextClause, and_, func, select, text, union_all
from sqlalchemy.orm import Session

from services.chassis.database.staff_lists import within
from services.contracts.api.staff_pieces import ControlQueue, WaitingPieces
from services.contracts.piece_rules import Status
from services.pieces.models import TO_CONTROL, Candidature, Control, Deposit, Piece, Withdrawal
from services.pieces.queries.pieces import WAS_CONTROLLED, is_not_withdrawn

_BY = (
    Candidature.exam_code.label("exam"),
    Candidature.session_name.label("session"),
    Candidature.session_label,
    Piece.group_code.label("regroupement"),
    Piece.group_label.label("regroupement_label"),
)


def control_queue(transaction: Session, academies: frozenset[str] | None) -> ControlQueue:
    """Count what nobody has controlled within these académies (None: all).

    The session and regroupement that has waited longest comes first.
    """
    waiting = _waiting(academies, text(TO_CONTROL), and_(Piece.deposited))
    received = _waiting(academies, Piece.status == Status.RECEIVED)
    rows = union_all(waiting, received).subquery().c  # each is read by its own index
    by = [rows[column.name] for column in _BY]
    oldest = func.min(rows.since)
    is_new = rows.status.is_(None)
    query = select(
        *by,
        func.count().filter(is_new).label("number"),
        func.count(rows.validated_at).filter(is_new).label("validated"),
        func.count().filter(rows.sent_again).label("sent_again"),
        func.count(rows.status).label("received"),
        oldest.label("oldest"),
    )
    ordered = query.group_by(*by).order_by(oldest, *by)
    return ControlQueue(
        items=tuple(
            WaitingPieces(
                exam=row.exam,
                session=row.session,
                session_label=row.session_label,
                regroupement=row.regroupement,
                regroupement_label=row.regroupement_label,
                number=row.number,
                validated=row.validated,
                sent_again=row.sent_again,
                oldest=row.oldest,
                received=row.received,
            )
            for row in transaction.execute(ordered)
        )
    )


def _waiting(
    academies: frozenset[str] | None, *conditions: ColumnElement[bool] | TextClause
) -> Select[*tuple[object, ...]]:
    """Select the pieces that these conditions find, each with what it is counted by and `since`
    when it waits."""
    received_at = select(func.max(Control.controlled_at)).where(
        Control.piece_id == Piece.id, Control.counts
    )
    since = func.coalesce(Deposit.deposited_at, received_at.correlate(Piece).scalar_subquery())
    return (
        select(
            *_BY,
            Piece.status,
            Piece.validated_at,
            and_(Piece.status.is_(None), WAS_CONTROLLED).label("sent_again"),
            since.label("since"),
        )
        .select_from(Piece)
        .join(Candidature, Candidature.id == Piece.candidature_id)
        .outerjoin(Withdrawal, Withdrawal.candidature_id == Candidature.id)
        .outerjoin(Deposit, and_(Deposit.piece_id == Piece.id, Deposit.removed_at.is_(None)))
        .where(*conditions, is_not_withdrawn())
        # Said of both tables, so that each is read by its index.
        .where(within(academies, Piece.academie_code), within(academies, Candidature.academie_code))
    )
