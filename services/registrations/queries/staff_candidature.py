"""A candidature as staff read it: with its versions and what each changed, the candidate's mails,
the notes."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.errors import NotFound, found
from services.contracts.api import staff_candidatures as api
from services.contracts.api.drafts import Change
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

Academies = frozenset[str] | None
"""The académies that a member of staff sees; None: all."""
_ENDS = {f"candidature.{state}": state for state in (WITHDRAWN, ECARTEE)}
MAILS = 50
"""How many of the candidate's mails are shown with a candidature: the newest."""
NEWEST_FIRST = (CandidatureNote.at.desc(), CandidatureNote.id)


def candidature_detail(
    transaction: DbSession, candidature_id: str, academies: Academies
) -> api.Detail:
    """Return a candidature with its versions, newest first. Raises NotFound, also outside these
    académies."""
    candidature, opening = candidature_in_academies(transaction, candidature_id, academies)
    candidate = transaction.get_one(Candidate, candidature.candidate_id)
    of_it = select(CandidatureVersion).filter_by(candidature_id=candidature_id)
    versions = transaction.scalars(of_it.order_by(CandidatureVersion.version)).all()
    ends = tuple(_ends(transaction, candidature.id))
    return api.Detail(
        id=candidature.id,
        candidate_id=candidature.candidate_id,
        numero_candidat=candidate.numero_candidat,
        numero_inscription=candidature.numero_inscription,
        name=candidature.name,
        exam=opening.exam,
        session=opening.session,
        academie=opening.academie,
        specialite_code=candidature.specialite_code,
        specialite=candidature.specialite_label,
        state=candidature.state,
        pieces_state=candidature.pieces_state,
        validation=candidature.validation,
        validate_until=candidature.validate_until,
        version=candidature.version,
        birth_date=_birth_date(candidature),
        first_saved_at=candidature.first_saved_at,
        last_saved_at=candidature.last_saved_at,
        end=None if candidature.state == ACTIVE or not ends else ends[-1],
        ends=ends,
        session_closes=opening.session_closes,
        under_way=tuple(_under_way(transaction, candidature)),
        recap=recap(from_stored(versions[-1].payload)),
        versions=_versions(transaction, candidature.id, versions),
        mails=_mails(transaction, candidate.id, academies),
        notes=_notes(transaction, candidature.id),
        mails_refused=_mails_refused(transaction, candidate),
    )


def _versions(
    transaction: DbSession, candidature_id: str, stored: Sequence[CandidatureVersion]
) -> tuple[api.Version, ...]:
    """Return the versions of a candidature, newest first. `stored`: oldest first."""
    certified = transaction.scalars(
        select(CandidatureValidation).filter_by(candidature_id=candidature_id)
    )
    validations = {validation.version: validation for validation in certified}
    shown: list[api.Version] = []
    before: CandidatureVersion | None = None
    for version in stored:
        shown.append(_version(before, version, validations.get(version.version)))
        before = version
    return tuple(reversed(shown))


def _version(
    before: CandidatureVersion | None,
    version: CandidatureVersion,
    validated: CandidatureValidation | None,
) -> api.Version:
    return api.Version(
        version=version.version,
        saved_at=version.saved_at,
        saved_by=version.saved_by,
        reason=version.reason,
        changes=_changes(before, version) if before else (),
        overridden=tuple(version.overridden or ()),
        validation=_validation(validated) if validated else None,
    )


def _changes(before: CandidatureVersion, after: CandidatureVersion) -> tuple[Change, ...]:
    return changes(recap(from_stored(before.payload)), recap(from_stored(after.payload)))


def _validation(row: CandidatureValidation) -> api.Validation:
    return api.Validation(at=row.at, by=row.by, digest=row.digest)


def _notes(transaction: DbSession, candidature_id: str) -> tuple[api.Note, ...]:
    notes = select(CandidatureNote).filter_by(candidature_id=candidature_id)
    return tuple(
        api.Note(staff_id=note.staff_id, text=note.text, at=note.at)
        for note in transaction.scalars(notes.order_by(*NEWEST_FIRST))
    )


def _mails_refused(transaction: DbSession, candidate: Candidate) -> api.MailsRefused | None:
    """Return how the mail server refuses the address that mails to this candidate go to, if it
    does."""
    refusal = transaction.get(MailRefusal, (candidate.id, candidate.email or ""))
    return refusal and api.MailsRefused(code=refusal.code, since=refusal.refused_at)


def _under_way(transaction: DbSession, candidature: Candidature) -> Iterator[api.UnderWay]:
    """Yield the drafts in which its candidate, or staff, change a candidature, the oldest first."""
    holder = or_(Draft.candidate_id == candidature.candidate_id, Draft.candidate_id.is_(None))
    drafts = select(Draft).where(
        holder, Draft.modification_of == candidature.id, Draft.closed_at.is_(None)
    )
    for draft in transaction.scalars(drafts.order_by(Draft.created_at)):
        corrects = draft.id if draft.candidate_id is None else None
        yield api.UnderWay(draft_id=corrects, staff_id=draft.staff_id, since=draft.created_at)


def _ends(transaction: DbSession, candidature_id: str) -> Iterator[api.End]:
    """Yield every end of a candidature that the audit trail tells of, the oldest first."""
    acts = select(AuditEntry).where(
        AuditEntry.subject == candidature_id, AuditEntry.action.in_(_ENDS)
    )
    for act in transaction.scalars(acts.order_by(AuditEntry.id)):
        reason = (act.after or {}).get("reason")
        by = f"{act.actor_kind}:{act.actor_id}"
        yield api.End(state=_ENDS[act.action], at=act.at, reason=reason, by=by)


def listed_row(
    candidature: Candidature,
    exam: str,
    exam_session: str,
    academie: str,
    numero_candidat: str | None,
) -> api.Row:
    """Return a candidature as lists show it. `exam`, `exam_session`, `academie`: of its opening."""
    return api.Row(
        id=candidature.id,
        candidate_id=candidature.candidate_id,
        numero_candidat=numero_candidat,
        numero_inscription=candidature.numero_inscription,
        name=candidature.name,
        exam=exam,
        session=exam_session,
        academie=academie,
        specialite_code=candidature.specialite_code,
        specialite=candidature.specialite_label,
        state=candidature.state,
        pieces_state=candidature.pieces_state,
        validation=candidature.validation,
        validate_until=candidature.validate_until,
        version=candidature.version,
        birth_date=_birth_date(candidature),
        first_saved_at=candidature.first_saved_at,
        last_saved_at=candidature.last_saved_at,
    )


def _birth_date(candidature: Candidature) -> date | None:
    return date.fromisoformat(candidature.birth_date) if candidature.birth_date else None


def _mails(
    transaction: DbSession, candidate_id: str, academies: Academies
) -> tuple[api.MailToCandidate, ...]:
    """Return the newest mails to a candidate; none where candidatures outside these académies may
    be what they are about."""
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
    """Return a candidature with its opening. Raises NotFound for one that is unknown, of another
    académie, or archived (administrateurs alone read it)."""
    candidature = found(transaction.get(Candidature, candidature_id))
    opening = transaction.get_one(OpeningRow, candidature.opening_id)
    is_archived = (
        academies is not None and transaction.get(RetentionStep, (opening.id, ARCHIVED)) is not None
    )
    if academies is not None and (opening.academie not in academies or is_archived):
        raise NotFound()
    return candidature, opening
