"""`GET /v1/audit` of a service, for administrators and their tools: who did what to what, before
and after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import Response
from sqlalchemy import ColumnElement, Subquery, TextClause, false, select
from sqlalchemy.orm import Session

from services.chassis.database.audit import AT_WORK, Actor, AuditColumns
from services.chassis.database.staff_lists import conditions_of
from services.chassis.database.transactions import Database
from services.chassis.exports import Table, export_response
from services.chassis.web import access
from services.chassis.web.gateway_headers import note_client_address
from services.chassis.web.operations import Views
from services.contracts.api import audit as api
from services.contracts.api.staff_lists import ListFilters

PAGE = 500  # entries of an export, read at once


def audit_views(
    db: Database, entries: type[AuditColumns], numeros: Subquery | None = None
) -> Views:
    """Return the views for a service whose audit table is the model `entries`. `numeros`: (id,
    numero_candidat, label) of those subjects of its acts that are a candidate's."""
    views = Views("audit", __name__)
    views.before_app_request(note_client_address)

    @views.serves(api.list_entries)
    def list_entries(query: api.EntriesPage) -> api.AuditEntries:
        limit = query.limit
        conditions = _conditions(entries, query.filters, numeros)
        newest = select(entries).where(*conditions).order_by(entries.id.desc())
        if query.before is not None:
            newest = newest.where(entries.id < query.before)
        with db.reading_for_staff() as transaction:
            rows = transaction.scalars(newest.limit(limit + 1)).all()
            answers = _answers(transaction, rows[:limit], numeros)
        return api.AuditEntries(
            entries=answers, next_before=rows[limit - 1].id if len(rows) > limit else None
        )

    @views.serves(api.export_entries)
    def export_entries(query: ListFilters) -> Response:
        def record() -> None:
            with db.operation() as transaction:
                entries.record(transaction, actor(), "audit.exported", "audit")

        reading = db.reading_for_staff(export=True)
        return export_response(
            "journal",
            reading,
            lambda transaction: _exported(transaction, entries, query.filters, numeros),
            record,
        )

    return views


@dataclass(frozen=True)
class _Subject:
    """A candidate, or something of a candidate's, that an entry is about. None: it is neither."""

    numero_candidat: str | None = None
    label: str | None = None


def actor() -> Actor:
    """Return the caller, as the audit trail names who acts."""
    return Actor(access.caller().kind, access.caller().id)


def _exported(
    transaction: Session,
    entries: type[AuditColumns],
    filters: Mapping[str, object],
    numeros: Subquery | None,
) -> Table:
    """Return all entries, the oldest first, read from the server's cursor PAGE by PAGE."""
    query = select(entries).where(*_conditions(entries, filters, numeros)).order_by(entries.id)
    rows = transaction.scalars(query.execution_options(yield_per=PAGE)).partitions()
    pages = (_answers(transaction, page, numeros) for page in rows)
    return Table.of_list(api.ENTRIES, pages)


def _answers(
    transaction: Session, page: Sequence[AuditColumns], numeros: Subquery | None
) -> tuple[api.AuditEntry, ...]:
    """Return the entries, with the N° candidat of whom their subject is, and what it is."""
    known: dict[str, _Subject] = {}
    if numeros is not None:
        of_page = select(numeros).where(numeros.c.id.in_({row.subject for row in page}))
        for id, numero_candidat, label in transaction.execute(of_page):
            known[id] = _Subject(numero_candidat, label or None)
    return tuple(_entry(row, known.get(row.subject, _Subject())) for row in page)


def _entry(row: AuditColumns, subject: _Subject) -> api.AuditEntry:
    return api.AuditEntry(
        id=row.id,
        at=row.at,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        action=row.action,
        subject=row.subject,
        before=row.before,
        after=row.after,
        numero_candidat=subject.numero_candidat,
        subject_label=subject.label,
        address=row.address,
    )


def _conditions(
    entries: type[AuditColumns], filters: Mapping[str, object], numeros: Subquery | None
) -> Iterator[ColumnElement[bool] | TextClause]:
    """Return the conditions of the filters. Unless an `actor` or `everybody` is asked for, they
    leave out what candidates and services did, which is most of a trail."""
    if filters.get("actor") is None and not filters.get("everybody"):
        yield AT_WORK

    def is_about(numero: str) -> ColumnElement[bool]:
        if numeros is None:
            return false()
        return entries.subject.in_(select(numeros.c.id).where(numeros.c.numero_candidat == numero))

    yield from conditions_of(
        api.ENTRIES,
        filters,
        entries,
        actor=entries.actor_id,
        since=lambda since: entries.at >= since,
        until=lambda until: entries.at < until,
        everybody=lambda _: None,
        numero_candidat=is_about,
    )
