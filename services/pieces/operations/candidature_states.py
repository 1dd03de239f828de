"""Tells registrations what the pieces of a candidature are at, so that staff browse candidatures by
it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.events import publish
from services.clock import system_now
from services.contracts.pieces import PiecesStateChanged
from services.pieces.domain.missing_pieces import pieces_state
from services.pieces.models import Candidature, db
from services.pieces.queries.locks import lock_candidatures
from services.pieces.queries.paging import pages
from services.pieces.queries.pieces import SHOWN_PIECES, fetch_pieces

PAGE = 100
"""Candidatures of one transaction."""


def tell_state(transaction: Session, candidature_id: str) -> None:
    """Publish what the pieces of a candidature are at, numbered after what was told before.

    To be called by what has changed its pieces, with its candidature locked. The number is counted
    by the database, whatever the clock says. The clock is its floor: after a restore, or where the
    candidature was erased and comes back, the count itself would begin below what was told.
    """
    transaction.flush()
    candidature = transaction.get_one(Candidature, candidature_id)
    clock = int(system_now().timestamp() * 1_000_000)
    candidature.state_number = max(candidature.state_number + 1, clock)
    contexts = fetch_pieces(transaction, SHOWN_PIECES.where(Candidature.id == candidature_id))
    event = PiecesStateChanged(
        candidature_id=candidature_id,
        state=pieces_state([context.state for context in contexts]),
        number=candidature.state_number,
    )
    publish(transaction, event, subject=candidature.candidate_id)


def tell_all_states() -> int:
    """Of every candidature, a page in each transaction; returns of how many."""
    query = select(Candidature.id).order_by(Candidature.id).limit(PAGE)
    number = 0
    for page in pages(
        lambda transaction, last: transaction.scalars(query.where(Candidature.id > last)).all(),
        "",
        str,
    ):
        with db.operation() as transaction:
            for candidature_id in lock_candidatures(transaction, page):
                tell_state(transaction, candidature_id)
                number += 1
    return number
