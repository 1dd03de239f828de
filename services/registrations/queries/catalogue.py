"""Exams and openings in force: the revision, the dates that apply, what another catalogue would
change."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, String, bindparam, func, or_, select
from sqlalchemy.orm import Session as DbSession
from sqlalchemy.orm import defer

from services.chassis.errors import found
from services.chassis.process.kept_results import ExpiringCache
from services.contracts.api.administration import (
    ConcernedSession,
    Difference,
    ExamInForce,
    ExamsInForce,
    OpeningDates,
)
from services.contracts.registration_rules import ACTIVE, ETABLISSEMENT_SEARCH_LENGTH
from services.reference.text import folded
from services.registrations.catalogue.differences import differences, sentence
from services.registrations.catalogue.replacement import (
    UsedOpening,
    with_running_demonstrations,
    with_used_definitions,
)
from services.registrations.catalogue.serialising import from_data
from services.registrations.domain.dossier import Etablissement
from services.registrations.domain.exam_definition import Exam, OpeningView
from services.registrations.models import (
    Candidature,
    CatalogueRevision,
    CurrentExam,
    Draft,
    EtablissementRow,
    OpeningChange,
    OpeningRow,
)

EtablissementColumns = dict[str, str | bool | None]
"""A row of establishments, by the names of its columns."""
_exams = ExpiringCache[Exam](seconds=math.inf, at_most=16)  # by digest; a revision never changes
_NEWEST = (
    select(func.max(OpeningChange.revision))
    .where(OpeningChange.opening_id == OpeningRow.id)
    .correlate(OpeningRow)
    .scalar_subquery()
)
OPENINGS = (
    select(OpeningRow, OpeningChange, CurrentExam.digest)
    .join(CurrentExam, CurrentExam.code == OpeningRow.exam)
    .outerjoin(
        OpeningChange,
        (OpeningChange.opening_id == OpeningRow.id) & (OpeningChange.revision == _NEWEST),
    )
)
"""Select rows of what `view_of` takes. Statements are built once: building them costs more than
running them."""
_OPENING = OPENINGS.where(OpeningRow.id == bindparam("opening_id"))
_CHOSEN = {"exam": OpeningRow.exam, "session": OpeningRow.session, "academie": OpeningRow.academie}
"""The columns that what was chosen is compared with, by the names of the statement's parameters."""
_LISTED = OPENINGS.where(
    OpeningRow.listed,
    *(
        or_(bindparam(name, type_=String).is_(None), column == bindparam(name))
        for name, column in _CHOSEN.items()
    ),
).options(
    defer(OpeningRow.options),
    defer(OpeningRow.reminder_days),
    defer(OpeningRow.draft_reminder_days),
)


def exam_by_digest(transaction: DbSession, digest: str) -> Exam:
    """Return the exam of a revision, which is read once per process."""
    exam = _exams.get(digest)
    if exam is None:
        exam = from_data(transaction.get_one(CatalogueRevision, digest).data)
        _exams.put(digest, exam)
    return exam


def exam_in_force(transaction: DbSession, code: str) -> Exam:
    """Return the exam of the revision in force. Raises NotFound."""
    return exam_by_digest(transaction, found(transaction.get(CurrentExam, code)).digest)


def opening_view(transaction: DbSession, opening_id: str, digest: str | None = None) -> OpeningView:
    """Return an opening as defined by the revision in force, or by that of `digest`; with the dates
    in force either way.

    Raises NotFound for an unknown id, or an opening that the catalogue no longer defines.
    """
    row, change, current = found(
        transaction.execute(_OPENING, {"opening_id": opening_id}).one_or_none()
    )
    return view_of(transaction, row, change, digest or current)


def view_of(
    transaction: DbSession, row: OpeningRow, change: OpeningChange | None, digest: str
) -> OpeningView:
    """Return what a row of OPENINGS defines. Raises NotFound for an opening that the catalogue does
    not define."""
    return found(view_or_none(transaction, row, change, digest))


def offered_openings(
    transaction: DbSession,
    *,
    exam: str | None = None,
    exam_session: str | None = None,
    academie: str | None = None,
) -> tuple[OpeningView, ...]:
    """Return the listed openings that the catalogue defines, of this exam, session and académie;
    each is None where it is not chosen."""
    chosen = {"exam": exam, "session": exam_session, "academie": academie}
    rows = transaction.execute(_LISTED, chosen)
    views = (view_or_none(transaction, row, change, digest) for row, change, digest in rows)
    return tuple(view for view in views if view is not None)


def view_or_none(
    transaction: DbSession, row: OpeningRow, change: OpeningChange | None, digest: str
) -> OpeningView | None:
    exam = exam_by_digest(transaction, digest)
    exam_session = exam.session(row.session)
    if exam_session is None:
        return None
    opening = next(
        (candidate for candidate in exam_session.openings if candidate.academie == row.academie),
        None,
    )
    if opening is None:
        return None
    dates = dates_of(change or row.catalogue_dates)
    in_force = replace(
        opening,
        opens=dates.opens,
        closes=dates.closes,
        deposit_opens=dates.deposit_opens,
        deposit_closes=dates.deposit_closes,
    )
    return OpeningView(row.id, digest, exam, exam_session, in_force)


def dates_of(dated: OpeningDates | OpeningChange) -> OpeningDates:
    """Return the dates alone of an opening that is answered, or of a change that was made."""
    return OpeningDates(
        opens=dated.opens,
        closes=dated.closes,
        deposit_opens=dated.deposit_opens,
        deposit_closes=dated.deposit_closes,
    )


def exams_in_force(transaction: DbSession) -> ExamsInForce:
    """Return the exams in force, by their codes."""
    rows = transaction.execute(
        select(
            CurrentExam,
            CurrentExam.files.is_not(None).label("has_files"),
            CatalogueRevision.loaded_at,
        )
        .join(CatalogueRevision, CatalogueRevision.digest == CurrentExam.digest)
        .order_by(CurrentExam.code)
    )
    return ExamsInForce(
        exams=tuple(
            _exam_in_force(exam_by_digest(transaction, row[0].digest), *row) for row in rows
        )
    )


def _exam_in_force(
    exam: Exam, current: CurrentExam, has_files: bool, loaded_at: datetime
) -> ExamInForce:
    return ExamInForce(
        code=exam.code,
        label=exam.label,
        sessions=tuple(item.label for item in exam.sessions),
        loaded_at=loaded_at,
        loaded_by_staff=current.loaded_by_staff,
        has_files=has_files,
    )


def files_in_force(transaction: DbSession, code: str) -> bytes:
    """Return the ZIP archive of what an exam was loaded from. Raises NotFound, also where it was
    not kept."""
    return found(transaction.scalar(select(CurrentExam.files).filter_by(code=code)))


@dataclass(frozen=True)
class ExamComparison:
    """An exam to put in force: `listed` has what may be chosen, `exam` also what is already
    used."""

    exam: Exam
    listed: Exam
    differences: tuple[Difference, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(map(sentence, self.differences))


def compare_exam(transaction: DbSession, offered: Exam, at: datetime) -> ExamComparison:
    """Compare an exam with the one in force. Running demonstration sessions keep their dates, used
    openings and spécialités stay defined."""
    current = transaction.get(CurrentExam, offered.code)
    if current is None:
        return ExamComparison(offered, offered, differences(None, offered))
    old = exam_by_digest(transaction, current.digest)
    listed = with_running_demonstrations(old, offered, at)
    exam = with_used_definitions(listed, old, _used_openings(transaction, offered.code))
    return ExamComparison(exam, listed, differences(old, exam))


def compare_etablissements(
    transaction: DbSession, etablissements: Iterable[Etablissement]
) -> tuple[list[EtablissementColumns], list[EtablissementColumns]]:
    """Return the rows to insert, and the rows to update. All stored ones are read at once: there
    are twenty thousand establishments."""
    columns = EtablissementRow.__table__.columns
    stored = {row.code: row._asdict() for row in transaction.execute(select(*columns))}
    new: list[EtablissementColumns] = []
    changed: list[EtablissementColumns] = []
    for code, row in {each.code: _columns(each) for each in etablissements}.items():
        if code not in stored:
            new.append(row)
        elif row != stored[code]:
            changed.append(row)
    return new, changed


def _columns(etablissement: Etablissement) -> EtablissementColumns:
    searched = folded(f"{etablissement.label} {etablissement.code}")
    return {
        "code": etablissement.code,
        "label": etablissement.label,
        "kind": etablissement.kind,
        "departement": etablissement.departement,
        "habilite_ccf": etablissement.habilite_ccf,
        "folded": searched[:ETABLISSEMENT_SEARCH_LENGTH],
    }


def concerned_sessions(transaction: DbSession, exam: Exam) -> tuple[ConcernedSession, ...]:
    """Return the sessions of an exam that have drafts or active candidatures."""
    drafts = _numbers(transaction, exam.code, Draft, Draft.closed_at.is_(None))
    candidatures = _numbers(transaction, exam.code, Candidature, Candidature.state == ACTIVE)
    return tuple(
        ConcernedSession(
            session=exam_session.name,
            label=exam_session.label,
            drafts=drafts[exam_session.name],
            candidatures=candidatures[exam_session.name],
        )
        for exam_session in exam.sessions
        if exam_session.name in drafts or exam_session.name in candidatures
    )


def _numbers(
    transaction: DbSession,
    exam: str,
    counted: type[Draft] | type[Candidature],
    condition: ColumnElement[bool],
) -> Counter[str]:
    """Count the drafts or candidatures of an exam that meet the condition, by the name of their
    session."""
    numbers = (
        select(OpeningRow.session, func.count(counted.id))
        .join(counted, counted.opening_id == OpeningRow.id)
        .where(OpeningRow.exam == exam, condition)
        .group_by(OpeningRow.session)
    )
    return Counter(dict(transaction.execute(numbers).all()))


def _used_openings(transaction: DbSession, exam: str) -> tuple[UsedOpening, ...]:
    openings = select(OpeningRow.session, OpeningRow.academie).where(OpeningRow.exam == exam)
    drafts = openings.where(select(Draft.id).where(Draft.opening_id == OpeningRow.id).exists())
    candidatures = (
        select(OpeningRow.session, OpeningRow.academie, Candidature.specialite_code)
        .join(Candidature, Candidature.opening_id == OpeningRow.id)
        .where(OpeningRow.exam == exam)
        .distinct()
    )
    used = [UsedOpening(name, academie, None) for name, academie in transaction.execute(drafts)]
    used += [
        UsedOpening(name, academie, code)
        for name, academie, code in transaction.execute(candidatures)
    ]
    return tuple(used)
