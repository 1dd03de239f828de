"""The audit trail of a service, searched: the newest entries first, in pages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, TextClause, select
from sqlalchemy.orm import Session

from services.chassis.clock import to_paris
from services.chassis.csv_export import csv_text
from services.chassis.database.audit_indexes import AT_WORK

PAGE = 500  # entries
COLUMNS = ("id", "le", "par", "identifiant", "acte", "objet", "avant", "apres", "depuis")


@dataclass(frozen=True)
class AuditFilters:
    """None leaves one open. `actor` and `subject` are ids; `since` is included, `until` is not.

    `everybody`: also what candidates and services did, which is most of a trail; so it is where an `actor` is given.
    """

    actor: str | None = None
    subject: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    everybody: bool = False


def audit_page(session: Session, entries: Any, filters: AuditFilters, *, before: int | None, limit: int) -> list[Any]:
    """At most `limit` entries of the service's table `entries` (of AuditColumns), those with ids below `before`."""
    query = select(entries).where(*_conditions(entries, filters)).order_by(entries.id.desc()).limit(limit)
    if before is not None:
        query = query.where(entries.id < before)
    return list(session.scalars(query))


def audit_csv(session: Session, entries: Any, filters: AuditFilters) -> Iterator[str]:
    """All entries as CSV, oldest first, read from the server's cursor PAGE by PAGE; times of Paris."""
    query = select(entries).where(*_conditions(entries, filters)).order_by(entries.id)
    rows = session.scalars(query.execution_options(yield_per=PAGE)).partitions()
    return csv_text(COLUMNS, map(_lines, rows))


def _lines(page: Sequence[Any]) -> list[tuple[Any, ...]]:
    return [
        (
            row.id,
            to_paris(row.at),
            row.actor_kind,
            row.actor_id,
            row.action,
            row.subject,
            *(json.dumps(values, ensure_ascii=False) if values else None for values in (row.before, row.after)),
            row.address,
        )
        for row in page
    ]


def _conditions(entries: Any, filters: AuditFilters) -> Iterator[ColumnElement[bool] | TextClause]:
    if filters.actor is not None:
        yield entries.actor_id == filters.actor
    elif not filters.everybody:
        yield AT_WORK
    if filters.subject is not None:
        yield entries.subject == filters.subject
    if filters.action is not None:
        yield entries.action == filters.action
    if filters.since is not None:
        yield entries.at >= filters.since
    if filters.until is not None:
        yield entries.at < filters.until
