"""Staff's list of pieces: filtered, in pages whose cursor stays valid while rows come and go, or
whole as an export."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.chassis.cursors import encode_cursor
from services.chassis.database.staff_lists import (
    academies_shown,
    conditions_of,
    place_of_cursor,
    within,
)
from services.chassis.errors import found
from services.chassis.exports import Table
from services.chassis.web.access_tokens import Caller
from services.contracts.api.staff_lists import ListFilters
from services.contracts.api.staff_pieces import (
    COUNTED,
    NO_STATUS,
    PIECES,
    PiecesPage,
    StaffPieces,
)
from services.pieces.models import Candidature, Control, Piece
from services.pieces.queries import pieces
from services.pieces.queries.staff_answers import Neighbours, staff_piece

# A candidature's pieces stay together; neither part of the order ever changes. Places and cursors
# below have its two parts, the tables' indexes begin or end with it.
LIST_ORDER = (Piece.candidature_id, Piece.code)
EXPORT_PAGE = 500  # pieces
Place = tuple[str, str]
"""A candidature's id, the code of its piece."""
PlacesQuery = Select[str, str, str]
"""Pieces by id, each with its place."""
SET_BY_CONTROLS = ("status", "sent_again")
"""The filters by which a piece leaves a list once it is controlled."""
LATELY = 50
"""Controls of a gestionnaire: their pieces stay beside those of the list."""


def list_page(
    transaction: Session, academies: frozenset[str] | None, page: PiecesPage
) -> StaffPieces:
    """Answer a page of the pieces within `academies` (None: all).

    Raises NotFound for an académie or a piece outside `academies`, Invalid for a cursor that this
    API did not give.
    """
    query = matching_pieces(academies, page)
    if page.after is not None:
        query = query.where(*_after_place(_place_of(transaction, academies, page.after)))
    if page.cursor:
        query = query.where(*_after_place(_place_of_cursor(page.cursor)))
    found_pieces = pieces.fetch_pieces(
        transaction, query.order_by(*LIST_ORDER).limit(page.limit + 1)
    )
    has_more = len(found_pieces) > page.limit
    shown = found_pieces[: page.limit]
    total: int | None = None
    if not (page.cursor or page.after):
        total = _count(transaction, _places(academies, page)) if has_more else len(shown)
    return StaffPieces(
        items=tuple(staff_piece(context) for context in shown),
        next_cursor=encode_cursor(_place_in_list(shown[-1].piece)) if has_more else None,
        total=total,
    )


def _count(transaction: Session, places: PlacesQuery) -> int | None:
    """Count the places; None for more than COUNTED."""
    some = places.limit(COUNTED + 1).subquery()  # not in order: the first that are found do
    number = transaction.scalar(select(func.count()).select_from(some)) or 0
    return number if number <= COUNTED else None


def neighbours(transaction: Session, by: Caller, narrowed: ListFilters, piece: Piece) -> Neighbours:
    """Return what is before and after a piece that the caller may see, in the list or not.

    A piece that the caller has just controlled stays its neighbour, though it may have left the
    list by that. Raises NotFound for an académie outside theirs.
    """
    place = _place_in_list(piece)
    in_list = _places(by.academies, narrowed)
    after = in_list.where(*_after_place(place))
    nearest = (
        _last_before(place, in_list),
        _last_before(place, _just_controlled(by, narrowed)),
        after.order_by(*LIST_ORDER),
    )
    rows = transaction.execute(union_all(*(_first_of(query) for query in nearest)))
    places = {(row.candidature_id, row.code): row.id for row in rows}
    previous = max((at for at in places if at < place), default=None)
    following = next((at for at in places if at > place), None)
    contexts = pieces.pieces_within_academies(transaction, by.academies, places.values())
    return Neighbours(
        previous=contexts.get(places[previous]) if previous else None,
        following=contexts.get(places[following]) if following else None,
        left=_count(transaction, after) if following else 0,
    )


def _just_controlled(by: Caller, narrowed: ListFilters) -> PlacesQuery:
    """Select the pieces that the caller has controlled lately and that the filters let pass but for
    those that a control changes."""
    others = {
        name: value for name, value in narrowed.filters.items() if name not in SET_BY_CONTROLS
    }
    lately = (
        select(Control.piece_id)
        .where(Control.staff_id == by.id)
        .order_by(Control.controlled_at.desc())
        .limit(LATELY)
    )
    return _places(by.academies, ListFilters(filters=others)).where(Piece.id.in_(lately))


def _last_before(place: Place, places: PlacesQuery) -> PlacesQuery:
    backwards = (column.desc() for column in LIST_ORDER)
    return places.where(*_before_place(place)).order_by(*backwards)


def _first_of(places: PlacesQuery) -> Select[*tuple[object, ...]]:
    return select(places.limit(1).subquery())


def _places(academies: frozenset[str] | None, narrowed: ListFilters) -> PlacesQuery:
    """Select the pieces of a list by id, with where they stand in it."""
    condition = matching_pieces(academies, narrowed).whereclause
    places = pieces.PIECE_IDS.add_columns(*LIST_ORDER)
    return places if condition is None else places.where(condition)


def matching_pieces(academies: frozenset[str] | None, narrowed: ListFilters) -> pieces.PiecesQuery:
    """Select the pieces that the filters let pass, within `academies` (None: all).

    Raises NotFound for an académie outside `academies`.
    """
    shown = academies_shown(academies, narrowed.filters.get("academie"))
    conditions = conditions_of(
        PIECES,
        narrowed.filters,
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
        query = query.where(_academie_column(narrowed).in_(shown))
        # The planner may begin with candidatures: with theirs, then.
        if "sent_again" in narrowed.filters and len(shown) > 1:
            query = query.where(Candidature.academie_code.in_(shown))
    return query


def _place_in_list(piece: Piece) -> Place:
    return piece.candidature_id, piece.code


def _place_of_cursor(cursor: str) -> Place:
    """Raises Invalid for a cursor that this API did not give."""
    candidature_id, code = place_of_cursor(cursor, len(LIST_ORDER))
    return candidature_id, code


def _place_of(transaction: Session, academies: Collection[str] | None, piece_id: str) -> Place:
    """Return where a piece of these académies stands in the list, whether or not it is there now.

    Raises NotFound.
    """
    query = select(Piece.candidature_id, Piece.code).join(Candidature)
    own = query.where(Piece.id == piece_id, within(academies, Candidature.academie_code))
    place = found(transaction.execute(own).one_or_none())
    return place.candidature_id, place.code


def _academie_column(
    narrowed: ListFilters,
) -> InstrumentedAttribute[str | None] | InstrumentedAttribute[str]:
    """Return the column of the académie by which the database finds the list.

    Work queues (what is to control, what is controlled) have an index on the pieces' own académie;
    other lists are found by the candidatures'.
    """
    filters = narrowed.filters
    is_queue = (
        filters.get("status", NO_STATUS) != NO_STATUS
        or filters.get("deposited")
        or filters.get("validated")
    )
    return Piece.academie_code if is_queue else Candidature.academie_code


def _after_place(place: Place) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of the rows after a place.

    The bound is given for both tables: whichever the database reads first, it does not read the
    pages before again.
    """
    candidature_id, code = place
    is_after = or_(Piece.candidature_id > candidature_id, Piece.code > code)
    return Candidature.id >= candidature_id, Piece.candidature_id >= candidature_id, is_after


def _before_place(place: Place) -> tuple[ColumnElement[bool], ...]:
    candidature_id, code = place
    is_before = or_(Piece.candidature_id < candidature_id, Piece.code < code)
    return Candidature.id <= candidature_id, Piece.candidature_id <= candidature_id, is_before


def export(transaction: Session, academies: frozenset[str] | None, narrowed: ListFilters) -> Table:
    """Return all pieces of the list with these filters, read from the server's cursor EXPORT_PAGE
    by EXPORT_PAGE.

    Raises NotFound for an académie outside `academies`.
    """
    query = (
        matching_pieces(academies, narrowed)
        .order_by(*LIST_ORDER)
        .execution_options(yield_per=EXPORT_PAGE)
    )
    pages = (
        map(staff_piece, pieces.pieces_of_rows(rows))
        for rows in transaction.execute(query).partitions()
    )
    return Table.of_list(PIECES, pages)
