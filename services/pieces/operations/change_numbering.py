"""Numbers the changes of the feed in the order in which they became visible, and deletes old ones.

A number that a transaction draws when it writes may become visible after a higher one, which a
reader has passed already. So positions are given afterwards, to changes that are committed, by one
transaction at a time: what is seen at a position is final below it.
"""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.chassis.database.deletion import delete_in_pages
from services.chassis.process.stopping import stopping
from services.clock import system_now
from services.contracts.piece_rules import ChangeKind
from services.pieces.models import Change, ChangeCounter, db
from services.pieces.queries.changes import CHANGES_RETENTION
from services.pieces.queries.pieces import PieceContext

NUMBERED_AT_ONCE = 1000
"""In one transaction: a reader waits for one alone."""
COUNTER_ID = 1
_WAITING = select(Change.id).where(Change.position.is_(None)).order_by(Change.id)


def tell_removed(transaction: Session, context: PieceContext, at: datetime) -> None:
    """Tell tools that what there is of a piece counts no more, where no trigger of the database
    does: its row alone is changed."""
    candidature = context.candidature
    transaction.add(
        Change(
            at=at,
            kind=ChangeKind.REMOVED,
            piece_id=context.piece.id,
            candidature_id=candidature.id,
            numero_candidat=candidature.numero_candidat,
            code=context.piece.code,
            academie_code=candidature.academie_code,
        )
    )


def number_changes() -> bool:
    """Number the changes that wait, at most NUMBERED_AT_ONCE; whether more may wait. Writes nothing
    where none does."""
    with db.reading() as transaction:
        if transaction.scalar(_WAITING.limit(1)) is None:
            return False
    with db.operation() as transaction:
        counter = transaction.get_one(ChangeCounter, COUNTER_ID, with_for_update=True)
        waiting = _WAITING.limit(NUMBERED_AT_ONCE).subquery()
        place = func.row_number().over(order_by=waiting.c.id)
        numbered = select(waiting.c.id, (counter.last + place).label("position")).subquery()
        values = {"position": numbered.c.position, "numbered_at": system_now()}
        result = transaction.execute(
            update(Change).where(Change.id == numbered.c.id).values(values),
            execution_options={"synchronize_session": False},
        )
        number = int(result.rowcount)  # type: ignore[attr-defined]
        counter.last += number
    return number == NUMBERED_AT_ONCE


def number_all_changes() -> None:
    """So that no reader who comes after a long time meets many at once."""
    while number_changes() and not stopping():
        pass


def purge_changes() -> None:
    """Delete changes numbered CHANGES_RETENTION ago; the last one stays, so that a reader's place
    there stays known."""
    with db.reading() as transaction:
        last = transaction.get_one(ChangeCounter, COUNTER_ID).last
    is_old = (Change.numbered_at < system_now() - CHANGES_RETENTION) & (Change.position < last)
    delete_in_pages(db, Change.__table__.c.id, where=is_old)
