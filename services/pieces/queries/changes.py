"""The feed of changes: what follows a place, in the order of positions, and the cursor by which a
reader goes on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, false, select, union_all
from sqlalchemy.orm import Session, aliased

from services.chassis.cursors import decode_cursor, encode_cursor
from services.chassis.errors import FieldError, Gone, Invalid
from services.contracts import problem_types
from services.contracts.api import staff_pieces as api
from services.contracts.piece_rules import CHANGES_RETENTION_DAYS
from services.pieces.models import Change, ChangeCounter

CHANGES_RETENTION = timedelta(days=CHANGES_RETENTION_DAYS)
"""From when a change was numbered, that is, could first be read."""
_EXPIRED = (
    "Des changements qui suivaient ce curseur ne sont plus gardés : relisez les listes, puis "
    "repartez sans lui."
)


@dataclass(frozen=True)
class Place:
    """A place in the feed, just after the change of this position. `numbered_at` tells it from
    another change that was given the same position after the database went back to a backup; None:
    before the first change."""

    position: int
    numbered_at: datetime | None

    @property
    def cursor(self) -> str:
        stamp = self.numbered_at.astimezone(UTC).isoformat() if self.numbered_at else None
        return encode_cursor([self.position, stamp])


BEGINNING = Place(0, None)


def place_of(cursor: str) -> Place | None:
    """Return the place that a cursor names; None for what is no cursor of the feed."""
    try:
        position, stamp = decode_cursor(cursor)
        numbered_at = None if stamp is None else datetime.fromisoformat(str(stamp))
    except ValueError:
        return None
    if not isinstance(position, int) or isinstance(position, bool) or not 0 <= position < 2**62:
        return None
    if (numbered_at is None) != (position == 0):
        return None
    if numbered_at is not None and numbered_at.tzinfo is None:
        return None
    return Place(position, numbered_at)


def changes_page(
    transaction: Session, academies: frozenset[str] | None, after: str | None, limit: int
) -> api.Changes:
    """Answer at most `limit` changes within these académies (None: all).

    They follow the cursor `after`, or are the oldest kept where it is None.

    Raises Invalid for what is no cursor, Gone for one whose successors may have been deleted.
    """
    last = _last_place(transaction)
    start = BEGINNING if after is None else _known_place(transaction, after)
    following = list(
        transaction.scalars(_following(academies, start.position, last.position, limit + 1))
    )
    has_more = len(following) > limit
    items = tuple(_answered(change) for change in following[:limit])
    return api.Changes(
        items=items, next_cursor=items[-1].cursor if has_more else last.cursor, has_more=has_more
    )


def _answered(change: Change) -> api.Change:
    return api.Change(
        cursor=_place(change).cursor,
        at=change.at,
        kind=change.kind,
        piece_id=change.piece_id,
        candidature_id=change.candidature_id,
        numero_candidat=change.numero_candidat,
        code=change.code,
        academie=change.academie_code,
    )


def _following(
    academies: frozenset[str] | None, after: int, until: int, limit: int
) -> Select[*tuple[Change]]:
    """Select the first changes after a position, `limit` at most.

    Of several académies, each gives its first ones by its index, whatever the others have.
    """
    within = select(Change).where(Change.position > after, Change.position <= until)
    if academies is None:
        return within.order_by(Change.position).limit(limit)
    if len(academies) == 1:
        return (
            within.where(Change.academie_code == next(iter(academies)))
            .order_by(Change.position)
            .limit(limit)
        )
    firsts = [
        select(
            within.where(Change.academie_code == code)
            .order_by(Change.position)
            .limit(limit)
            .subquery()
        )
        for code in sorted(academies)
    ]
    if not firsts:
        return within.where(false())
    together = aliased(Change, union_all(*firsts).subquery())
    return select(together).order_by(together.position).limit(limit)


def _known_place(transaction: Session, cursor: str) -> Place:
    place = place_of(cursor)
    if place is None:
        raise Invalid(
            errors=(FieldError("#/after", "Ce curseur n'est pas de ceux que l'API a donnés."),)
        )
    if place == BEGINNING:
        is_known = _last_place(transaction) == BEGINNING or _at(transaction, 1) is not None
    else:
        change = _at(transaction, place.position)
        is_known = change is not None and change.numbered_at == place.numbered_at
    if not is_known:
        raise Gone(_EXPIRED, problem=problem_types.CURSOR_EXPIRED)
    return place


def _last_place(transaction: Session) -> Place:
    last = select(Change).where(Change.position == select(ChangeCounter.last).scalar_subquery())
    change = transaction.scalar(last)
    return BEGINNING if change is None else _place(change)


def _at(transaction: Session, position: int) -> Change | None:
    return transaction.scalar(select(Change).where(Change.position == position))


def _place(change: Change) -> Place:
    return Place(change.position or 0, change.numbered_at)
