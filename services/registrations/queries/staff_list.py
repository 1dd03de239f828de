"""Staff's lists: the candidatures of their académies, in pages and as an export, and the épreuves
of these as an export."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    UnaryExpression,
    and_,
    cast,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.staff_lists import conditions_of, count_values
from services.chassis.exports import Table
from services.contracts.api.staff_candidatures import (
    CANDIDATURES,
    EPREUVES,
    ExportedCandidature,
    ExportedEpreuve,
    Found,
)
from services.contracts.api.staff_lists import MOST_COUNTED, Counts, ListPage
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
    listed_row,
)

Filters = Mapping[str, Any]
"""The values of the list's filters, by their names, as its schema loads them."""
OrderColumn = (
    InstrumentedAttribute[str]
    | InstrumentedAttribute[str | None]
    | InstrumentedAttribute[datetime | None]
)
_COLUMNS_OF_ORDER: Mapping[str, tuple[OrderColumn, ...]] = {
    BY_ID: (Candidature.id,),
    BY_NAME: (Candidature.folded_name, Candidature.id),
    BY_SAVING: (Candidature.last_saved_at, Candidature.id),
    BY_BIRTH_DATE: (Candidature.birth_date, Candidature.id),
    BY_SPECIALITE: (Candidature.specialite, Candidature.folded_name, Candidature.id),
}
_SESSION: ColumnElement[str] = OpeningRow.exam + " " + OpeningRow.session
_OF_OPENINGS: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
    "exam": lambda exam: OpeningRow.exam == exam,
    "session": lambda name: or_(OpeningRow.session == name, _SESSION.in_([name])),
    "academie": lambda academie: OpeningRow.academie == academie,
}
_COUNTED = (
    Candidature.specialite,
    Candidature.etablissement,
    Candidature.categorie,
    Candidature.forme,
    Candidature.pieces_state,
    Candidature.state,
)
"""The columns of the list's counted filters, but for those in _OF_OPENINGS."""
_BETWEEN_DIGITS = re.compile(r"(?<=\d)\s+(?=\d)")
EXPORT_PAGE = 100  # candidatures: each comes with all that its version holds


def list_candidatures(transaction: DbSession, page: ListPage, academies: Academies) -> Found:
    """Return a page of the candidatures of these académies (None: of all).

    Ids are selected first: an index has all columns needed to skip the many rows that do not match.
    By name, a candidate whose name changes between two pages may be in both or in none, and
    NotFound is raised where the cursor is not of these académies.
    """
    columns = _COLUMNS_OF_ORDER[page.order.removeprefix("-")]
    ids = select(Candidature.id).where(*_conditions(transaction, page.filters, academies))
    if page.cursor is not None:
        here = tuple_(*columns)
        place = _place(transaction, page.cursor, columns, academies)
        ids = ids.where(here < place if page.order.startswith("-") else here > place)
    ids = ids.order_by(*_in_order(page.order)).limit(page.limit + 1)
    found = transaction.execute(_rows(page.order).where(Candidature.id.in_(ids)))
    rows = [listed_row(*row) for row in found]
    return Found(
        candidatures=tuple(rows[: page.limit]),
        next_cursor=rows[page.limit - 1].id if len(rows) > page.limit else None,
    )


def count_candidatures(transaction: DbSession, filters: Filters, academies: Academies) -> Counts:
    """Count the candidatures of these académies (None: of all) by each filter's values. Every
    session of theirs is in the answer, with 0 where it has none."""

    def numbers(narrowed: Filters) -> Select[*tuple[Any, ...]]:
        return _numbers(transaction, narrowed, academies)

    counts = count_values(transaction, CANDIDATURES, filters, numbers, always=_OF_OPENINGS)
    ids = _openings(transaction, {}, academies, everywhere=True) or ()
    sessions = transaction.scalars(select(_SESSION).distinct().where(OpeningRow.id.in_(ids)))
    counts.filters["session"] = dict.fromkeys(sessions, 0) | counts.filters["session"]
    return counts


def _numbers(
    transaction: DbSession, filters: Filters, academies: Academies
) -> Select[*tuple[Any, ...]]:
    """Return the query of how many of the first MOST_COUNTED + 1 candidatures that match have the
    same values of the counted filters."""
    openings = _openings(transaction, filters, academies, everywhere=True) or ()
    matching = (
        select(Candidature.opening_id, *_COUNTED)
        .where(Candidature.opening_id.in_(openings), *_conditions(transaction, filters, academies))
        .limit(MOST_COUNTED + 1)
        .subquery()
    )
    counted = (
        _SESSION.label("session"),
        OpeningRow.academie,
        *(matching.c[column.key] for column in _COUNTED),
    )
    return (
        select(*counted, func.count().label("number"))
        .join(matching, matching.c.opening_id == OpeningRow.id)
        .group_by(*counted)
    )


def export_candidatures(transaction: DbSession, filters: Filters, academies: Academies) -> Table:
    """Return all candidatures that match, each with its current version. They are read from the
    server's cursor EXPORT_PAGE by EXPORT_PAGE."""
    pages = _exported_pages(transaction, filters, academies)
    return Table.of_list(CANDIDATURES, pages)


def export_epreuves(transaction: DbSession, filters: Filters, academies: Academies) -> Table:
    """Return all épreuves of the candidatures that match, read in the same way."""
    pages = map(_exported_epreuves, _exported_pages(transaction, filters, academies))
    return Table.of_list(EPREUVES, pages)


def _exported_pages(
    transaction: DbSession, filters: Filters, academies: Academies
) -> Iterator[Iterator[ExportedCandidature]]:
    version = CandidatureVersion
    query = (
        _rows()
        .add_columns(Candidate.email, cast(version.payload, Text))
        .join(
            version,
            (version.candidature_id == Candidature.id) & (version.version == Candidature.version),
        )
        .where(*_conditions(transaction, filters, academies))
        .execution_options(yield_per=EXPORT_PAGE)
    )
    for rows in transaction.execute(query).partitions():
        yield (_exported(*row) for row in rows)


def _exported(
    candidature: Candidature,
    exam: str,
    exam_session: str,
    academie: str,
    numero_candidat: str | None,
    email: str | None,
    payload: str,
) -> ExportedCandidature:
    return ExportedCandidature(
        id=candidature.id,
        numero_candidat=numero_candidat,
        numero_inscription=candidature.numero_inscription,
        exam=exam,
        session=exam_session,
        academie=academie,
        specialite_code=candidature.specialite_code,
        specialite=candidature.specialite_label,
        state=candidature.state,
        state_changed_at=candidature.state_changed_at,
        end_reason=candidature.end_reason,
        pieces_state=candidature.pieces_state,
        validation=candidature.validation,
        first_saved_at=candidature.first_saved_at,
        version=candidature.version,
        last_saved_at=candidature.last_saved_at,
        email=email,
        saved=read_json(ExportedVersion, payload),
    )


def _exported_epreuves(page: Iterable[ExportedCandidature]) -> Iterator[ExportedEpreuve]:
    for candidature in page:
        for epreuve in candidature.saved.epreuves:
            yield ExportedEpreuve(
                id=candidature.id,
                numero_candidat=candidature.numero_candidat,
                numero_inscription=candidature.numero_inscription,
                exam=candidature.exam,
                session=candidature.session,
                academie=candidature.academie,
                specialite_code=candidature.specialite_code,
                specialite=candidature.specialite,
                state=candidature.state,
                saved=candidature.saved,
                epreuve=epreuve,
            )


def _place(
    transaction: DbSession,
    candidature_id: str,
    columns: Sequence[OrderColumn],
    academies: Academies,
) -> tuple[object, ...]:
    """Return the values of these columns of a candidature, after which a page begins.

    A name is looked up here, so that no cursor has to hold it. Raises NotFound where the
    candidature is not of these académies, unless the order is that of ids.
    """
    if columns == (Candidature.id,):
        return (candidature_id,)
    candidature, _ = candidature_in_academies(transaction, candidature_id, academies)
    place = select(*columns).where(Candidature.id == candidature.id)
    return tuple(transaction.execute(place).one())


def _in_order(order: str) -> Iterator[UnaryExpression[Any]]:
    """Yield what « ORDER BY » has for an order of the list; one that begins with « - » goes
    backwards."""
    for column in _COLUMNS_OF_ORDER[order.removeprefix("-")]:
        yield column.desc() if order.startswith("-") else column.asc()


def _rows(order: str = BY_ID) -> Select[Candidature, str, str, str, str | None]:
    """Return the query of all candidatures with exam, session and académie of their opening and
    the N° candidat."""
    return (
        select(
            Candidature,
            OpeningRow.exam,
            OpeningRow.session,
            OpeningRow.academie,
            Candidate.numero_candidat,
        )
        .join(OpeningRow, OpeningRow.id == Candidature.opening_id)
        .join(Candidate, Candidate.id == Candidature.candidate_id)
        .order_by(*_in_order(order))
    )


def _conditions(
    transaction: DbSession, filters: Filters, academies: Academies
) -> Iterator[ColumnElement[bool]]:
    """Yield what candidatures of these académies (None: of all) have to be in order to match."""
    openings = _openings(transaction, filters, academies)
    if openings is not None:
        yield Candidature.opening_id.in_(openings)
    yield from conditions_of(
        CANDIDATURES,
        filters,
        Candidature,
        text=partial(_is_about, transaction),
        birth_date=_is_born,
        exam=_by_opening,
        session=_by_opening,
        academie=_by_opening,
    )


def _is_born(day: date) -> ColumnElement[bool]:
    return Candidature.birth_date == day.isoformat()


def _by_opening(_: str) -> None:
    """Ask nothing of a candidature itself: such a filter is in _OF_OPENINGS."""


def _openings(
    transaction: DbSession,
    filters: Filters,
    academies: Academies,
    *,
    everywhere: bool = False,
) -> Sequence[str] | None:
    """Return the ids of the openings that match, listed so that the database can estimate their
    number. Return None for all, unless they are to be listed `everywhere`."""
    query = select(OpeningRow.id)
    for name, condition in _OF_OPENINGS.items():
        value = filters.get(name)
        if value is not None:
            query = query.where(condition(value))
    if academies is not None:
        archived = select(RetentionStep.opening_id).where(RetentionStep.kind == ARCHIVED)
        query = query.where(OpeningRow.academie.in_(academies), OpeningRow.id.not_in(archived))
    if query.whereclause is None and not everywhere:
        return None
    return transaction.scalars(query).all()


def _is_about(transaction: DbSession, text: str) -> ColumnElement[bool] | None:
    """Return the condition that a candidature is about each word of the text, None without a word.

    A word is a mail address, a N° candidat (even with spaces between its digits, or with the
    N° d'inscription after it), a code of a spécialité, or in the name.
    """
    conditions = [_has_word(transaction, word) for word in _BETWEEN_DIGITS.sub("", text).split()]
    return and_(*conditions) if conditions else None


def _has_word(transaction: DbSession, word: str) -> ColumnElement[bool]:
    if "@" in word:
        # The whole address: a part would find strangers.
        return _is_of_candidate(func.lower(Candidate.email) == word.lower())
    return and_(true(), *(_has_number_or_name(transaction, part) for part in folded(word).split()))


def _has_number_or_name(transaction: DbSession, word: str) -> ColumnElement[bool]:
    candidate, inscription = registration_numbers.typed_numeros(word)
    if candidate is not None:
        is_theirs = _is_of_candidate(Candidate.numero_candidat == candidate)
        if inscription:
            return and_(is_theirs, Candidature.numero_inscription == inscription)
        return is_theirs
    specialites = list(_specialites_of(transaction, word)) if word.isdecimal() else []
    if specialites:
        return Candidature.specialite.in_(specialites)
    return Candidature.folded_name.contains(word, autoescape=True)


def _specialites_of(transaction: DbSession, code: str) -> Iterator[str]:
    """Yield the spécialités with this code, as confirmations write them: « label (code) ». Each of
    the distinct values is found by one look-up in the index."""
    label = _specialite_after(transaction, "")
    while label is not None:
        if label.endswith(f"({code})"):
            yield label
        label = _specialite_after(transaction, label)


def _specialite_after(transaction: DbSession, label: str) -> str | None:
    following = select(func.min(Candidature.specialite)).where(Candidature.specialite > label)
    return transaction.scalar(following)


def _is_of_candidate(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Candidature.candidate_id.in_(select(Candidate.id).where(condition))
