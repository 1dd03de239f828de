"""The audit trail of a service, searched: the newest entries first, in pages, or whole as CSV."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Executable, TextClause, select
from sqlalchemy.orm import Session

from services.chassis.csv_export import csv_text
from services.chassis.database.audit_indexes import AT_WORK
from services.chassis.database.staff_lists import conditions_of
from services.contracts.api.audit import ENTRIES, AuditEntry
from services.contracts.api.operation import answer_of

PAGE = 500  # entries
Numeros = Callable[[Collection[str]], Executable]
"""The query of (id, N° candidat) of those that have one among the subjects of a service's acts."""


def audit_page(session: Session, entries: Any, query: Mapping[str, Any]) -> list[Any]:
    """One entry more than the `limit` of the query, of the service's table `entries` (made of AuditColumns): those with
    ids below its `before`. `query`: as the schema of the list's page loads it."""
    found = select(entries).where(*_conditions(entries, query)).order_by(entries.id.desc()).limit(query["limit"] + 1)
    if (before := query.get("before")) is not None:
        found = found.where(entries.id < before)
    return list(session.scalars(found))


def audit_csv(session: Session, entries: Any, filters: Mapping[str, Any], numeros: Numeros | None) -> Iterator[str]:
    """All entries as CSV, oldest first, read from the server's cursor PAGE by PAGE; times of Paris."""
    query = select(entries).where(*_conditions(entries, filters)).order_by(entries.id)
    rows = session.scalars(query.execution_options(yield_per=PAGE)).partitions()
    pages = (ENTRIES.csv_lines(answers_of(session, page, numeros)) for page in rows)
    return csv_text(ENTRIES.csv_headings, pages)


def answers_of(session: Session, page: Sequence[Any], numeros: Numeros | None) -> tuple[AuditEntry, ...]:
    """Entries, with the N° candidat of whom their subject is."""
    known: dict[str, str] = dict(session.execute(numeros({row.subject for row in page})).all()) if numeros else {}
    return tuple(answer_of(AuditEntry, row, numero_candidat=known.get(row.subject)) for row in page)


def _conditions(entries: Any, filters: Mapping[str, Any]) -> Iterator[ColumnElement[bool] | TextClause]:
    """Those of the filters; unless an `actor` or `everybody` is asked for, without what candidates and services did,
    which is most of a trail."""
    if filters.get("actor") is None and not filters.get("everybody"):
        yield AT_WORK
    yield from conditions_of(
        ENTRIES,
        filters,
        entries,
        actor=entries.actor_id,
        since=lambda since: entries.at >= since,
        until=lambda until: entries.at < until,
        everybody=lambda _: None,
    )
