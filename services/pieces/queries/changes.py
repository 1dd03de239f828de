"""The feed of changes: what follows a place, in the order of positions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, false, select, union_all
from sqlalchemy.orm import Session, aliased

from services.chassis.errors import FieldError, Gone, Invalid
from services.contracts import problem_types
from services.pieces.domain.changes import BEGINNING, Place, place_of
from services.pieces.models import Change, ChangeCounter

_EXPIRED = "Des changements qui suivaient ce curseur ne sont plus gardés : relisez les listes, puis repartez sans lui."


@dataclass(frozen=True)
class ChangesPage:
    """`next_place`: where to go on, also where there are no items; `has_more`: there are further ones already."""

    items: list[Change]
    next_place: Place
    has_more: bool


def changes_page(session: Session, academies: frozenset[str] | None, after: str | None, limit: int) -> ChangesPage:
    """At most `limit` changes within these académies (None: all) after the cursor `after` (None: from the oldest kept).

    Raises Invalid for what is no cursor, Gone for one whose successors may have been deleted.
    """
    last = _last_place(session)
    start = BEGINNING if after is None else _known_place(session, after)
    following = list(session.scalars(_following(academies, start.position, last.position, limit + 1)))
    if len(following) > limit:
        return ChangesPage(following[:limit], _place(following[limit - 1]), has_more=True)
    return ChangesPage(following, last, has_more=False)


def _following(academies: frozenset[str] | None, after: int, until: int, limit: int) -> Select[*tuple[Change]]:
    """Of several académies, each gives its first ones by its index, whatever the others have."""
    within = select(Change).where(Change.position > after, Change.position <= until)
    if academies is None:
        return within.order_by(Change.position).limit(limit)
    if len(academies) == 1:
        return within.where(Change.academie_code == next(iter(academies))).order_by(Change.position).limit(limit)
    firsts = [
        select(within.where(Change.academie_code == code).order_by(Change.position).limit(limit).subquery())
        for code in sorted(academies)
    ]
    if not firsts:
        return within.where(false())
    together = aliased(Change, union_all(*firsts).subquery())
    return select(together).order_by(together.position).limit(limit)


def _known_place(session: Session, cursor: str) -> Place:
    place = place_of(cursor)
    if place is None:
        raise Invalid(errors=(FieldError("#/after", "Ce curseur n'est pas de ceux que l'API a donnés."),))
    if place == BEGINNING:
        is_known = _last_place(session) == BEGINNING or _at(session, 1) is not None
    else:
        change = _at(session, place.position)
        is_known = change is not None and change.numbered_at == place.numbered_at
    if not is_known:
        raise Gone(_EXPIRED, problem=problem_types.CURSOR_EXPIRED)
    return place


def _last_place(session: Session) -> Place:
    last = select(Change).where(Change.position == select(ChangeCounter.last).scalar_subquery())
    change = session.scalar(last)
    return BEGINNING if change is None else _place(change)


def _at(session: Session, position: int) -> Change | None:
    return session.scalar(select(Change).where(Change.position == position))


def _place(change: Change) -> Place:
    if change.position is None or change.numbered_at is None:
        raise ValueError("a change without a number is in no page")
    return Place(change.position, change.numbered_at)


def cursor_of(change: Change) -> str:
    """The cursor after which the changes follow this one."""
    return _place(change).cursor
