"""Loads the catalogue: exams and establishments are inserted or updated in one transaction.

Openings and spécialités that a candidature or a draft uses stay defined.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.reference.text import folded
from services.registrations.catalogue import (
    differences,
    digest,
    to_data,
    with_current_demonstrations,
    with_running_demonstrations,
)
from services.registrations.domain.etablissements import Etablissement
from services.registrations.domain.exam_definition import Exam, Opening, Session
from services.registrations.domain.used_definitions import UsedOpening, with_used_definitions
from services.registrations.models import (
    AuditEntry,
    Candidature,
    CatalogueRevision,
    CurrentExam,
    Draft,
    EtablissementRow,
    OpeningRow,
    db,
)
from services.registrations.operations.openings import dates_in_force, publish_window
from services.registrations.queries.catalogue import exam_by_digest


def load_catalogue(
    exams: Sequence[Exam], *, actor: Actor, at: datetime, etablissements: Iterable[Etablissement] = ()
) -> tuple[str, ...]:
    """Put exams and establishments in force, all or none; returns what changed, one line each."""
    with db.operation() as session:
        lines: list[str] = []
        for exam in exams:
            lines += _put_in_force(session, exam, actor, at)
        _put_etablissements(session, etablissements)
        return tuple(lines)


def compare_catalogue(exams: Sequence[Exam], at: datetime) -> tuple[str, ...]:
    """What `load_catalogue` would change, one line each; nothing is written."""
    with db.reading() as session:
        return tuple(line for exam in exams for line in _compare(session, exam, at).lines)


def move_demonstration_dates(at: datetime, *, actor: Actor) -> tuple[str, ...]:
    """Move the dates of demonstration sessions that have passed; returns what changed, one line each."""
    with db.operation() as session:
        lines: list[str] = []
        for current in session.scalars(select(CurrentExam)).all():
            exam = exam_by_digest(session, current.digest)
            moved = with_current_demonstrations(exam, at)
            if moved != exam:
                lines += _put_in_force(session, moved, actor, at)
        return tuple(lines)


def load_etablissements(etablissements: Sequence[Etablissement]) -> None:
    """Insert or update establishments by code; those no longer listed stay, as candidatures name them."""
    with db.operation() as session:
        _put_etablissements(session, etablissements)


@dataclass(frozen=True)
class _Comparison:
    """An exam to put in force: `listed` has what may be chosen, `exam` also what is already used."""

    exam: Exam
    listed: Exam
    lines: tuple[str, ...]


def _put_in_force(session: DbSession, offered: Exam, actor: Actor, at: datetime) -> tuple[str, ...]:
    comparison = _compare(session, offered, at)
    exam, new_digest = comparison.exam, digest(comparison.exam)
    current = session.get(CurrentExam, exam.code, with_for_update=True)
    before = current.digest if current else None
    if session.get(CatalogueRevision, new_digest) is None:
        session.add(CatalogueRevision(digest=new_digest, exam=exam.code, data=to_data(exam), loaded_at=at))
        session.flush()
    if current is None:
        session.add(CurrentExam(code=exam.code, digest=new_digest))
    else:
        current.digest = new_digest
    session.flush()
    _put_openings(session, exam, comparison.listed)
    if before != new_digest:
        change = {"digest": before}, {"digest": new_digest}
        AuditEntry.record(session, actor, "catalogue.loaded", exam.code, at=at, before=change[0], after=change[1])
    return comparison.lines


def _compare(session: DbSession, offered: Exam, at: datetime) -> _Comparison:
    """Running demonstration sessions keep their dates, used openings and spécialités stay defined."""
    current = session.get(CurrentExam, offered.code)
    if current is None:
        listed = with_running_demonstrations(None, offered, at)
        return _Comparison(listed, listed, tuple(differences(None, listed)))
    old = exam_by_digest(session, current.digest)
    listed = with_running_demonstrations(old, offered, at)
    exam = with_used_definitions(listed, old, _used_openings(session, offered.code))
    return _Comparison(exam, listed, tuple(differences(old, exam)))


def _put_etablissements(session: DbSession, etablissements: Iterable[Etablissement]) -> None:
    """One read, and writes only for rows that differ: there are twenty thousand establishments."""
    rows = {etablissement.code: _row_of(etablissement) for etablissement in etablissements}
    stored_rows = {row.code: row._asdict() for row in session.execute(select(*EtablissementRow.__table__.columns))}
    if new := [row for code, row in rows.items() if code not in stored_rows]:
        session.execute(insert(EtablissementRow), new)
    if changed := [row for code, row in rows.items() if code in stored_rows and row != stored_rows[code]]:
        session.execute(update(EtablissementRow), changed)


def _row_of(etablissement: Etablissement) -> dict[str, Any]:
    return {**vars(etablissement), "folded": folded(f"{etablissement.label} {etablissement.code}")[:300]}


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


def _put_openings(session: DbSession, exam: Exam, offered: Exam) -> None:
    rows = {
        (row.session, row.academie): row
        for row in session.scalars(select(OpeningRow).filter_by(exam=exam.code).with_for_update())
    }
    listed = {
        (exam_session.name, opening.academie) for exam_session in offered.sessions for opening in exam_session.openings
    }
    for exam_session in exam.sessions:
        for opening in exam_session.openings:
            _put_opening(session, exam, exam_session, opening, rows.get((exam_session.name, opening.academie)))
    for key, row in rows.items():
        row.listed = key in listed


def _put_opening(
    session: DbSession, exam: Exam, exam_session: Session, opening: Opening, row: OpeningRow | None
) -> None:
    if row is None:
        row = OpeningRow(exam=exam.code, session=exam_session.name, academie=opening.academie, revision=0)
        session.add(row)
        before = None
    else:
        before = _published_values(session, row)
    _set_dates(row, exam_session, opening)
    session.flush()
    if row.revision == 0 or before != _published_values(session, row):
        row.revision += 1
        publish_window(session, row, dates_in_force(session, row))


def _set_dates(row: OpeningRow, exam_session: Session, opening: Opening) -> None:
    row.opens, row.closes = opening.opens, opening.closes
    row.deposit_opens, row.deposit_closes = opening.deposit_opens, opening.deposit_closes
    row.session_closes = exam_session.closes
    row.reminder_days = list(exam_session.reminder_days)
    row.draft_reminder_days = list(exam_session.draft_reminder_days)
    own_refusal_mails = opening.refusal_mails
    row.refusal_mails = exam_session.refusal_mails if own_refusal_mails is None else own_refusal_mails


def _published_values(session: DbSession, row: OpeningRow) -> tuple[datetime, datetime, tuple[int, ...], bool]:
    dates = dates_in_force(session, row)
    return dates.deposit_opens, dates.deposit_closes, tuple(row.reminder_days), row.refusal_mails
