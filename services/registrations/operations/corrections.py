"""Staff correct a candidature as its candidate would, whatever the dates of registrations, in one
draft for all staff; the candidate's own modification stays, and whoever saves second is told."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.errors import found
from services.contracts.api.drafts import SavedVersion
from services.registrations.domain import registration_form
from services.registrations.domain.obstacles import place_taken, refuse_second_candidature
from services.registrations.domain.refusals import given_reason
from services.registrations.models import AuditEntry, Candidate, Candidature, Draft, OpeningRow, db
from services.registrations.operations import drafts
from services.registrations.operations.candidates import newest_identity
from services.registrations.operations.openings import held_view
from services.registrations.operations.staff import locked_candidature
from services.registrations.operations.versions import NewVersion, current_version
from services.registrations.queries.catalogue import opening_view
from services.registrations.queries.dossiers import assembled_dossier
from services.registrations.queries.drafts import Holder, held_draft
from services.registrations.queries.staff_candidature import Academies

MAIL = "send_staff_correction_mail"


def start(
    candidature_id: str, *, actor: Actor, academies: Academies, at: datetime
) -> drafts.OpenedDraft:
    """Fill a draft in from the current version, or resume the one under way, whoever began it.

    Raises NotFound outside `academies`, Conflict where the candidature has ended or its session has
    closed.
    """
    with db.operation() as transaction:
        candidature, candidate = locked_candidature(transaction, candidature_id, academies)
        opening = transaction.get_one(OpeningRow, candidature.opening_id)
        candidature.standing.refuse_correction(at, opening.session_closes)
        of_staff = select(Draft).where(
            Draft.candidate_id.is_(None), Draft.modification_of == candidature_id
        )
        if (draft := transaction.scalar(of_staff.where(Draft.closed_at.is_(None)))) is not None:
            if draft.staff_id != actor.id:
                AuditEntry.record(transaction, actor, "correction.resumed", candidature_id, at=at)
            return drafts.OpenedDraft(draft.id, created=False)
        AuditEntry.record(transaction, actor, "correction.started", candidature_id, at=at)
        version = current_version(transaction, candidature)
        view = opening_view(transaction, candidature.opening_id)
        identity = newest_identity(candidate, version)
        answers = version.answers
        first = registration_form.first_tab_with_fields(
            assembled_dossier(transaction, view, candidate, identity, at, answers, candidature_id)
        )
        return drafts.begin(
            transaction,
            drafts.NewDraft(
                opening_id=view.id,
                identity=identity,
                answers=answers,
                staff_id=actor.id,
                modified=version,
                first_tab=first,
            ),
            at,
        )


def save(
    draft_id: str,
    *,
    revision: int,
    reason: str,
    overridden: Collection[str],
    actor: Actor,
    academies: Academies,
    at: datetime,
) -> SavedVersion:
    """Make a correction a new version; one that is already saved gets the first answer.
    `overridden`: names of rules. The reason stays in a draft that is incomplete.

    Raises as `drafts.save_draft`, but for windows; Invalid without a reason.
    """
    stripped = given_reason(reason)
    with db.operation() as transaction:
        candidature, candidate, draft = _locked(transaction, draft_id, academies)
        if draft.closed_at is not None:
            return drafts.earlier_save(draft)
        opening = transaction.get_one(OpeningRow, candidature.opening_id)
        corrected = candidature.standing.correct(at, opening.session_closes)
        draft.standing.refuse_other_revision(revision)
        view = held_view(transaction, draft.opening_id)
        current = current_version(transaction, candidature)
        dossier = drafts.dossier_to_save(
            transaction, candidate, draft, view, newest_identity(candidate, current), at
        )
        refuse_second_candidature(dossier, place_taken)
        draft.reason = reason
        lenient = replace(dossier, overridden=frozenset(overridden))
        errors = registration_form.all_tab_errors(lenient)
        if not errors:
            refusals = registration_form.rule_refusals(dossier)
            new = NewVersion(
                standing=corrected,
                dossier=dossier,
                digest=view.digest,
                saved_at=at,
                actor=actor,
                reason=stripped,
                overridden=tuple(detail for rule, detail in refusals.items() if rule in overridden),
                corrects=current,
            )
            return drafts.save_version(transaction, candidature, draft, new, MAIL)
    raise registration_form.Incomplete(errors)


def _locked(
    transaction: DbSession, draft_id: str, academies: Academies
) -> tuple[Candidature, Candidate, Draft]:
    """Return the corrected candidature, its candidate and the draft, locked in the order in which
    everybody locks them.

    Raises NotFound for a draft that is unknown, a candidate's, or of another académie.
    """
    corrected = select(Draft.modification_of).where(
        Draft.id == draft_id, Draft.candidate_id.is_(None)
    )
    candidature, candidate = locked_candidature(
        transaction, found(transaction.scalar(corrected)), academies
    )
    return (
        candidature,
        candidate,
        held_draft(transaction, draft_id, Holder.staff(academies), locked=True).draft,
    )
