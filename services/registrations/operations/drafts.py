"""Drafts: opened by « Valider », written tab by tab, valid or not, saved by « Enregistrer »,
deleted."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from prometheus_client import Counter
from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.errors import Conflict, Invalid, found
from services.contracts import problem_types
from services.contracts.accounts import Identity
from services.contracts.api.drafts import Going, SavedVersion
from services.contracts.registration_rules import ACTIVE, NEXT, STAY
from services.registrations.domain import registration_form, registration_numbers
from services.registrations.domain.candidature import CandidatureState
from services.registrations.domain.dossier import Answers, Dossier
from services.registrations.domain.draft import PostedValues, refuse_oversized, refuse_overtaken
from services.registrations.domain.exam_definition import OpeningView
from services.registrations.domain.obstacles import (
    exclusivity_key,
    refusal_sentence,
    refuse_second_candidature,
)
from services.registrations.domain.refusals import refuse_when_closed
from services.registrations.models import (
    AuditEntry,
    Candidate,
    Candidature,
    CandidatureVersion,
    Draft,
    db,
)
from services.registrations.operations.candidates import (
    accept_identity,
    lock_candidate,
    reserve_numero,
)
from services.registrations.operations.openings import held_view
from services.registrations.operations.versions import (
    NewVersion,
    add_version,
    current_version,
    request_mail,
)
from services.registrations.queries.catalogue import opening_view
from services.registrations.queries.dossiers import assembled_dossier
from services.registrations.queries.drafts import DraftView, Holder, held_draft

SAVED = Counter(
    "registrations_saved_total",
    "Versions saved by candidates: first registrations, and modifications",
    ("exam", "session", "academie", "kind"),
)
FIRST_MAIL = "send_receipt_mail"
MODIFICATION_MAIL = "send_modification_mail"


@dataclass(frozen=True)
class NewDraft:
    """A draft to be begun. `candidate_id` or, of a correction by staff, `staff_id`; `modified`: the
    version that it is filled in from, None for a first one."""

    opening_id: str
    identity: Identity
    answers: Answers
    candidate_id: str | None = None
    staff_id: str | None = None
    modified: CandidatureVersion | None = None
    first_tab: int = 1


@dataclass(frozen=True)
class OpenedDraft:
    draft_id: str
    created: bool


def open_draft(
    candidate_id: str, opening_id: str, identity: Identity, instant: datetime
) -> OpenedDraft:
    """« Valider »: resume the candidate's open draft for this opening, or begin one and reserve the
    N° candidat.

    Raises NotFound, WindowClosed (a draft is resumed outside the window too, but not created),
    AlreadyRegistered when an active candidature excludes another one, IdentityOutdated.
    """
    with db.operation() as transaction:
        candidate = lock_candidate(transaction, candidate_id)
        view = opening_view(transaction, opening_id)
        identity = accept_identity(candidate, identity)
        if (draft := open_draft_of(transaction, candidate_id, opening_id)) is not None:
            return _resumed(draft, identity)
        refuse_when_closed(
            view, instant, "Le service d'inscription n'est pas ouvert pour ce choix."
        )
        reserve_numero(transaction, candidate, view)
        dossier = assembled_dossier(transaction, view, candidate, identity, instant, answers={})
        refuse_second_candidature(dossier, refusal_sentence)
        new = NewDraft(view.id, identity, answers={}, candidate_id=candidate_id)
        return begin(transaction, new, instant)


def start_modification(
    candidate_id: str, candidature_id: str, identity: Identity, instant: datetime
) -> OpenedDraft:
    """« Modifier »: resume the modification under way, or begin one filled in from the current
    version.

    Raises NotFound, WindowClosed, Conflict (`extra`: draft_id of the other draft),
    IdentityOutdated. The candidature changes only when that draft is saved.
    """
    with db.operation() as transaction:
        candidate = lock_candidate(transaction, candidate_id)
        candidature = active_candidature(transaction, candidate_id, candidature_id)
        view = opening_view(transaction, candidature.opening_id)
        refuse_when_closed(view, instant, "Votre inscription ne peut plus être modifiée en ligne.")
        identity = accept_identity(candidate, identity)
        if (draft := open_draft_of(transaction, candidate_id, view.id)) is not None:
            if draft.modification_of != candidature_id:
                detail = "Terminez ou supprimez d'abord l'autre brouillon."
                problem = problem_types.OTHER_DRAFT
                raise Conflict(detail, problem=problem, draft_id=draft.id)
            return _resumed(draft, identity)
        version = current_version(transaction, candidature)
        new = NewDraft(
            opening_id=view.id,
            identity=identity,
            answers=version.answers,
            candidate_id=candidate_id,
            modified=version,
        )
        return begin(transaction, new, instant)


def write_tab(
    draft_id: str,
    number: int,
    *,
    holder: Holder,
    revision: int,
    values: PostedValues,
    action: str,
    instant: datetime,
    identity: Identity | None = None,
    reason: str | None = None,
) -> Going:
    """Store what was typed in a tab, valid or not, whether the window is open or not; `action` says
    where to go. `reason`: of a correction.

    Raises NotFound, Conflict once it is saved, DraftChanged (another window wrote in between:
    nothing is stored), and for « next » Invalid with all errors of the tab, after the text is
    stored (`extra`: the new revision).
    """
    with (
        db.operation() as transaction,
        transaction.no_autoflush,
    ):  # the draft is written once, at the end
        view = _unsaved_draft(transaction, draft_id, holder)
        draft = view.draft
        if identity is not None:
            draft.identity = asdict(identity)
        before = view.dossier(transaction, instant)
        state = draft.standing.write_tab(before, number, values, revision, instant)
        if reason is not None and draft.candidate_id is None:
            draft.reason = reason
        after = replace(before, answers=state.answers)
        errors = registration_form.tab_errors(after, number) if action == NEXT else ()
        draft.store(state.turn_from(number, STAY if errors else action, len(after.exam.tabs)))
        written = Going(revision=draft.revision, goto=draft.current_tab)
    if errors:
        raise Invalid("Cet onglet comporte des erreurs.", errors=errors, revision=written.revision)
    return written


def delete_draft(draft_id: str, holder: Holder, *, actor: Actor, at: datetime) -> None:
    """Delete a draft; a candidature that it would have modified stays as it is. Raises NotFound,
    Conflict."""
    with db.operation() as transaction:
        draft = _unsaved_draft(transaction, draft_id, holder).draft
        if draft.modification_of and draft.candidate_id is None:
            AuditEntry.record(
                transaction, actor, "correction.abandoned", draft.modification_of, at=at
            )
        transaction.delete(draft)


def active_candidature(
    transaction: DbSession, candidate_id: str, candidature_id: str
) -> Candidature:
    """Return the candidate's own candidature. Raises NotFound for one that is unknown, someone
    else's or no longer active."""
    own = select(Candidature).filter_by(id=candidature_id, candidate_id=candidate_id, state=ACTIVE)
    return found(transaction.scalar(own))


def open_draft_of(transaction: DbSession, candidate_id: str, opening_id: str) -> Draft | None:
    return transaction.scalar(
        select(Draft).filter_by(candidate_id=candidate_id, opening_id=opening_id, closed_at=None)
    )


def _resumed(draft: Draft, identity: Identity) -> OpenedDraft:
    draft.identity = asdict(identity)
    return OpenedDraft(draft.id, created=False)


def begin(
    transaction: DbSession,
    new: NewDraft,
    instant: datetime,
) -> OpenedDraft:
    modified = new.modified
    draft = Draft(
        candidate_id=new.candidate_id,
        staff_id=new.staff_id,
        opening_id=new.opening_id,
        modification_of=modified.candidature_id if modified else None,
        modified_version=modified.version if modified else None,
        current_tab=new.first_tab,
        answers=dict(new.answers),
        identity=asdict(new.identity),
        created_at=instant,
        updated_at=instant,
    )
    transaction.add(draft)
    transaction.flush()
    return OpenedDraft(draft.id, created=True)


def _unsaved_draft(transaction: DbSession, draft_id: str, holder: Holder) -> DraftView:
    """Return a draft, locked. Raises NotFound, as `held_draft`, and Conflict (`extra`:
    candidature_id) once it is saved."""
    view = held_draft(transaction, draft_id, holder, locked=True)
    if view.draft.closed_at is not None:
        raise Conflict(
            "Votre candidature est enregistrée : ce que vous saisissez dans cette fenêtre n'y "
            "change plus rien.",
            problem=problem_types.DRAFT_SAVED,
            candidature_id=view.draft.candidature_id,
        )
    return view


def save_draft(
    candidate_id: str, draft_id: str, revision: int, identity: Identity, received_at: datetime
) -> SavedVersion:
    """« Enregistrer ». `received_at`: when the portal received the request, which [opens, closes)
    is compared with.

    A draft that is already saved gets the first answer. Raises NotFound, WindowClosed,
    DraftChanged, IdentityOutdated, AlreadyRegistered (K1), Incomplete with every error of every
    tab; what was typed stays in the draft.
    """
    with db.operation() as transaction:
        candidate = lock_candidate(transaction, candidate_id)
        draft = held_draft(transaction, draft_id, Holder.candidate(candidate_id), locked=True).draft
        if draft.closed_at is not None:
            return earlier_save(draft)
        view = held_view(transaction, draft.opening_id)
        closed = "Le service d'inscription est fermé : votre dossier n'a pas été enregistré."
        refuse_when_closed(view, received_at, closed)
        draft.standing.refuse_other_revision(revision)
        identity = accept_identity(candidate, identity)
        dossier = dossier_to_save(transaction, candidate, draft, view, identity, received_at)
        refuse_second_candidature(dossier, refusal_sentence)
        registration_form.refuse_incomplete(dossier)
        is_first = draft.modification_of is None
        if draft.modification_of is None:
            candidature = _first_candidature(candidate, draft.opening_id, received_at)
            standing = CandidatureState()
        else:
            candidature = active_candidature(transaction, candidate_id, draft.modification_of)
            standing = candidature.standing.add_version()
        new = NewVersion(
            standing=standing,
            dossier=dossier,
            digest=view.digest,
            saved_at=received_at,
            actor=Actor("candidate", candidate_id),
            begun_at=draft.created_at if is_first else None,
        )
        mail = FIRST_MAIL if is_first else MODIFICATION_MAIL
        saved = save_version(transaction, candidature, draft, new, mail)
    kind = "first" if is_first else "modification"
    SAVED.labels(dossier.exam.code, dossier.session.name, dossier.opening.academie, kind).inc()
    return saved


def save_version(
    transaction: DbSession, candidature: Candidature, draft: Draft, new: NewVersion, mail: str
) -> SavedVersion:
    """Close the draft by the version of its dossier, which was checked, and ask for the mail about
    it."""
    specialite = new.dossier.specialite
    candidature.exclusivity_key = exclusivity_key(new.dossier)
    candidature.specialite_code = specialite.code if specialite else None
    candidature.specialite_label = specialite.label if specialite else None
    version = add_version(transaction, candidature, new)
    request_mail(transaction, mail, candidature)
    candidate = transaction.get_one(Candidate, candidature.candidate_id)
    candidate.engaged_at = candidate.engaged_at or new.saved_at
    draft.closed_at = new.saved_at
    draft.candidature_id = candidature.id
    draft.saved_version = version.version
    return earlier_save(draft)


def earlier_save(draft: Draft) -> SavedVersion:
    """Return what the save of a closed draft answered."""
    return SavedVersion(
        candidature_id=found(draft.candidature_id), version=found(draft.saved_version)
    )


def dossier_to_save(
    transaction: DbSession,
    candidate: Candidate,
    draft: Draft,
    view: OpeningView,
    identity: Identity,
    at: datetime,
) -> Dossier:
    """Return what the draft holds, without what no tab asks for any more. Raises Conflict where the
    candidature has changed under the draft."""
    _refuse_overtaken(transaction, draft)
    dossier = assembled_dossier(
        transaction, view, candidate, identity, at, draft.answers, draft.modification_of
    )
    asked_only = registration_form.without_unasked_answers(dossier)
    refuse_oversized(asked_only.answers)
    return asked_only


def _first_candidature(candidate: Candidate, opening_id: str, at: datetime) -> Candidature:
    candidate.last_inscription = registration_numbers.next_inscription(candidate.last_inscription)
    return Candidature(
        candidate_id=candidate.id,
        opening_id=opening_id,
        numero_inscription=registration_numbers.numero_inscription(candidate.last_inscription),
        first_saved_at=at,
    )


def _refuse_overtaken(transaction: DbSession, draft: Draft) -> None:
    """Raise Conflict where somebody else saved other answers since the draft was begun: they are
    not replaced."""
    if draft.modified_version is None:
        # It is of a first version, or was begun when this was not written down.
        return
    candidature = transaction.get_one(Candidature, draft.modification_of)
    begun_from = transaction.get_one(CandidatureVersion, (candidature.id, draft.modified_version))
    current = current_version(transaction, candidature)
    refuse_overtaken(begun_from.answers, current.answers, current.version)
