"""A candidature as staff read it: with its versions and what each changed, the candidate's mails,
the notes."""

from collections.abc import Iterator
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.errors import NotFound, found
from services.contracts.api import staff_candidatures as api
from services.contracts.api.operation import answer_of
from services.contracts.registration_rules import ACTIVE, ECARTEE, WITHDRAWN
from services.contracts.registrations import from_stored
from services.contracts.retention import ARCHIVED
from services.mail import sent_mails
from services.registrations.domain.registration_content import changes
from services.registrations.models import (
    AuditEntry,
    Candidate,
    Candidature,
    CandidatureNote,
    CandidatureValidation,
    CandidatureVersion,
    Draft,
    MailRefusal,
    OpeningRow,
    RetentionStep,
)
from services.registrations.queries.candidatures import recap

AnyRow = TypeVar("AnyRow", bound=api.Row)
Academies = frozenset[str] | None
"""Those that a member of staff sees; None: all."""
_ENDS = {f"candidature.{state}": state for state in (WITHDRAWN, ECARTEE)}
MAILS = 50  # the newest, of a candidature's candidate
NEWEST_FIRST = (CandidatureNote.at.desc(), CandidatureNote.id)


def candidature_detail(
    transaction: DbSession, candidature_id: str, academies: Academies
) -> api.Detail:
    """A candidature with its versions, newest first. Raises NotFound, also outside these
    académies."""
    candidature, opening = candidature_in_academies(transaction, candidature_id, academies)
    candidate = transaction.get_one(Candidate, candidature.candidate_id)
    refusal = transaction.get(MailRefusal, (candidate.id, candidate.email or ""))
    of_it = select(CandidatureVersion).filter_by(candidature_id=candidature_id)
    versions = transaction.scalars(of_it.order_by(CandidatureVersion.version)).all()
    notes = select(CandidatureNote).filter_by(candidature_id=candidature_id)
    ends = tuple(_ends(transaction, candidature.id))
    certified = transaction.scalars(
        select(CandidatureValidation).filter_by(candidature_id=candidature_id)
    )
    validations = {validation.version: validation for validation in certified}
    changed = [
        _version(before, version, validations.get(version.version))
        for before, version in zip([None, *versions], versions, strict=False)
    ]
    return row_of(
        api.Detail,
        candidature,
        opening,
        candidate,
        end=None if candidature.state == ACTIVE or not ends else ends[-1],
        ends=ends,
        under_way=tuple(_under_way(transaction, candidature)),
        recap=recap(from_stored(versions[-1].payload)),
        versions=tuple(changed[::-1]),
        mails=_mails(transaction, candidate.id, academies),
        notes=tuple(
            answer_of(api.Note, note) for note in transaction.scalars(notes.order_by(*NEWEST_FIRST))
        ),
        mails_refused=api.MailsRefused(code=refusal.code, since=refusal.refused_at)
        if refusal
        else None,
    )


def _under_way(transaction: DbSession, candidature: Candidature) -> Iterator[api.UnderWay]:
    """Of its candidate, and of staff."""
    holder = or_(Draft.candidate_id == candidature.candidate_id, Draft.candidate_id.is_(None))
    drafts = select(Draft).where(
        holder, Draft.modification_of == candidature.id, Draft.closed_at.is_(None)
    )
    for draft in transaction.scalars(drafts.order_by(Draft.created_at)):
        corrects = draft.id if draft.candidate_id is None else None
        yield api.UnderWay(draft_id=corrects, staff_id=draft.staff_id, since=draft.created_at)


def _ends(transaction: DbSession, candidature_id: str) -> Iterator[api.End]:
    """As the audit trail tells them."""
    acts = select(AuditEntry).where(
        AuditEntry.subject == candidature_id, AuditEntry.action.in_(_ENDS)
    )
    for act in transaction.scalars(acts.order_by(AuditEntry.id)):
        reason = (act.after or {}).get("reason")
        by = f"{act.actor_kind}:{act.actor_id}"
        yield api.End(state=_ENDS[act.action], at=act.at, reason=reason, by=by)


def row_of(answer: type[AnyRow], candidature: Candidature, *rows: Any, **others: Any) -> AnyRow:
    """A candidature as lists show it; `rows`: its opening and candidate, or one row with their
    columns."""
    others |= {"specialite": candidature.specialite_label}
    born = date.fromisoformat(candidature.birth_date) if candidature.birth_date else None
    return answer_of(answer, candidature, *rows, birth_date=born, **others)


def _mails(
    transaction: DbSession, candidate_id: str, academies: Academies
) -> tuple[api.MailToCandidate, ...]:
    """The newest mails to a candidate; none where candidatures outside these académies may be what
    they are about."""
    openings = select(OpeningRow.academie).join(
        Candidature, Candidature.opening_id == OpeningRow.id
    )
    where = set(transaction.scalars(openings.where(Candidature.candidate_id == candidate_id)))
    if academies is not None and not where <= academies:
        return ()
    mails = sent_mails.list_page(transaction, candidate_id, limit=MAILS, after=None)
    return tuple(
        api.MailToCandidate(subject=mail.subject, at=mail.at, state=mail.state) for mail in mails
    )


def candidature_in_academies(
    transaction: DbSession, candidature_id: str, academies: Academies
) -> tuple[Candidature, OpeningRow]:
    """Raises NotFound for one that is unknown, of another académie, or archived (administrateurs
    alone read it)."""
    candidature = found(transaction.get(Candidature, candidature_id))
    opening = transaction.get_one(OpeningRow, candidature.opening_id)
    is_archived = (
        academies is not None and transaction.get(RetentionStep, (opening.id, ARCHIVED)) is not None
    )
    if academies is not None and (opening.academie not in academies or is_archived):
        raise NotFound()
    return candidature, opening


def _version(
    before: CandidatureVersion | None,
    version: CandidatureVersion,
    validated: CandidatureValidation | None,
) -> api.Version:
    changed = (
        changes(*(recap(from_stored(each.payload)) for each in (before, version))) if before else ()
    )
    validation = answer_of(api.Validation, validated) if validated else None
    overridden = tuple(version.overridden or ())
    return answer_of(
        api.Version, version, overridden=overridden, changes=changed, validation=validation
    )
