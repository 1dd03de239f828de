"""The catalogue that an administrator sends as an archive: compared with what is in force, then loaded against it."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.errors import DomainError, Invalid, PreconditionFailed
from services.contracts.api.administration import CatalogueComparison, ComparedExam
from services.registrations.catalogue import Catalogue, CatalogueError, read_archive
from services.registrations.domain.exam_definition import Exam
from services.registrations.models import CurrentExam, EtablissementRow, db
from services.registrations.operations.catalogue import put_catalogue
from services.registrations.queries.catalogue import exams_in_force
from services.registrations.queries.catalogue_comparison import (
    compare_etablissements,
    compare_exam,
    concerned_sessions,
)

MAX_MISTAKES = 200
MAX_LINES = 200
"""Of each exam, and of the mistakes, that are answered; the rest is counted."""
CHANGED = (
    "Le catalogue en vigueur a changé depuis la vérification, ou l'archive n'est plus la même. Rien n'a été chargé : "
    "vérifiez de nouveau ce qui change."
)


def compare_archive(archive: bytes, at: datetime) -> CatalogueComparison:
    """What `load_archive` would change; nothing is written. Raises Invalid, with `mistakes` by file and line."""
    catalogue = _read(archive, at)
    with db.reading_for_staff() as session:
        new, changed = compare_etablissements(session, catalogue.etablissements)
        offered = {exam.code for exam in catalogue.exams}
        return CatalogueComparison(
            etag=_etag(archive, session),
            exams=_compared_exams(session, catalogue, at),
            left=tuple(exam.label for exam in exams_in_force(session).exams if exam.code not in offered),
            new_etablissements=len(new),
            changed_etablissements=len(changed),
        )


def load_archive(archive: bytes, etag: str, *, actor: Actor, at: datetime) -> None:
    """Put the archive's catalogue in force, all or nothing. Raises Invalid, and PreconditionFailed where `etag` is not
    that of the comparison with what is in force."""
    catalogue = _read(archive, at)
    with db.operation() as session:
        session.execute(select(CurrentExam.code).order_by(CurrentExam.code).with_for_update()).all()
        if _etag(archive, session) != etag:
            raise PreconditionFailed(CHANGED)
        put_catalogue(session, catalogue.exams, catalogue.etablissements, actor=actor, at=at)


def _read(archive: bytes, at: datetime) -> Catalogue:
    try:
        return read_archive(archive, at)
    except CatalogueError as error:
        raise _refused(error) from error


def _refused(error: CatalogueError) -> DomainError:
    mistakes = [vars(mistake) for mistake in error.mistakes[:MAX_MISTAKES]]
    detail = "Le catalogue contient des erreurs : rien n'est chargé. Corrigez-les, puis envoyez l'archive de nouveau."
    return Invalid(detail, mistakes=mistakes, mistakes_in_all=len(error.mistakes))


def _etag(archive: bytes, session: DbSession) -> str:
    """Of the archive and the catalogue in force; read after a lock it is that of what will be replaced."""
    in_force = session.execute(select(CurrentExam.code, CurrentExam.digest).order_by(CurrentExam.code)).all()
    etablissements = session.execute(select(EtablissementRow.__table__).order_by(EtablissementRow.code)).all()
    parts = [hashlib.sha256(archive).hexdigest(), *(f"{code}={digest}" for code, digest in in_force)]
    parts += [repr(tuple(row)) for row in etablissements]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _compared_exams(session: DbSession, catalogue: Catalogue, at: datetime) -> tuple[ComparedExam, ...]:
    known = {exam.code for exam in exams_in_force(session).exams}
    return tuple(_compared_exam(session, exam, at, is_new=exam.code not in known) for exam in catalogue.exams)


def _compared_exam(session: DbSession, offered: Exam, at: datetime, *, is_new: bool) -> ComparedExam:
    comparison = compare_exam(session, offered, at)
    lines = comparison.lines
    sessions = concerned_sessions(session, comparison.exam) if lines and not is_new else ()
    return ComparedExam(
        code=offered.code,
        label=offered.label,
        is_new=is_new,
        changes=len(lines),
        lines=lines[:MAX_LINES],
        sessions=sessions,
    )
