"""Staff's list of candidatures that lack pieces, in pages whose cursor stays valid while rows come
and go."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from services.chassis.database.staff_lists import academies_shown, decode_cursor, encode_cursor
from services.contracts.api.missing_pieces import (
    IncompleteCandidature,
    MissingPart,
    MissingPiece,
    MissingPieces,
    OpenSession,
)
from services.contracts.api.operation import answer_of
from services.contracts.api.staff_pieces import Regroupement
from services.pieces.domain.period import days_left
from services.pieces.models import Candidature, Piece
from services.pieces.queries import incomplete_candidatures as queries
from services.pieces.queries.answers import staff_candidature

MOST_LOOKED_AT = 1000
"""Candidatures that are looked at for one page: where few lack pieces, a page has fewer than its
limit, or none, and a cursor all the same."""
Place = tuple[queries.OpeningKey, str]
"""The last candidature that was looked at, of its opening."""


def list_page(
    transaction: Session,
    /,  # a filter has that name too
    academies: frozenset[str] | None,
    at: datetime,
    limit: int,
    cursor: str | None = None,
    **filters: str,
) -> MissingPieces:
    """One page of `incomplete_page`, with all sessions that the list could be narrowed to. Raises
    as that does."""
    openings = queries.openings_with_missing_pieces(transaction, academies, at)
    items, next_cursor = incomplete_page(
        transaction, openings, academies, at, limit, cursor, **filters
    )
    return MissingPieces(
        items=items, next_cursor=next_cursor, sessions=_sessions_of(transaction, openings)
    )


def incomplete_page(
    transaction: Session,
    openings: Collection[queries.OpeningKey],
    /,
    academies: frozenset[str] | None,
    at: datetime,
    limit: int,
    cursor: str | None = None,
    **filters: str,
) -> tuple[tuple[IncompleteCandidature, ...], str | None]:
    """The candidatures within `academies` (None: all) that lack pieces at `at`, and the next
    cursor. `openings`: those of `openings_with_missing_pieces`; `filters`: of `MISSING_PIECES`.
    Raises NotFound for an académie outside `academies`, Invalid for a cursor that this API did not
    give."""
    within = academies_shown(academies, filters.get("academie"))
    begin = _place(cursor) if cursor else None
    looked_at = 0
    items: list[queries.Incomplete] = []
    of_regroupement = (
        [Piece.group_code == filters["regroupement"]] if filters.get("regroupement") else []
    )
    for place, ids in _pages(
        transaction, _chosen(openings, filters), _of_candidatures(filters), begin
    ):
        looked_at += len(ids)
        items += queries.incomplete_among(transaction, ids, within, at, *of_regroupement)
        if len(items) > limit:
            items = items[:limit]
            last = items[-1].candidature
            place = (last.exam_code, last.session_name, last.academie_code), last.id
        if len(items) == limit or looked_at >= MOST_LOOKED_AT:
            return _answers(transaction, items, at), encode_cursor([*place[0], place[1]])
    return _answers(transaction, items, at), None


def _place(cursor: str) -> Place:
    """Raises Invalid."""
    exam, name, academie, candidature_id = decode_cursor(cursor, 4)
    return (exam, name, academie), candidature_id


def _sessions_of(
    transaction: Session, openings: Collection[queries.OpeningKey]
) -> tuple[OpenSession, ...]:
    """By label."""
    labels = {
        (exam, name): queries.session_label(transaction, exam, name)
        for exam, name in {key[:2] for key in openings}
    }
    sessions = (
        OpenSession(exam=exam, session=name, label=label)
        for (exam, name), label in labels.items()
        if label
    )
    return tuple(sorted(sessions, key=lambda entry: (entry.label, entry.exam)))


def _chosen(
    openings: Collection[queries.OpeningKey], filters: Mapping[str, str]
) -> list[queries.OpeningKey]:
    wanted = [filters.get(name) for name in ("exam", "session", "academie")]
    return [
        key
        for key in openings
        if all(value in (None, part) for value, part in zip(wanted, key, strict=True))
    ]


def _of_candidatures(filters: Mapping[str, str]) -> Iterator[ColumnElement[bool]]:
    """The conditions on candidatures within their opening."""
    if specialite := filters.get("specialite"):
        yield Candidature.specialite == specialite
    if candidatures := filters.get("candidature"):
        yield Candidature.id.in_(candidatures.split(","))


def _pages(
    transaction: Session,
    openings: list[queries.OpeningKey],
    conditions: Iterable[ColumnElement[bool]],
    place: Place | None,
) -> Iterator[tuple[Place, list[str]]]:
    """The candidatures of these openings after a place, a few at a time, each with the place that
    it ends at."""
    conditions = tuple(conditions)
    for opening in openings:
        if place is not None and queries.opening_order(opening) < queries.opening_order(place[0]):
            continue
        after = place[1] if place is not None and place[0] == opening else ""
        while ids := list(queries.page_of_opening(transaction, opening, after, *conditions)):
            after = ids[-1]
            yield (opening, after), ids


def _answers(
    transaction: Session, items: list[queries.Incomplete], at: datetime
) -> tuple[IncompleteCandidature, ...]:
    reminded = (
        queries.last_reminders(transaction, [entry.candidature.id for entry in items])
        if items
        else {}
    )
    return tuple(
        IncompleteCandidature(
            candidature=staff_candidature(entry.candidature),
            missing=tuple(_part(*part, at) for part in entry.parts()),
            last_reminder=reminded.get(entry.candidature.id),
        )
        for entry in items
    )


def _part(
    group_code: str, until: datetime, pieces: list[queries.MissingPiece], at: datetime
) -> MissingPart:
    return MissingPart(
        regroupement=Regroupement(code=group_code, label=pieces[0].piece.group_label),
        deposit_closes=until,
        days_left=days_left(until, at),
        pieces=tuple(answer_of(MissingPiece, missing, missing.piece) for missing in pieces),
    )
