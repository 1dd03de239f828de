"""Loads the catalogue: exams and establishments are inserted or updated in one transaction. What a
candidature or draft uses stays defined. An administrator's archive is compared with what is in
force, then loaded against it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.errors import Invalid, PreconditionFailed
from services.chassis.events import publish
from services.clock import iso_utc
from services.contracts.api.administration import CatalogueComparison, ComparedExam
from services.contracts.registrations import DeclaredDocument, DocumentsDeclared
from services.contracts.session_options import SessionOptions
from services.registrations.catalogue.archive import read_archive
from services.registrations.catalogue.contents import Catalogue
from services.registrations.catalogue.mistakes import CatalogueError
from services.registrations.catalogue.replacement import running_demonstrations
from services.registrations.catalogue.serialising import digest, to_data
from services.registrations.domain.dossier import Etablissement
from services.registrations.domain.exam_definition import Exam, Opening, Session
from services.registrations.models import (
    AuditEntry,
    CatalogueRevision,
    CurrentExam,
    EtablissementRow,
    OpeningRow,
    db,
)
from services.registrations.operations.openings import announce_dates, dates_in_force
from services.registrations.queries.catalogue import (
    compare_etablissements,
    compare_exam,
    concerned_sessions,
    exam_by_digest,
    exams_in_force,
)

TRACED_LINES = 20
"""Of what changed, in the audit trail; the digests name both catalogues whole."""


def load_catalogue(catalogue: Catalogue, *, actor: Actor, at: datetime) -> tuple[str, ...]:
    """Put exams and establishments in force, all or none; returns what changed of exams, one line
    each.

    Establishments that are no longer listed stay, as candidatures name them.
    """
    with db.operation() as transaction:
        return put_catalogue(transaction, catalogue, actor=actor, at=at)


def put_catalogue(
    transaction: DbSession, catalogue: Catalogue, *, actor: Actor, at: datetime
) -> tuple[str, ...]:
    """The same within an operation. Of each exam it is kept from which files, and whether by a
    member of staff."""
    lines: list[str] = []
    for exam in catalogue.exams:
        lines += _put_in_force(transaction, exam, actor, at)
        current = transaction.get_one(CurrentExam, exam.code)
        current.loaded_by_staff = actor.kind == "staff"
        current.files = catalogue.files.get(exam.code)
    _put_etablissements(transaction, catalogue.etablissements, actor, at)
    return tuple(lines)


def left_to_staff(exams: Sequence[Exam]) -> tuple[Exam, ...]:
    """Those of `exams` that are in force as an administrator loaded them."""
    with db.reading() as transaction:
        codes = set(
            transaction.scalars(select(CurrentExam.code).where(CurrentExam.loaded_by_staff))
        )
    return tuple(exam for exam in exams if exam.code in codes)


def compare_catalogue(exams: Sequence[Exam], at: datetime) -> tuple[str, ...]:
    """What `load_catalogue` would change, one line each; nothing is written."""
    with db.reading() as transaction:
        return tuple(line for exam in exams for line in compare_exam(transaction, exam, at).lines)


def move_demonstration_dates(at: datetime, *, actor: Actor) -> tuple[str, ...]:
    """Where the demonstration sessions of an exam have closed, put it in force anew from the files
    that it was loaded from, whose dates follow the day; returns what changed, one line each."""
    with db.operation() as transaction:
        lines: list[str] = []
        for current in transaction.scalars(select(CurrentExam)).all():
            exam = exam_by_digest(transaction, current.digest)
            has_some = any(item.demonstration for item in exam.sessions)
            if has_some and current.files and not running_demonstrations(exam, at):
                for moved in read_archive(current.files, at).exams:
                    lines += _put_in_force(transaction, moved, actor, at)
        return tuple(lines)


def _put_in_force(
    transaction: DbSession, offered: Exam, actor: Actor, at: datetime
) -> tuple[str, ...]:
    comparison = compare_exam(transaction, offered, at)
    exam = comparison.exam
    new_digest = digest(comparison.exam)
    current = transaction.get(CurrentExam, exam.code, with_for_update=True) or CurrentExam(
        code=exam.code
    )
    before = current.digest
    if transaction.get(CatalogueRevision, new_digest) is None:
        transaction.add(
            CatalogueRevision(digest=new_digest, exam=exam.code, data=to_data(exam), loaded_at=at)
        )
        transaction.flush()
    current.digest = new_digest
    transaction.add(current)
    transaction.flush()
    _put_openings(transaction, exam, comparison.listed)
    declared_before = exam_by_digest(transaction, before).further_documents if before else {}
    if exam.further_documents or declared_before:
        publish_documents(transaction, exam, at)
    if before != new_digest:
        after = {
            "digest": new_digest,
            "changes": len(comparison.lines),
            "lines": list(comparison.lines[:TRACED_LINES]),
        }
        AuditEntry.record(
            transaction,
            actor,
            "catalogue.loaded",
            exam.code,
            at=at,
            before={"digest": before},
            after=after,
        )
    return comparison.lines


def publish_documents(transaction: DbSession, exam: Exam, at: datetime) -> None:
    """Publish what the exam declares besides the guide's types of documents."""
    documents = tuple(
        DeclaredDocument(code, label) for code, label in exam.further_documents.items()
    )
    event = DocumentsDeclared(exam.code, exam.label, iso_utc(at), documents)
    publish(transaction, event, subject=exam.code)


def _put_etablissements(
    transaction: DbSession, etablissements: Iterable[Etablissement], actor: Actor, at: datetime
) -> None:
    new, changed = compare_etablissements(transaction, etablissements)
    if new or changed:
        first = [row["code"] for row in (*new, *changed)][:TRACED_LINES]
        after = {"new": len(new), "changed": len(changed), "first": first}
        AuditEntry.record(
            transaction, actor, "etablissements.loaded", "etablissements", at=at, after=after
        )
    if new:
        transaction.execute(insert(EtablissementRow), new)
    if changed:
        transaction.execute(update(EtablissementRow), changed)


def _put_openings(transaction: DbSession, exam: Exam, offered: Exam) -> None:
    stored = transaction.scalars(select(OpeningRow).filter_by(exam=exam.code).with_for_update())
    rows = {(row.session, row.academie): row for row in stored}
    listed = {
        (each.name, opening.academie) for each in offered.sessions for opening in each.openings
    }
    for key, row in rows.items():
        row.listed = key in listed
    for exam_session, opening in (
        (each, opening) for each in exam.sessions for opening in each.openings
    ):
        row = rows.get((exam_session.name, opening.academie)) or OpeningRow(
            exam=exam.code, session=exam_session.name, academie=opening.academie, revision=0
        )
        before = _published_values(transaction, row) if row.revision else None
        _set_dates(row, exam_session, opening)
        transaction.add(row)
        transaction.flush()
        if before != _published_values(transaction, row):
            announce_dates(transaction, row, dates_in_force(transaction, row))


def _set_dates(row: OpeningRow, exam_session: Session, opening: Opening) -> None:
    row.catalogue_opens = opening.opens
    row.catalogue_closes = opening.closes
    row.catalogue_deposit_opens = opening.deposit_opens
    row.catalogue_deposit_closes = opening.deposit_closes
    row.session_closes = exam_session.closes
    row.options = exam_session.options_of(opening)


def _published_values(
    transaction: DbSession, row: OpeningRow
) -> tuple[datetime, datetime, SessionOptions]:
    dates = dates_in_force(transaction, row)
    return dates.deposit_opens, dates.deposit_closes, row.options


MAX_MISTAKES = 200
MAX_LINES = 1000
"""Of each exam, and of the mistakes, that are answered; the rest is counted."""
MISTAKEN = (
    "Le catalogue contient des erreurs : rien n'est chargé. Corrigez-les, puis envoyez l'archive "
    "de nouveau."
)
CHANGED = (
    "Le catalogue en vigueur a changé depuis la vérification, ou l'archive n'est plus la même. "
    "Rien n'a été chargé : vérifiez de nouveau ce qui change."
)


def compare_archive(archive: bytes, at: datetime) -> CatalogueComparison:
    """What `load_archive` would change; nothing is written. Raises Invalid, with `mistakes` by file
    and line."""
    catalogue = _read(archive, at)
    with db.reading_for_staff() as transaction:
        new, changed = compare_etablissements(transaction, catalogue.etablissements)
        known = {exam.code: exam.label for exam in exams_in_force(transaction).exams}
        offered = {exam.code for exam in catalogue.exams}
        return CatalogueComparison(
            etag=_etag(archive, transaction),
            exams=tuple(
                _compared(transaction, exam, at, is_new=exam.code not in known)
                for exam in catalogue.exams
            ),
            left=tuple(label for code, label in known.items() if code not in offered),
            new_etablissements=len(new),
            changed_etablissements=len(changed),
        )


def load_archive(archive: bytes, etag: str, *, actor: Actor, at: datetime) -> None:
    """Put the archive's catalogue in force, all or nothing. Raises Invalid, and PreconditionFailed
    where `etag` is not that of the comparison with what is in force."""
    catalogue = _read(archive, at)
    with db.operation() as transaction:
        transaction.execute(
            select(CurrentExam.code).order_by(CurrentExam.code).with_for_update()
        ).all()
        if _etag(archive, transaction) != etag:
            raise PreconditionFailed(CHANGED)
        put_catalogue(transaction, catalogue, actor=actor, at=at)


def _read(archive: bytes, at: datetime) -> Catalogue:
    try:
        return read_archive(archive, at)
    except CatalogueError as error:
        mistakes = [vars(mistake) for mistake in error.mistakes[:MAX_MISTAKES]]
        raise Invalid(MISTAKEN, mistakes=mistakes, mistakes_in_all=len(error.mistakes)) from error


def _etag(archive: bytes, transaction: DbSession) -> str:
    """Of the archive and the catalogue in force; read after a lock it is that of what will be
    replaced."""
    in_force = transaction.execute(
        select(CurrentExam.code, CurrentExam.digest).order_by(CurrentExam.code)
    ).all()
    etablissements = transaction.execute(
        select(EtablissementRow.__table__).order_by(EtablissementRow.code)
    ).all()
    parts = [
        hashlib.sha256(archive).hexdigest(),
        *(f"{code}={digest}" for code, digest in in_force),
    ]
    parts += [repr(tuple(row)) for row in etablissements]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _compared(transaction: DbSession, offered: Exam, at: datetime, *, is_new: bool) -> ComparedExam:
    comparison = compare_exam(transaction, offered, at)
    found = comparison.differences
    sessions = concerned_sessions(transaction, comparison.exam) if found and not is_new else ()
    return ComparedExam(
        code=offered.code,
        label=offered.label,
        is_new=is_new,
        changes=len(found),
        differences=found[:MAX_LINES],
        sessions=sessions,
    )
