"""Counts the candidatures that lack pieces, of each opening whose pieces can be deposited, and records the numbers."""

from __future__ import annotations

from services.chassis.clock import portal_now
from services.chassis.jobs import gauges
from services.chassis.jobs.registry import stopping
from services.pieces.metrics import INCOMPLETE
from services.pieces.models import db
from services.pieces.queries.incomplete_candidatures import OpeningKey, openings_with_missing_pieces
from services.pieces.queries.incomplete_counts import count_page


def record_incomplete_counts() -> None:
    """A few candidatures at a time: nothing is held up, however many there are."""
    with db.reading() as session:
        openings = openings_with_missing_pieces(session, None, portal_now())
    numbers: dict[tuple[str, ...], float] = {opening: _number(opening) for opening in openings}
    if not stopping():
        gauges.record(db, INCOMPLETE, numbers)


def _number(opening: OpeningKey) -> int:
    """Of all its candidatures, unless the process is asked to stop."""
    at, number, after = portal_now(), 0, ""
    while not stopping():
        with db.reading() as session:
            of_page, last = count_page(session, opening, after, at)
        if last is None:
            return number
        number, after = number + of_page, last
    return number
