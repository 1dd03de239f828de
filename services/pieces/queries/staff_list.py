"""Staff's list of pieces: filtered, in pages whose cursor stays valid while rows come and go."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.chassis.errors import FieldError, Invalid, NotFound
from services.contracts.api.staff_pieces import NO_STATUS, Neighbours, StaffPieces
from services.pieces import models
from services.pieces.models import Candidature, Piece
from services.pieces.queries.answers import staff_piece
from services.pieces.queries.pieces import WAS_CONTROLLED, PieceContext, fetch_pieces, select_shown_pieces

# A candidature's pieces stay together; neither part of the order ever changes. Places and cursors below have its two
# parts, the tables' indexes begin or end with it.
LIST_ORDER: tuple[InstrumentedAttribute[str], ...] = tuple(getattr(Piece, name) for name in models.LIST_ORDER)


def list_page(session: Session, academies: frozenset[str] | None, filters: dict[str, Any]) -> StaffPieces:
    """One page of the pieces within `academies` (None: all). `filters`: the query as `PiecesQuery` reads it, with
    `limit` and `cursor`.

    `after` and `before` name a piece, in the list or not: the page is what follows it there, or what is just before it
    (without a cursor).

    Raises NotFound for an académie or a piece outside `academies`, Invalid for a cursor that this API did not give.
    """
    query = matching_pieces(academies, filters)
    limit: int = filters["limit"]
    if (before := filters.get("before")) is not None:
        return _page(_pieces_before(session, query, _place_of(session, academies, before), limit))
    if (after := filters.get("after")) is not None:
        query = query.where(*_after_place(*_place_of(session, academies, after)))
    if cursor := filters.get("cursor"):
        query = query.where(*_after_place(*_decode_cursor(cursor)))
    items = fetch_pieces(session, query.order_by(*LIST_ORDER).limit(limit + 1))
    has_more = len(items) > limit
    items = items[:limit]
    return _page(items, _encode_cursor(items[-1]) if has_more else None)


def _page(contexts: list[PieceContext], next_cursor: str | None = None) -> StaffPieces:
    return StaffPieces(items=tuple(map(staff_piece, contexts)), next_cursor=next_cursor)


def neighbours(session: Session, academies: frozenset[str] | None, filters: dict[str, Any], piece: Piece) -> Neighbours:
    """Beside a piece of these académies (None: all), in the list or not. `filters`: as for `list_page`.

    Raises NotFound for an académie outside `academies`.
    """
    query = matching_pieces(academies, filters)
    place = (piece.candidature_id, piece.code)
    following = fetch_pieces(session, query.where(*_after_place(*place)).order_by(*LIST_ORDER).limit(1))
    previous = _pieces_before(session, query, place, 1)
    return Neighbours(
        previous=next(map(staff_piece, previous), None), following=next(map(staff_piece, following), None)
    )


def matching_pieces(academies: frozenset[str] | None, filters: dict[str, Any]) -> Select[*tuple[Any, ...]]:
    """The query of the pieces that the filters let pass, within `academies` (None: all).

    Raises NotFound for an académie outside `academies`.
    """
    academie = filters.get("academie")
    if academie is not None and academies is not None and academie not in academies:
        raise NotFound()
    query = select_shown_pieces().where(*_conditions(filters))
    within = academies if academie is None else {academie}
    if within is not None:
        query = query.where(_academie_column(filters).in_(within))
        if "sent_again" in filters:  # a queue, yet the planner may begin with the candidatures: with theirs alone, then
            query = query.where(Candidature.academie_code.in_(within))
    return query


def _pieces_before(
    session: Session, query: Select[*tuple[Any, ...]], place: tuple[str, str], limit: int
) -> list[PieceContext]:
    """The pieces just before a place of the list, in the list's order."""
    nearest_first = query.where(*_before_place(*place)).order_by(*(column.desc() for column in LIST_ORDER)).limit(limit)
    return fetch_pieces(session, nearest_first)[::-1]


def _place_of(session: Session, academies: Collection[str] | None, piece_id: str) -> tuple[str, str]:
    """Where a piece of these académies stands in the list, whether or not it is there now. Raises NotFound."""
    query = select(Piece.candidature_id, Piece.code).where(Piece.id == piece_id)
    if academies is not None:
        query = query.join(Candidature).where(Candidature.academie_code.in_(academies))
    place = session.execute(query).one_or_none()
    if place is None:
        raise NotFound()
    return place.candidature_id, place.code


def _conditions(filters: dict[str, Any]) -> list[ColumnElement[bool]]:
    columns = {
        "exam": Candidature.exam_code,
        "candidature": Candidature.id,
        "candidate": Candidature.candidate_id,
        "numero_candidat": Candidature.numero_candidat,
        "regroupement": Piece.group_code,
        "code": Piece.code,
    }
    conditions: list[ColumnElement[bool]] = [columns[name] == filters[name] for name in columns.keys() & filters.keys()]
    if session := filters.get("session"):
        conditions.append(or_(Candidature.session_name == session, Candidature.session_label == session))
    if status := filters.get("status"):
        conditions.append(Piece.status.is_(None) if status == NO_STATUS else Piece.status == status)
    if "validated" in filters:
        conditions.append(Piece.validated_at.is_not(None) if filters["validated"] else Piece.validated_at.is_(None))
    if "sent_again" in filters:
        conditions.append(WAS_CONTROLLED if filters["sent_again"] else ~WAS_CONTROLLED)
    if "deposited" in filters:
        conditions.append(and_(Piece.deposited) if filters["deposited"] else ~Piece.deposited)
    return conditions


def _academie_column(
    filters: dict[str, Any],
) -> InstrumentedAttribute[str | None] | InstrumentedAttribute[str]:
    """Work queues (what is to control, what is controlled) have an index on the pieces' own académie; other lists are
    found by the candidatures'."""
    is_queue = filters.get("status", NO_STATUS) != NO_STATUS or filters.get("deposited") or filters.get("validated")
    return Piece.academie_code if is_queue else Candidature.academie_code


def _after_place(candidature_id: str, code: str) -> tuple[ColumnElement[bool], ...]:
    """The rows after a place. The bound is given for both tables: whichever the database reads first, it does not
    read the pages before again."""
    is_after = or_(Piece.candidature_id > candidature_id, Piece.code > code)
    return Candidature.id >= candidature_id, Piece.candidature_id >= candidature_id, is_after


def _before_place(candidature_id: str, code: str) -> tuple[ColumnElement[bool], ...]:
    is_before = or_(Piece.candidature_id < candidature_id, Piece.code < code)
    return Candidature.id <= candidature_id, Piece.candidature_id <= candidature_id, is_before


def _encode_cursor(last: PieceContext) -> str:
    text = json.dumps([last.piece.candidature_id, last.piece.code])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode_cursor(cursor: str) -> tuple[str, str]:
    """(candidature id, piece code). Raises Invalid."""
    try:
        candidature_id, code = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(candidature_id, str) and isinstance(code, str) and "\x00" not in candidature_id + code:
            return candidature_id, code
    except (ValueError, TypeError, binascii.Error, RecursionError):
        pass
    raise Invalid(errors=(FieldError("#/cursor", "Ce curseur n'est pas de ceux que l'API a donnés."),))
