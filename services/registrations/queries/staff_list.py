"""The candidatures of staff's académies, listed and exported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session as DbSession

from services.chassis.csv_export import csv_text
from services.contracts.api.staff_candidatures import Found
from services.contracts.registration_codes import BY_ID, BY_NAME
from services.registrations.models import Candidate, Candidature, OpeningRow
from services.registrations.queries.staff_candidature import candidature_in_academies, candidature_row
from services.registrations.queries.staff_search import Academies, CandidatureFilters, candidature_conditions

_COLUMNS_OF_ORDER = {BY_ID: (Candidature.id,), BY_NAME: (Candidature.folded_name, Candidature.id)}
PAGE = 500
COLUMNS = (
    "id", "numero_candidat", "numero_inscription", "name", "exam", "session", "academie", "specialite_code",
    "specialite", "state", "version", "saved_at",
)  # fmt: skip


def list_candidatures(
    session: DbSession,
    filters: CandidatureFilters,
    academies: Academies,
    *,
    after: str | None,
    limit: int,
    order: str = BY_ID,
) -> Found:
    """At most `limit` candidatures of these académies in that order, after the candidature with the id `after`.

    Ids are selected first: an index has all columns needed to skip the many rows that do not match. By name, a
    candidate whose name changes between two pages may be in both or in none, and NotFound is raised where `after` is
    not of these académies.
    """
    columns = _COLUMNS_OF_ORDER[order]
    page = select(Candidature.id).where(*candidature_conditions(session, filters, academies))
    if after is not None:
        page = page.where(tuple_(*columns) > _place(session, after, order, academies))
    page = page.order_by(*columns).limit(limit + 1)
    rows = [candidature_row(*row) for row in session.execute(_rows(order).where(Candidature.id.in_(page)))]
    return Found(candidatures=tuple(rows[:limit]), next_cursor=rows[limit - 1].id if len(rows) > limit else None)


def _place(session: DbSession, candidature_id: str, order: str, academies: Academies) -> tuple[str, ...]:
    """Where a candidature stands in that order. A name is looked up here, so that no cursor has to hold it."""
    if order == BY_ID:
        return (candidature_id,)
    candidature, _ = candidature_in_academies(session, candidature_id, academies)
    return (candidature.folded_name, candidature.id)


def _rows(order: str = BY_ID) -> Select[Candidature, OpeningRow, str | None]:
    return (
        select(Candidature, OpeningRow, Candidate.numero_candidat)
        .join(OpeningRow, OpeningRow.id == Candidature.opening_id)
        .join(Candidate, Candidate.id == Candidature.candidate_id)
        .order_by(*_COLUMNS_OF_ORDER[order])
    )


def csv_export(session: DbSession, filters: CandidatureFilters, academies: Academies) -> Iterator[str]:
    """All that match as CSV, read from the server's cursor PAGE by PAGE."""
    rows = _rows().where(*candidature_conditions(session, filters, academies)).execution_options(yield_per=PAGE)
    return csv_text(COLUMNS, map(_cells_of_page, session.execute(rows).partitions()))


def _cells_of_page(page: Sequence[Any]) -> list[list[Any]]:
    rows = (candidature_row(*columns) for columns in page)
    return [[getattr(row, column) for column in COLUMNS] for row in rows]
