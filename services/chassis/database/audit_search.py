"""The audit trail of a service, searched: the newest entries first, in pages, or whole as CSV."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Subquery, TextClause, false, select
from sqlalchemy.orm import Session

from services.chassis.csv_export import csv_text
from services.chassis.database.audit_indexes import AT_WORK
from services.chassis.database.staff_lists import conditions_of
from services.contracts.api.audit import ENTRIES, AuditEntry
from services.contracts.api.operation import answer_of

PAGE = 500  # entries


def audit_page(session: Session, entries: Any, query: Mapping[str, Any], numeros: Subquery | None) -> list[Any]:
    """One entry more than the `limit` of the query, of the service's table `entries` (made of AuditColumns): those with
    ids below its `before`. `query`: as the schema of the list's page loads it."""
    newest = (
        select(entries)
        .where(*_conditions(entries, query, numeros))
        .order_by(entries.id.desc())
        .limit(query["limit"] + 1)
    )
    if (before := query.get("before")) is not None:
        newest = newest.where(entries.id < before)
    return list(session.scalars(newest))


def audit_csv(session: Session, entries: Any, filters: Mapping[str, Any], numeros: Subquery | None) -> Iterator[str]:
    """All entries as CSV, oldest first, read from the server's cursor PAGE by PAGE; times of Paris."""
    query = select(entries).where(*_conditions(entries, filters, numeros)).order_by(entries.id)
    rows = session.scalars(query.execution_options(yield_per=PAGE)).partitions()
    pages = (ENTRIES.csv_lines(answers_of(session, page, numeros)) for page in rows)
    return csv_text(ENTRIES.csv_headings, pages)


def answers_of(session: Session, page: Sequence[Any], numeros: Subquery | None) -> tuple[AuditEntry, ...]:
    """Entries, with the N° candidat of whom their subject is, and what it is."""
    known: dict[str, Any] = {}
    if numeros is not None:
        of_page = select(numeros).where(numeros.c.id.in_({row.subject for row in page}))
        known = {
            row.id: {"numero_candidat": row[1], "subject_label": row[2] or None} for row in session.execute(of_page)
        }
    nothing = {"numero_candidat": None, "subject_label": None}
    return tuple(answer_of(AuditEntry, row, **known.get(row.subject, nothing)) for row in page)


def _conditions(
    entries: Any, filters: Mapping[str, Any], numeros: Subquery | None
) -> Iterator[ColumnElement[bool] | TextClause]:
    """Those of the filters; unless an `actor` or `everybody` is asked for, without what candidates and services did,
    which is most of a trail."""
    if filters.get("actor") is None and not filters.get("everybody"):
        yield AT_WORK

    def is_about(numero: str) -> ColumnElement[bool]:
        if numeros is None:
            return false()
        return entries.subject.in_(select(numeros.c.id).where(numeros.c.numero_candidat == numero))

    yield from conditions_of(
        ENTRIES,
        filters,
        entries,
        actor=entries.actor_id,
        since=lambda since: entries.at >= since,
        until=lambda until: entries.at < until,
        everybody=lambda _: None,
        numero_candidat=is_about,
    )
