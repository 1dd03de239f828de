"""Staff's lists: the candidatures of their académies, in pages and as CSV, and the épreuves of
these as CSV."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, or_, select, true, tuple_
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.orm import Session as DbSession

from services.chassis.csv_export import csv_text
from services.chassis.database.staff_lists import conditions_of, count_values
from services.contracts.api import staff_candidatures as api
from services.contracts.api.staff_candidatures import (
    CANDIDATURES,
    EPREUVES,
    ExportedCandidature,
    ExportedEpreuve,
    Found,
)
from services.contracts.api.staff_lists import MOST_COUNTED, Counts
from services.contracts.base import read_json
from services.contracts.registration_rules import (
    BY_BIRTH_DATE,
    BY_ID,
    BY_NAME,
    BY_SAVING,
    BY_SPECIALITE,
)
from services.contracts.registrations import ExportedVersion
from services.contracts.retention import ARCHIVED
from services.reference.text import folded
from services.registrations.domain import registration_numbers
from services.registrations.models import (
    Candidate,
    Candidature,
    CandidatureVersion,
    OpeningRow,
    RetentionStep,
)
from services.registrations.queries.staff_candidature import (
    Academies,
    candidature_in_academies,
    row_of,
)

_COLUMNS_OF_ORDER: Mapping[str, tuple[QueryableAttribute[Any], ...]] = {
    BY_ID: (Candidature.id,),
    BY_NAME: (Candidature.folded_name, Candidature.id),
    BY_SAVING: (Candidature.last_saved_at, Candidature.id),
    BY_BIRTH_DATE: (Candidature.birth_date, Candidature.id),
    BY_SPECIALITE: (Candidature.specialite, Candidature.folded_name, Candidature.id),
}
_SESSION: ColumnElement[str] = OpeningRow.exam + " " + OpeningRow.session
_OF_OPENINGS: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
    "exam": lambda exam: OpeningRow.exam == exam,
    "session": lambda transaction: or_(
        OpeningRow.session == transaction, _SESSION.in_([transaction])
    ),
    "academie": lambda academie: OpeningRow.academie == academie,
}
_COUNTED = tuple(
    getattr(Candidature, name) for name in CANDIDATURES.counted if name not in _OF_OPENINGS
)
_BETWEEN_DIGITS = re.compile(r"(?<=\d)\s+(?=\d)")
EXPORT_PAGE = 100  # candidatures: each comes with all that its version holds


def list_candidatures(transaction: DbSession, /, academies: Academies, **query: Any) -> Found:
    """A page of the candidatures of these académies. `query`: as the schema of the list's page
    loads it.

    Ids are selected first: an index has all columns needed to skip the many rows that do not match.
    By name, a candidate whose name changes between two pages may be in both or in none, and
    NotFound is raised where the cursor is not of these académies.
    """
    limit = query["limit"]
    after = query.get("cursor")
    order = query["order"]
    columns = _COLUMNS_OF_ORDER[order.removeprefix("-")]
    page = select(Candidature.id).where(*_conditions(transaction, query, academies))
    if after is not None:
        here = tuple_(*columns)
        place = _place(transaction, after, columns, academies)
        page = page.where(here < place if order[0] == "-" else here > place)
    page = page.order_by(*_in_order(order)).limit(limit + 1)
    found = transaction.execute(_rows(order).where(Candidature.id.in_(page)))
    rows = [row_of(api.Row, row.Candidature, row) for row in found]
    return Found(
        candidatures=tuple(rows[:limit]),
        next_cursor=rows[limit - 1].id if len(rows) > limit else None,
    )


def count_candidatures(transaction: DbSession, /, academies: Academies, **filters: Any) -> Counts:
    """Of these académies (None: all). Of every session there, with 0 where nobody was counted."""

    def rows(narrowed: Mapping[str, Any]) -> Select[Any]:
        openings = _openings(transaction, narrowed, academies, everywhere=True)
        conditions = (
            Candidature.opening_id.in_(openings or ()),
            *_conditions(transaction, narrowed, academies),
        )
        some = (
            select(Candidature.opening_id, *_COUNTED)
            .where(*conditions)
            .limit(MOST_COUNTED + 1)
            .subquery()
        )
        columns = (
            _SESSION.label("session"),
            OpeningRow.academie,
            *(some.c[column.key] for column in _COUNTED),
        )
        found = select(*columns, func.count().label("number")).join(
            some, some.c.opening_id == OpeningRow.id
        )
        return found.group_by(*columns)

    counts = count_values(transaction, CANDIDATURES, filters, rows, always=_OF_OPENINGS)
    ids = _openings(transaction, {}, academies, everywhere=True) or ()
    sessions = transaction.scalars(select(_SESSION).distinct().where(OpeningRow.id.in_(ids)))
    counts.filters["session"] = dict.fromkeys(sessions, 0) | counts.filters["session"]
    return counts


def csv_of_candidatures(
    transaction: DbSession, filters: Mapping[str, Any], academies: Academies
) -> Iterator[str]:
    """All that match, each with its current version, read from the server's cursor EXPORT_PAGE by
    EXPORT_PAGE."""
    pages = _exported_pages(transaction, filters, academies)
    return csv_text(CANDIDATURES.csv_headings, map(CANDIDATURES.csv_lines, pages))


def csv_of_epreuves(
    transaction: DbSession, filters: Mapping[str, Any], academies: Academies
) -> Iterator[str]:
    """All épreuves of the candidatures that match, read in the same way."""
    pages = (
        (
            ExportedEpreuve(**vars(line), epreuve=epreuve)
            for line in page
            for epreuve in line.saved.epreuves
        )
        for page in _exported_pages(transaction, filters, academies)
    )
    return csv_text(EPREUVES.csv_headings, map(EPREUVES.csv_lines, pages))


def _exported_pages(
    transaction: DbSession, filters: Mapping[str, Any], academies: Academies
) -> Iterator[Iterable[ExportedCandidature]]:
    version = CandidatureVersion
    query = (
        _rows()
        .add_columns(Candidate.email, cast(version.payload, Text).label("payload"))
        .join(
            version,
            (version.candidature_id == Candidature.id) & (version.version == Candidature.version),
        )
        .where(*_conditions(transaction, filters, academies))
        .execution_options(yield_per=EXPORT_PAGE)
    )
    return (map(_exported, rows) for rows in transaction.execute(query).partitions())


def _exported(row: Any) -> ExportedCandidature:
    return row_of(
        ExportedCandidature, row.Candidature, row, saved=read_json(ExportedVersion, row.payload)
    )


def _place(
    transaction: DbSession,
    candidature_id: str,
    columns: Sequence[QueryableAttribute[Any]],
    academies: Academies,
) -> tuple[Any, ...]:
    """Where a candidature stands in that order. A name is looked up here, so that no cursor has to
    hold it."""
    if columns == (Candidature.id,):
        return (candidature_id,)
    candidature, _ = candidature_in_academies(transaction, candidature_id, academies)
    return tuple(getattr(candidature, column.key) for column in columns)


def _in_order(order: str) -> Iterable[ColumnElement[Any]]:
    columns = _COLUMNS_OF_ORDER[order.removeprefix("-")]
    return (
        (column.desc() for column in columns)
        if order[0] == "-"
        else (column.asc() for column in columns)
    )


def _rows(order: str = BY_ID) -> Select[*tuple[Any, ...]]:
    of_opening = (OpeningRow.exam, OpeningRow.session, OpeningRow.academie)
    return (
        select(Candidature, *of_opening, Candidate.numero_candidat)
        .join(OpeningRow, OpeningRow.id == Candidature.opening_id)
        .join(Candidate, Candidate.id == Candidature.candidate_id)
        .order_by(*_in_order(order))
    )


def _conditions(
    transaction: DbSession, filters: Mapping[str, Any], academies: Academies
) -> Iterator[ColumnElement[bool]]:
    """What the candidatures that match have to be, within these académies (None: all)."""
    if (openings := _openings(transaction, filters, academies)) is not None:
        yield Candidature.opening_id.in_(openings)
    yield from conditions_of(
        CANDIDATURES,
        filters,
        Candidature,
        text=partial(_is_about, transaction),
        birth_date=lambda day: Candidature.birth_date == day.isoformat(),
        **dict.fromkeys(_OF_OPENINGS, lambda _: None),  # by the openings' ids
    )


def _openings(
    transaction: DbSession,
    filters: Mapping[str, Any],
    academies: Academies,
    *,
    everywhere: bool = False,
) -> Sequence[str] | None:
    """The ids of the openings that match, listed so that the database can estimate their number;
    None for all, unless they are listed `everywhere`."""
    query = select(OpeningRow.id)
    for name, condition in _OF_OPENINGS.items():
        if (value := filters.get(name)) is not None:
            query = query.where(condition(value))
    if academies is not None:
        archived = select(RetentionStep.opening_id).where(RetentionStep.kind == ARCHIVED)
        query = query.where(OpeningRow.academie.in_(academies), OpeningRow.id.not_in(archived))
    return (
        None if query.whereclause is None and not everywhere else transaction.scalars(query).all()
    )


def _is_about(transaction: DbSession, text: str) -> ColumnElement[bool] | None:
    """Each word is a mail address, a N° candidat (even with spaces between its digits, or with the
    N° d'inscription after it), a code of a spécialité, or in the name."""
    conditions = [_has_word(transaction, word) for word in _BETWEEN_DIGITS.sub("", text).split()]
    return and_(*conditions) if conditions else None


def _has_word(transaction: DbSession, word: str) -> ColumnElement[bool]:
    if "@" in word:
        return _is_of_candidate(
            func.lower(Candidate.email) == word.lower()
        )  # whole: a part would find strangers
    return and_(true(), *(_has_number_or_name(transaction, part) for part in folded(word).split()))


def _has_number_or_name(transaction: DbSession, word: str) -> ColumnElement[bool]:
    candidate, inscription = registration_numbers.typed_numeros(word)
    if candidate is not None:
        is_theirs = _is_of_candidate(Candidate.numero_candidat == candidate)
        return (
            and_(is_theirs, Candidature.numero_inscription == inscription)
            if inscription
            else is_theirs
        )
    if word.isdecimal() and (labels := list(_specialites_of(transaction, word))):
        return Candidature.specialite.in_(labels)
    return Candidature.folded_name.contains(word, autoescape=True)


def _specialites_of(transaction: DbSession, code: str) -> Iterator[str]:
    """As confirmations write them; distinct values by one index look-up each."""
    label = ""
    ending = f"({code})"
    while (
        label := transaction.scalar(
            select(func.min(Candidature.specialite)).where(Candidature.specialite > label)
        )
        or ""
    ):
        if label.endswith(ending):
            yield label


def _is_of_candidate(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Candidature.candidate_id.in_(select(Candidate.id).where(condition))
