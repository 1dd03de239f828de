"""Erases what was kept long enough, as `catalogue/retention.yaml` and the files of sessions say: a
page of candidatures in each transaction, with the event by which documents and pieces erase theirs.
A session that is held back stays.
"""

from collections.abc import Sequence

import structlog
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.errors import found
from services.chassis.events import publish
from services.chassis.process.stopping import stopping
from services.chassis.tasks.retention import erase_subject
from services.clock import portal_now
from services.contracts.registrations import DataErased, ErasedCandidature
from services.contracts.retention import (
    ARCHIVED,
    CANDIDATURES,
    OF_A_SESSION,
    RetentionError,
    retention,
)
from services.mail import sent_mails
from services.registrations.domain.refusals import given_reason
from services.registrations.models import (
    AuditEntry,
    Candidate,
    Candidature,
    CandidatureNote,
    CandidatureValidation,
    CandidatureVersion,
    Draft,
    OpeningRow,
    RetentionHold,
    RetentionStep,
    VersionEdition,
    audit_chain,
    db,
)
from services.registrations.operations.candidates import RETENTION
from services.registrations.queries.retention import due_steps, erased_on, held_session, to_archive

log = structlog.get_logger()
PAGE = 50  # candidatures; documents and pieces erase as many in one transaction
SUBJECT = "retention"  # of the events: no task about a candidate


def erase_due() -> None:
    """Erase all that is due. Where a duration cannot be read nothing is erased, and the log says
    why."""
    erased = 0
    try:
        _archive()
        with db.reading() as transaction:
            steps = due_steps(transaction, portal_now())
    except RetentionError as error:
        log.error("retention_unreadable", reason=str(error))
        return
    for opening_id, kind in steps:
        while not stopping() and (count := _erase_page(opening_id, kind)):
            erased += count
    if erased:
        log.info("data_erased", count=erased)
    db.forget_what_was_erased()


def _archive() -> None:
    """Note which openings are archived. One whose session closes later after all is no longer, and
    what was erased of it counts no more: it may have candidatures by then that no step has seen."""
    now = portal_now()
    steps = select(RetentionStep, OpeningRow).join(
        OpeningRow, OpeningRow.id == RetentionStep.opening_id
    )
    with db.operation() as transaction:
        due = to_archive(transaction, now)
        for opening_id in due:
            transaction.merge(RetentionStep(opening_id=opening_id, kind=ARCHIVED))
        for step, opening in transaction.execute(steps).all():
            is_archive = step.kind == ARCHIVED
            is_due = (
                opening.id in due
                if is_archive
                else erased_on(opening, retention().kind(step.kind)) <= now
            )
            if not is_due:
                transaction.delete(step)


def _erase_page(opening_id: str, kind: str) -> int:
    """How many candidatures; 0 once all are done, where the session is held back, and where it
    closes later by now."""
    with db.operation() as transaction:
        opening = transaction.get_one(OpeningRow, opening_id, with_for_update=True)
        is_due = erased_on(opening, retention().kind(kind)) <= portal_now()
        if not is_due or held_session(transaction, opening, lock=True) is not None:
            return 0
        step = transaction.get(RetentionStep, (opening_id, kind), with_for_update=True)
        if step is None:
            step = RetentionStep(opening_id=opening_id, kind=kind, through="", erased=0)
            transaction.add(step)
        page = select(Candidature).where(
            Candidature.opening_id == opening_id, Candidature.id > step.through
        )
        candidatures = transaction.scalars(page.order_by(Candidature.id).limit(PAGE)).all()
        if not candidatures:
            step.ended_at = portal_now()
            return 0
        step.through = candidatures[-1].id
        step.erased = step.erased + len(candidatures)
        if kind == CANDIDATURES:
            erase_candidatures(transaction, candidatures)
        else:
            concerned = tuple(
                ErasedCandidature(row.id, row.candidate_id, row.version) for row in candidatures
            )
            publish(transaction, DataErased((kind,), concerned), subject=SUBJECT)
        return len(candidatures)


def erase_again(ids: Sequence[str]) -> int:
    """Erase those of these candidatures that a backup brought back; how many."""
    erased = 0
    for start in range(0, len(ids), PAGE):
        with db.operation() as transaction:
            there = select(Candidature).where(Candidature.id.in_(ids[start : start + PAGE]))
            candidatures = transaction.scalars(there.order_by(Candidature.id)).all()
            if candidatures:
                erase_candidatures(transaction, candidatures)
            erased += len(candidatures)
    db.forget_what_was_erased()
    return erased


def erase_candidatures(transaction: DbSession, candidatures: Sequence[Candidature]) -> None:
    """Erase candidatures with all that registrations stores about them, and have the other services
    erase theirs."""
    ids = [row.id for row in candidatures]
    candidate_ids = {row.candidate_id for row in candidatures}
    locked = (
        select(Candidate)
        .where(Candidate.id.in_(candidate_ids))
        .order_by(Candidate.id)
        .with_for_update()
    )
    candidates = transaction.scalars(locked).all()
    holder = or_(
        Draft.candidate_id.in_(candidate_ids), Draft.candidate_id.is_(None)
    )  # each has its index
    of_them = holder & or_(Draft.candidature_id.in_(ids), Draft.modification_of.in_(ids))
    drafts = transaction.scalars(delete(Draft).where(of_them).returning(Draft.id)).all()
    for model in (CandidatureNote, CandidatureValidation, VersionEdition, CandidatureVersion):
        transaction.execute(delete(model).where(model.candidature_id.in_(ids)))
    audit_chain.erase(transaction, [*ids, *drafts], RETENTION)
    for row in candidatures:
        sent_mails.erase_mails_of(transaction, row.candidate_id, about=row.id)
        erase_subject(transaction, row.candidate_id, naming=row.id)
        transaction.delete(row)
    transaction.flush()
    erased = tuple(ErasedCandidature(row.id, row.candidate_id) for row in candidatures)
    publish(transaction, DataErased(OF_A_SESSION, erased), subject=SUBJECT)
    _free(transaction, candidates)


def _free(transaction: DbSession, candidates: Sequence[Candidate]) -> None:
    """Those who have no candidature left may change or delete their account as if they never had
    one."""
    for candidate in candidates:
        others = select(Candidature.id).where(Candidature.candidate_id == candidate.id).limit(1)
        if transaction.scalar(others) is None:
            candidate.engaged_at = candidate.corrected_identity = None
            sent_mails.erase_mails_of(transaction, candidate.id)


def hold(exam: str, session: str, reason: str, actor: Actor) -> None:
    """Erase nothing of this session until it is released; held back already, the reason is
    replaced.

    Raises Invalid without a reason, NotFound for a session that no opening has.
    """
    given_reason(reason)
    with db.operation() as rows:
        found(rows.scalar(select(OpeningRow.id).filter_by(exam=exam, session=session).limit(1)))
        row = rows.get(RetentionHold, (exam, session), with_for_update=True)
        if row is None:
            row = RetentionHold(exam=exam, session=session)
            rows.add(row)
        row.reason = reason
        row.held_by = actor.id
        row.held_at = portal_now()
        AuditEntry.record(
            rows, actor, "retention.held", _subject(exam, session), after={"reason": reason}
        )


def release(exam: str, session: str, reason: str, actor: Actor) -> None:
    """Let what is due of this session be erased again; not held back, nothing changes. Raises
    Invalid without a reason."""
    given_reason(reason)
    with db.operation() as rows:
        row = rows.get(RetentionHold, (exam, session), with_for_update=True)
        if row is not None:
            rows.delete(row)
            before = {"reason": row.reason}
            after = {"reason": reason}
            AuditEntry.record(
                rows,
                actor,
                "retention.released",
                _subject(exam, session),
                before=before,
                after=after,
            )


def _subject(exam: str, session: str) -> str:
    return f"{exam} {session}"[:64]
