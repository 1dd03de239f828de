"""Staff's list of pieces: filtered, in pages whose cursor stays valid while rows come and go, or
whole as an export."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.chassis.database.staff_lists import (
    academies_shown,
    conditions_of,
    decode_cursor,
    encode_cursor,
    within,
)
from services.chassis.errors import found
from services.chassis.exports import Table
from services.chassis.web.access_tokens import Caller
from services.contracts.api.staff_pieces import COUNTED, NO_STATUS, PIECES, StaffPieces
from services.pieces import models
from services.pieces.models import Candidature, Control, Piece
from services.pieces.queries import pieces
from services.pieces.queries.answers import staff_piece

# A candidature's pieces stay together; neither part of the order ever changes. Places and cursors
# below have its two parts, the tables' indexes begin or end with it.
LIST_ORDER: tuple[InstrumentedAttribute[str], ...] = tuple(
    getattr(Piece, name) for name in models.LIST_ORDER
)
EXPORT_PAGE = 500  # pieces
SET_BY_CONTROLS = ("status", "sent_again")
"""The filters by which a piece leaves a list once it is controlled."""
LATELY = 50
"""Controls of a gestionnaire: their pieces stay beside those of the list."""


def list_page(
    transaction: Session,
    /,  # a filter has that name too
    academies: frozenset[str] | None,
    limit: int,
    cursor: str | None = None,
    after: str | None = None,
    **filters: Any,
) -> StaffPieces:
    """One page of the pieces within `academies` (None: all). `filters`: those of `PIECES`. `after`
    names a piece, in the list or not: the page is what follows it there.

    Raises NotFound for an académie or a piece outside `academies`, Invalid for a cursor that this
    API did not give.
    """
    query = matching_pieces(academies, filters)
    if after is not None:
        query = query.where(*_after_place(*_place_of(transaction, academies, after)))
    if cursor:
        query = query.where(*_after_place(*decode_cursor(cursor, len(LIST_ORDER))))
    items = pieces.fetch_pieces(transaction, query.order_by(*LIST_ORDER).limit(limit + 1))
    has_more = len(items) > limit
    items = items[:limit]
    is_first = not (cursor or after)
    return StaffPieces(
        items=tuple(map(staff_piece, items)),
        next_cursor=encode_cursor(_place_in_list(items[-1].piece)) if has_more else None,
        total=(_count(transaction, _places(academies, filters)) if has_more else len(items))
        if is_first
        else None,
    )


def _count(transaction: Session, places: Select[*tuple[Any, ...]]) -> int | None:
    """None for more than COUNTED."""
    some = places.limit(COUNTED + 1).subquery()  # not in order: the first that are found do
    number = transaction.scalar(select(func.count()).select_from(some)) or 0
    return number if number <= COUNTED else None


def neighbours(
    transaction: Session, by: Caller, filters: dict[str, Any], piece: Piece
) -> tuple[pieces.PieceContext | None, pieces.PieceContext | None, int | None]:
    """Before and after a piece that the caller may see, in the list or not, and how many follow it
    (None: more than COUNTED). `filters`: as for `list_page`.

    One that the caller has just controlled stays its neighbour, though it may have left the list by
    that. Raises NotFound for an académie outside theirs.
    """
    place = _place_in_list(piece)
    others = {name: value for name, value in filters.items() if name not in SET_BY_CONTROLS}
    lately = (
        select(Control.piece_id)
        .where(Control.staff_id == by.id)
        .order_by(Control.controlled_at.desc())
    )
    in_list = _places(by.academies, filters)
    before = [
        query.where(*_before_place(*place)).order_by(*(column.desc() for column in LIST_ORDER))
        for query in (
            in_list,
            _places(by.academies, others).where(Piece.id.in_(lately.limit(LATELY))),
        )
    ]
    after = in_list.where(*_after_place(*place))
    nearest = (
        select(query.limit(1).subquery()) for query in (*before, after.order_by(*LIST_ORDER))
    )
    places = {
        (row.candidature_id, row.code): row.id for row in transaction.execute(union_all(*nearest))
    }
    following = [at for at in places if at > place]
    contexts = pieces.pieces_within_academies(transaction, by.academies, places.values())
    left = _count(transaction, after) if following else 0
    previous = max((at for at in places if at < place), default=None)
    return (
        contexts.get(places[previous]) if previous else None,
        contexts.get(places[following[0]]) if following else None,
        left,
    )


def _places(academies: frozenset[str] | None, filters: dict[str, Any]) -> Select[*tuple[Any, ...]]:
    """Where the pieces of a list stand, by id."""
    condition = matching_pieces(academies, filters).whereclause
    return pieces.PIECE_IDS.add_columns(*LIST_ORDER).where(
        *([] if condition is None else [condition])
    )


def matching_pieces(
    academies: frozenset[str] | None, filters: dict[str, Any]
) -> Select[*tuple[Any, ...]]:
    """The query of the pieces that the filters let pass, within `academies` (None: all).

    Raises NotFound for an académie outside `academies`.
    """
    shown = academies_shown(academies, filters.get("academie"))
    conditions = conditions_of(
        PIECES,
        filters,
        Piece,
        Candidature,
        academie=lambda _: None,  # among those that the reader sees, below
        exam=Candidature.exam_code,
        session=lambda name: (
            or_(Candidature.session_name == name, Candidature.session_label == name)
            if name
            else None
        ),
        code=lambda code: Piece.code.in_({code, code.upper()}),
        candidature=Candidature.id,
        candidate=Candidature.candidate_id,
        regroupement=Piece.group_code,
        status=lambda status: (
            Piece.status.is_(None) if status == NO_STATUS else Piece.status == status
        ),
        validated=lambda validated: (
            Piece.validated_at.is_not(None) if validated else Piece.validated_at.is_(None)
        ),
        deposited=lambda deposited: and_(Piece.deposited) if deposited else ~Piece.deposited,
        sent_again=lambda sent_again: (
            pieces.WAS_CONTROLLED if sent_again else ~pieces.WAS_CONTROLLED
        ),
    )
    query = pieces.SHOWN_PIECES.where(*conditions)
    if shown is not None:
        query = query.where(_academie_column(filters).in_(shown))
        if (
            "sent_again" in filters and len(shown) > 1
        ):  # the planner may begin with candidatures: with theirs, then
            query = query.where(Candidature.academie_code.in_(shown))
    return query


def _place_in_list(piece: Piece) -> tuple[str, str]:
    return piece.candidature_id, piece.code


def _place_of(
    transaction: Session, academies: Collection[str] | None, piece_id: str
) -> tuple[str, str]:
    """Where a piece of these académies stands in the list, whether or not it is there now. Raises
    NotFound."""
    query = select(Piece.candidature_id, Piece.code).join(Candidature)
    own = query.where(Piece.id == piece_id, within(academies, Candidature.academie_code))
    place = found(transaction.execute(own).one_or_none())
    return place.candidature_id, place.code


def _academie_column(
    filters: dict[str, Any],
) -> InstrumentedAttribute[str | None] | InstrumentedAttribute[str]:
    """Work queues (what is to control, what is controlled) have an index on the pieces' own
    académie; other lists are found by the candidatures'."""
    is_queue = (
        filters.get("status", NO_STATUS) != NO_STATUS
        or filters.get("deposited")
        or filters.get("validated")
    )
    return Piece.academie_code if is_queue else Candidature.academie_code


def _after_place(candidature_id: str, code: str) -> tuple[ColumnElement[bool], ...]:
    """The rows after a place. The bound is given for both tables: whichever the database reads
    first, it does not read the pages before again."""
    is_after = or_(Piece.candidature_id > candidature_id, Piece.code > code)
    return Candidature.id >= candidature_id, Piece.candidature_id >= candidature_id, is_after


def _before_place(candidature_id: str, code: str) -> tuple[ColumnElement[bool], ...]:
    is_before = or_(Piece.candidature_id < candidature_id, Piece.code < code)
    return Candidature.id <= candidature_id, Piece.candidature_id <= candidature_id, is_before


def export(
    transaction: Session, academies: frozenset[str] | None, filters: dict[str, Any]
) -> Table:
    """Return all pieces of the list with these filters, read from the server's cursor EXPORT_PAGE
    by EXPORT_PAGE.

    Raises NotFound for an académie outside `academies`.
    """
    query = (
        matching_pieces(academies, filters)
        .order_by(*LIST_ORDER)
        .execution_options(yield_per=EXPORT_PAGE)
    )
    pages = (
        map(staff_piece, pieces.pieces_of_rows(rows))
        for rows in transaction.execute(query).partitions()
    )
    return Table.of_list(PIECES, pages)
