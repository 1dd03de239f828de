"""Exams and openings in force: the current revision of an exam, and the dates that apply."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.errors import NotFound
from services.contracts.api.administration import ExamInForce, ExamsInForce
from services.contracts.api.operation import answer_of
from services.registrations.catalogue import from_data
from services.registrations.domain.exam_definition import Exam, Opening, Session
from services.registrations.domain.opening_selection import Offer
from services.registrations.models import CatalogueRevision, CurrentExam, OpeningChange, OpeningRow

MAX_CACHED_EXAMS = 16
_NEWEST = (
    select(func.max(OpeningChange.revision))
    .where(OpeningChange.opening_id == OpeningRow.id)
    .correlate(OpeningRow)
    .scalar_subquery()
)
OPENINGS = (
    select(OpeningRow, OpeningChange, CurrentExam.digest)
    .join(CurrentExam, CurrentExam.code == OpeningRow.exam)
    .outerjoin(OpeningChange, (OpeningChange.opening_id == OpeningRow.id) & (OpeningChange.revision == _NEWEST))
)
"""Rows of what `view_of` takes. Statements are built once: building them costs more than running them."""
_OPENING = OPENINGS.where(OpeningRow.id == bindparam("opening_id"))
_LISTED = OPENINGS.where(OpeningRow.listed)


class _ExamCache:
    """The exams read last, by digest, at most MAX_CACHED_EXAMS of them. A revision never changes."""

    def __init__(self) -> None:
        self._exams: OrderedDict[str, Exam] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, session: DbSession, digest: str) -> Exam:
        with self._lock:
            if digest in self._exams:
                self._exams.move_to_end(digest)
                return self._exams[digest]
        revision = session.get_one(CatalogueRevision, digest)
        exam = from_data(revision.data)
        with self._lock:
            self._exams[digest] = exam
            while len(self._exams) > MAX_CACHED_EXAMS:
                self._exams.popitem(last=False)
        return exam


_exam_cache = _ExamCache()


@dataclass(frozen=True)
class OpeningView:
    """An opening with its exam and session. The dates of `opening` are those in force."""

    id: str
    digest: str
    exam: Exam
    session: Session
    opening: Opening


def exam_by_digest(session: DbSession, digest: str) -> Exam:
    """The exam of a revision, read once per process."""
    return _exam_cache.get(session, digest)


def exam_in_force(session: DbSession, code: str) -> Exam:
    """The exam of the revision in force. Raises NotFound."""
    current = session.get(CurrentExam, code)
    if current is None:
        raise NotFound()
    return exam_by_digest(session, current.digest)


def opening_view(session: DbSession, opening_id: str, digest: str | None = None) -> OpeningView:
    """An opening as defined by the revision in force, or by that of `digest`; with the dates in force either way.

    Raises NotFound for an unknown id, or an opening that the catalogue no longer defines.
    """
    row = session.execute(_OPENING, {"opening_id": opening_id}).one_or_none()
    if row is None:
        raise NotFound()
    opening_row, change, current = row
    return view_of(session, opening_row, change, digest or current)


def view_of(session: DbSession, row: OpeningRow, change: OpeningChange | None, digest: str) -> OpeningView:
    """Raises NotFound for an opening that the catalogue does not define."""
    view = _view(session, row, change, digest)
    if view is None:
        raise NotFound()
    return view


def opening_row(session: DbSession, exam: str, academie: str, session_name: str, *, lock: bool = False) -> OpeningRow:
    """By natural key. Raises NotFound."""
    query = select(OpeningRow).filter_by(exam=exam, session=session_name, academie=academie)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound(f"Aucune ouverture {exam} {session_name} pour l'académie {academie}.")
    return row


def newest_change(session: DbSession, opening_id: str) -> OpeningChange | None:
    """The newest change of dates, which takes precedence over the catalogue; None without one."""
    changes = select(OpeningChange).filter_by(opening_id=opening_id).order_by(OpeningChange.revision.desc())
    return session.scalar(changes.limit(1))


def offers(session: DbSession) -> tuple[Offer, ...]:
    """Every listed opening, in the catalogue's words."""
    rows = session.execute(_LISTED)
    views = (_view(session, row, change, digest) for row, change, digest in rows)
    return tuple(_offer(view) for view in views if view is not None)


def _view(session: DbSession, row: OpeningRow, change: OpeningChange | None, digest: str) -> OpeningView | None:
    exam = exam_by_digest(session, digest)
    exam_session = exam.session(row.session)
    if exam_session is None:
        return None
    opening = next((candidate for candidate in exam_session.openings if candidate.academie == row.academie), None)
    if opening is None:
        return None
    dates = change or row
    dated = replace(
        opening,
        opens=dates.opens,
        closes=dates.closes,
        deposit_opens=dates.deposit_opens,
        deposit_closes=dates.deposit_closes,
    )
    return OpeningView(row.id, digest, exam, exam_session, dated)


def _offer(view: OpeningView) -> Offer:
    return Offer(
        opening_id=view.id,
        domaine=view.exam.domaine,
        exam=view.exam.code,
        exam_label=view.exam.label,
        session=view.session.name,
        session_label=view.session.label,
        session_closes=view.session.closes,
        academie=view.opening.academie,
        academie_label=view.opening.label,
        code_choice=view.opening.code_choice,
        opens=view.opening.opens,
        closes=view.opening.closes,
        residence_notice=view.opening.residence_notice,
    )


def exams_in_force(session: DbSession) -> ExamsInForce:
    """By code."""
    rows = session.execute(
        select(CurrentExam.code, CurrentExam.digest, CurrentExam.loaded_by_staff, CatalogueRevision.loaded_at)
        .join(CatalogueRevision, CatalogueRevision.digest == CurrentExam.digest)
        .order_by(CurrentExam.code)
    )
    exams = (_exam_in_force(exam_by_digest(session, digest), at, by_staff) for _, digest, by_staff, at in rows)
    return ExamsInForce(exams=tuple(exams))


def _exam_in_force(exam: Exam, loaded_at: datetime, loaded_by_staff: bool) -> ExamInForce:
    labels = tuple(item.label for item in exam.sessions)
    return answer_of(ExamInForce, exam, sessions=labels, loaded_at=loaded_at, loaded_by_staff=loaded_by_staff)
