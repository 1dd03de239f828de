"""What staff search candidatures by: an opening, a state, names, a N° candidat, a mail address, a birth date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session as DbSession

from services.reference.text import folded
from services.registrations.domain import registration_numbers
from services.registrations.models import BIRTH_DATE, Candidate, Candidature, CandidatureVersion, OpeningRow

Academies = frozenset[str] | None


@dataclass(frozen=True)
class CandidatureFilters:
    """Filters; None leaves one open. `text` is a N° candidat, a mail address or words of the name."""

    exam: str | None = None
    session: str | None = None
    academie: str | None = None
    state: str | None = None
    text: str | None = None
    birth_date: date | None = None


def candidature_conditions(
    session: DbSession, filters: CandidatureFilters, academies: Academies
) -> Iterator[ColumnElement[bool]]:
    """What the candidatures that match have to be, within these académies (None: all)."""
    if (openings := _openings(session, filters, academies)) is not None:
        yield Candidature.opening_id.in_(openings)
    if filters.state is not None:
        yield Candidature.state == filters.state
    if filters.birth_date is not None:
        yield _is_born_on(filters.birth_date)
    for word in (filters.text or "").split():
        yield from [_has_mail(word)] if "@" in word else map(_has_number_or_name, folded(word).split())


def _has_number_or_name(word: str) -> ColumnElement[bool]:
    number = registration_numbers.typed_numero_candidat(word)
    if number is None:
        return Candidature.folded_name.contains(word, autoescape=True)
    return Candidature.candidate_id.in_(select(Candidate.id).where(Candidate.numero_candidat == number))


def _has_mail(address: str) -> ColumnElement[bool]:
    """The whole address: a part of one would find strangers."""
    return Candidature.candidate_id.in_(select(Candidate.id).where(func.lower(Candidate.email) == address.lower()))


def _is_born_on(day: date) -> ColumnElement[bool]:
    """As of the current version: a corrected date is the one that finds."""
    version = CandidatureVersion
    is_current = (version.candidature_id == Candidature.id) & (version.version == Candidature.version)
    born = exists().where(is_current, BIRTH_DATE == day.isoformat())  # noqa: SIM300 - a column, no constant
    # Queries that read the current version too have the table in their own FROM.
    return born.correlate(Candidature)


def _openings(session: DbSession, filters: CandidatureFilters, academies: Academies) -> Sequence[str] | None:
    """The ids of the openings that match, listed so that the database can estimate their number; None for all."""
    query = select(OpeningRow.id)
    for column in ("exam", "session", "academie"):
        if (value := getattr(filters, column)) is not None:
            query = query.where(getattr(OpeningRow, column) == value)
    if academies is not None:
        query = query.where(OpeningRow.academie.in_(academies))
    return None if query.whereclause is None else session.scalars(query).all()
