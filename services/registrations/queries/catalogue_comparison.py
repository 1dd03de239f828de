"""What a catalogue would change: each exam beside the one in force, and whom that concerns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session as DbSession

from services.contracts.api.administration import ConcernedSession
from services.contracts.registration_codes import ACTIVE
from services.contracts.registration_lengths import ETABLISSEMENT_SEARCH
from services.reference.text import folded
from services.registrations.catalogue import differences, with_running_demonstrations
from services.registrations.domain.etablissements import Etablissement
from services.registrations.domain.exam_definition import Exam
from services.registrations.domain.used_definitions import UsedOpening, with_used_definitions
from services.registrations.models import Candidature, CurrentExam, Draft, EtablissementRow, OpeningRow
from services.registrations.queries.catalogue import exam_by_digest


@dataclass(frozen=True)
class ExamComparison:
    """An exam to put in force: `listed` has what may be chosen, `exam` also what is already used."""

    exam: Exam
    listed: Exam
    lines: tuple[str, ...]


def compare_exam(session: DbSession, offered: Exam, at: datetime) -> ExamComparison:
    """Running demonstration sessions keep their dates, used openings and spécialités stay defined."""
    current = session.get(CurrentExam, offered.code)
    if current is None:
        listed = with_running_demonstrations(None, offered, at)
        return ExamComparison(listed, listed, tuple(differences(None, listed)))
    old = exam_by_digest(session, current.digest)
    listed = with_running_demonstrations(old, offered, at)
    exam = with_used_definitions(listed, old, _used_openings(session, offered.code))
    return ExamComparison(exam, listed, tuple(differences(old, exam)))


def compare_etablissements(
    session: DbSession, etablissements: Iterable[Etablissement]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows to insert, rows to update. One read: there are twenty thousand establishments."""
    rows = {etablissement.code: _row_of(etablissement) for etablissement in etablissements}
    stored_rows = {row.code: row._asdict() for row in session.execute(select(*EtablissementRow.__table__.columns))}
    new = [row for code, row in rows.items() if code not in stored_rows]
    return new, [row for code, row in rows.items() if code in stored_rows and row != stored_rows[code]]


def concerned_sessions(session: DbSession, exam: Exam) -> tuple[ConcernedSession, ...]:
    """The sessions of an exam that have drafts or active candidatures."""
    drafts = _numbers(session, exam.code, Draft, Draft.closed_at.is_(None))
    candidatures = _numbers(session, exam.code, Candidature, Candidature.state == ACTIVE)
    return tuple(
        ConcernedSession(
            session=item.name,
            label=item.label,
            drafts=drafts.get(item.name, 0),
            candidatures=candidatures.get(item.name, 0),
        )
        for item in exam.sessions
        if item.name in drafts or item.name in candidatures
    )


def _numbers(
    session: DbSession, exam: str, counted: type[Draft] | type[Candidature], condition: ColumnElement[bool]
) -> dict[str, int]:
    """By the name of the session."""
    numbers = (
        select(OpeningRow.session, func.count(counted.id))
        .join(counted, counted.opening_id == OpeningRow.id)
        .where(OpeningRow.exam == exam, condition)
        .group_by(OpeningRow.session)
    )
    return dict(session.execute(numbers).all())


def _row_of(etablissement: Etablissement) -> dict[str, Any]:
    return {
        **vars(etablissement),
        "folded": folded(f"{etablissement.label} {etablissement.code}")[:ETABLISSEMENT_SEARCH],
    }


def _used_openings(session: DbSession, exam: str) -> tuple[UsedOpening, ...]:
    openings = select(OpeningRow.session, OpeningRow.academie).where(OpeningRow.exam == exam)
    drafts = openings.where(select(Draft.id).where(Draft.opening_id == OpeningRow.id).exists())
    candidatures = (
        select(OpeningRow.session, OpeningRow.academie, Candidature.specialite_code)
        .join(Candidature, Candidature.opening_id == OpeningRow.id)
        .where(OpeningRow.exam == exam)
        .distinct()
    )
    used = [UsedOpening(name, academie, None) for name, academie in session.execute(drafts)]
    used += [UsedOpening(name, academie, code) for name, academie, code in session.execute(candidatures)]
    return tuple(used)
