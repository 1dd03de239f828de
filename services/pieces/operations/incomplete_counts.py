"""Counts the candidatures that lack pieces, for gestionnaires' home page and for operators."""

from services.chassis.process.stopping import stopping
from services.chassis.tasks import gauges
from services.clock import portal_now
from services.pieces.metrics import INCOMPLETE
from services.pieces.models import db
from services.pieces.queries import incomplete_candidatures as queries


def record_incomplete_counts() -> None:
    """Record how many candidatures of each opening lack pieces now.

    A few are counted at a time: nothing is held up, however many there are.
    """
    at = portal_now()
    with db.reading() as transaction:
        openings = queries.openings_with_missing_pieces(transaction, None, at)
    numbers: dict[tuple[str, ...], float] = dict.fromkeys(openings, 0)
    for opening in openings:
        for page in queries.pages_of_opening(opening):
            if stopping():
                return
            with db.reading() as transaction:
                numbers[opening] += len(queries.incomplete_among(transaction, page, None, at))
    gauges.record(db, INCOMPLETE, numbers)
