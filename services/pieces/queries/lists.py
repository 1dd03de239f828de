"""Staff's lists of pieces: filtered, in pages whose cursor holds while rows come and go."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.chassis.errors import FieldError, Invalid, NotFound
from services.pieces.models import Candidature, Piece
from services.pieces.queries.dossiers import Dossier, dossiers, found

DEFAULT_LIMIT, MOST = 50, 200
NO_STATUS = "none"

# A candidature's pieces stay together; neither part ever changes.
_ORDER = (Piece.candidature_id, Piece.code)


@dataclass(frozen=True)
class Page:
    items: list[Dossier]
    next_cursor: str | None


def page_of(session: Session, academies: frozenset[str] | None, wanted: dict[str, Any]) -> Page:
    """`wanted` holds the filters, `limit` and `cursor`. Raises NotFound for an académie outside `academies`, Invalid
    for a cursor that is none of ours."""
    academie = wanted.get("academie")
    if academie is not None and academies is not None and academie not in academies:
        raise NotFound()
    query = dossiers().where(*_filters(wanted))
    within = academies if academie is None else {academie}
    if within is not None:
        query = query.where(_academie(wanted).in_(within))
    if cursor := wanted.get("cursor"):
        query = query.where(*_after(*_read(cursor)))
    limit: int = wanted["limit"]
    items = found(session, query.order_by(*_ORDER).limit(limit + 1))
    more = len(items) > limit
    items = items[:limit]
    return Page(items, _cursor(items[-1]) if more else None)


def _filters(wanted: dict[str, Any]) -> list[ColumnElement[bool]]:
    columns = {
        "exam": Candidature.exam_code,
        "candidature": Candidature.id,
        "numero_candidat": Candidature.numero_candidat,
        "regroupement": Piece.group_code,
        "code": Piece.code,
    }
    filters: list[ColumnElement[bool]] = [columns[name] == wanted[name] for name in columns.keys() & wanted.keys()]
    if session := wanted.get("session"):
        filters.append(or_(Candidature.session_name == session, Candidature.session_label == session))
    if status := wanted.get("status"):
        filters.append(Piece.status.is_(None) if status == NO_STATUS else Piece.status == status)
    if "validated" in wanted:
        filters.append(Piece.validated_at.is_not(None) if wanted["validated"] else Piece.validated_at.is_(None))
    if "deposited" in wanted:
        filters.append(and_(Piece.deposited) if wanted["deposited"] else ~Piece.deposited)
    return filters


def _academie(wanted: dict[str, Any]) -> InstrumentedAttribute[str | None] | InstrumentedAttribute[str]:
    """Queues are found by the pieces that are in them, other lists by candidatures."""
    is_queue = wanted.get("status", NO_STATUS) != NO_STATUS or wanted.get("deposited") or wanted.get("validated")
    return Piece.academie_code if is_queue else Candidature.academie_code


def _after(candidature_id: str, code: str) -> tuple[ColumnElement[bool], ...]:
    """Said of both tables, whichever is read in the list's order: what stands before the page is not read once more."""
    later = or_(Piece.candidature_id > candidature_id, Piece.code > code)
    return Candidature.id >= candidature_id, Piece.candidature_id >= candidature_id, later


def _cursor(last: Dossier) -> str:
    text = json.dumps([last.piece.candidature_id, last.piece.code])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[str, str]:
    try:
        read = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        candidature_id, code = read
        if isinstance(candidature_id, str) and isinstance(code, str) and "\x00" not in candidature_id + code:
            return candidature_id, code
    except (ValueError, TypeError, binascii.Error, RecursionError):
        pass
    raise Invalid(errors=(FieldError("#/cursor", "Ce curseur n'est pas de ceux que l'API a donnés."),))
