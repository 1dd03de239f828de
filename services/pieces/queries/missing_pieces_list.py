"""Staff's list of candidatures that lack pieces, in pages whose cursor stays valid while rows come
and go."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from services.chassis.cursors import encode_cursor
from services.chassis.database.staff_lists import academies_shown, place_of_cursor
from services.contracts.api import missing_pieces as api
from services.contracts.api.staff_lists import ListFilters, ListPage
from services.contracts.api.staff_pieces import Regroupement
from services.pieces.domain.period import days_left
from services.pieces.models import Candidature, Piece
from services.pieces.queries import incomplete_candidatures as queries
from services.pieces.queries.staff_answers import staff_candidature

MOST_EXAMINED = 1000
"""Candidatures that are examined for one page: where few lack pieces, a page has fewer than its
limit, or none, and a cursor all the same."""


@dataclass(frozen=True)
class _Place:
    """The last candidature that was examined, of its opening."""

    opening: queries.OpeningKey
    candidature_id: str

    @property
    def cursor(self) -> str:
        return encode_cursor([*self.opening, self.candidature_id])


@dataclass(frozen=True)
class IncompletePage:
    """`next_cursor`: None on the last page."""

    items: tuple[api.IncompleteCandidature, ...]
    next_cursor: str | None


def list_page(
    transaction: Session, academies: frozenset[str] | None, at: datetime, asked: ListPage
) -> api.MissingPieces:
    """Answer the `incomplete_page` that is asked for, with all sessions that the list could be
    narrowed to. Raises as that does."""
    openings = queries.openings_with_missing_pieces(transaction, academies, at)
    page = incomplete_page(transaction, openings, academies, at, asked)
    return api.MissingPieces(
        items=page.items,
        next_cursor=page.next_cursor,
        sessions=_sessions_of(transaction, openings),
    )


def incomplete_page(
    transaction: Session,
    openings: Collection[queries.OpeningKey],
    academies: frozenset[str] | None,
    at: datetime,
    asked: ListPage,
) -> IncompletePage:
    """Return the candidatures within `academies` (None: all) that lack pieces at `at`.

    `openings`: those of `openings_with_missing_pieces`. Raises NotFound for an académie outside
    `academies`, Invalid for a cursor that this API did not give.
    """
    within = academies_shown(academies, asked.filters.get("academie"))
    begin = _place_of_cursor(asked.cursor) if asked.cursor else None
    on_pieces = _conditions_on_pieces(asked)
    examined = 0
    items: list[queries.Incomplete] = []
    for place, ids in _pages(transaction, _chosen(openings, asked), asked, begin):
        examined += len(ids)
        items += queries.incomplete_among(transaction, ids, within, at, *on_pieces)
        end = place
        if len(items) > asked.limit:
            items = items[: asked.limit]
            end = _place_of(items[-1].candidature)
        if len(items) == asked.limit or examined >= MOST_EXAMINED:
            return IncompletePage(_answered(transaction, items, at), end.cursor)
    return IncompletePage(_answered(transaction, items, at), None)


def _place_of(row: Candidature) -> _Place:
    return _Place((row.exam_code, row.session_name, row.academie_code), row.id)


def _place_of_cursor(cursor: str) -> _Place:
    """Raises Invalid for a cursor that this API did not give."""
    exam, name, academie, candidature_id = place_of_cursor(cursor, 4)
    return _Place((exam, name, academie), candidature_id)


def _sessions_of(
    transaction: Session, openings: Collection[queries.OpeningKey]
) -> tuple[api.OpenSession, ...]:
    """Answer the sessions of these openings in which somebody has a candidature, by label."""
    sessions = []
    for exam, name in {(exam, name) for exam, name, _ in openings}:
        label = queries.session_label(transaction, exam, name)
        if label:
            sessions.append(api.OpenSession(exam=exam, session=name, label=label))
    return tuple(sorted(sessions, key=lambda entry: (entry.label, entry.exam)))


def _chosen(
    openings: Collection[queries.OpeningKey], narrowed: ListFilters
) -> list[queries.OpeningKey]:
    """Return the openings that the filters let pass."""
    wanted = [narrowed.filters.get(name) for name in ("exam", "session", "academie")]
    return [
        key
        for key in openings
        if all(value in (None, part) for value, part in zip(wanted, key, strict=True))
    ]


def _conditions_on_pieces(narrowed: ListFilters) -> list[ColumnElement[bool]]:
    regroupement = narrowed.filters.get("regroupement")
    return [Piece.group_code == regroupement] if regroupement else []


def _conditions_on_candidatures(narrowed: ListFilters) -> list[ColumnElement[bool]]:
    """Return the conditions on candidatures within their opening."""
    conditions: list[ColumnElement[bool]] = []
    if specialite := narrowed.filters.get("specialite"):
        conditions.append(Candidature.specialite == specialite)
    if candidatures := narrowed.filters.get("candidature"):
        conditions.append(Candidature.id.in_(candidatures.split(",")))
    return conditions


def _pages(
    transaction: Session,
    openings: list[queries.OpeningKey],
    narrowed: ListFilters,
    begin: _Place | None,
) -> Iterator[tuple[_Place, list[str]]]:
    """Yield the candidatures of these openings after `begin`, a few at a time, each with the place
    that it ends at."""
    conditions = _conditions_on_candidatures(narrowed)
    for opening in openings:
        if begin and queries.opening_order(opening) < queries.opening_order(begin.opening):
            continue
        after = begin.candidature_id if begin and begin.opening == opening else ""
        while ids := list(queries.page_of_opening(transaction, opening, after, *conditions)):
            after = ids[-1]
            yield _Place(opening, after), ids


def _answered(
    transaction: Session, items: list[queries.Incomplete], at: datetime
) -> tuple[api.IncompleteCandidature, ...]:
    ids = [entry.candidature.id for entry in items]
    reminded = queries.last_reminders(transaction, ids) if ids else {}
    return tuple(
        api.IncompleteCandidature(
            candidature=staff_candidature(entry.candidature),
            missing=tuple(_part(part, at) for part in entry.parts()),
            last_reminder=reminded.get(entry.candidature.id),
        )
        for entry in items
    )


def _part(part: queries.MissingPart, at: datetime) -> api.MissingPart:
    return api.MissingPart(
        regroupement=Regroupement(code=part.group_code, label=part.group_label),
        deposit_closes=part.deadline,
        days_left=days_left(part.deadline, at),
        pieces=tuple(_missing_piece(missing) for missing in part.pieces),
    )


def _missing_piece(missing: queries.MissingPiece) -> api.MissingPiece:
    return api.MissingPiece(
        code=missing.piece.code,
        label=missing.piece.label,
        refused=missing.refused,
        to_validate=missing.to_validate,
        asked_again_for=missing.piece.asked_again_for,
    )
