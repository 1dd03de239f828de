"""Rows read in pages, each in a transaction of its own, so that no job holds one for long."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy.orm import Session

from services.pieces.models import db

Row = TypeVar("Row")
Place = TypeVar("Place")


def pages(
    read: Callable[[Session, Place], Sequence[Row]], first: Place, place_of: Callable[[Row], Place]
) -> Iterator[Sequence[Row]]:
    """Yield what `read` gives after the place `first`, then after the place of its last row, and so
    on until it gives nothing."""
    place = first
    while True:
        with db.reading() as transaction:
            page = read(transaction, place)
        if not page:
            return
        yield page
        place = place_of(page[-1])
