"""A candidature ends, as its candidate withdraws it or staff set it aside, and is active again as
one of them takes that back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.errors import found
from services.chassis.events import publish
from services.clock import iso_utc
from services.contracts.registration_rules import ACTIVE, ECARTEE, WITHDRAWN
from services.contracts.registrations import RegistrationWithdrawn
from services.registrations.domain.obstacles import (
    place_taken,
    refusal_sentence,
    refuse_second_candidature,
)
from services.registrations.domain.refusals import refuse_when_closed, too_late_to
from services.registrations.models import AuditEntry, Candidate, Candidature, Draft, OpeningRow, db
from services.registrations.operations.candidates import lock_candidate, newest_identity
from services.registrations.operations.versions import (
    NewVersion,
    add_version,
    current_version,
    dossier_as_saved,
    request_mail,
)
from services.registrations.queries.catalogue import opening_view

UNDONE = "désinscription annulée par le candidat"


@dataclass(frozen=True)
class ChangeOfState:
    """Who ends or restores a candidature, and when. `reason`: why staff do; a candidate gives
    none."""

    actor: Actor
    at: datetime
    reason: str | None = None


def withdraw(candidate_id: str, candidature_id: str, received_at: datetime) -> None:
    """« Se désinscrire », while the window is open; a repeat changes nothing.

    Raises NotFound, WindowClosed (`extra`: whom to contact). A new candidature can be saved
    afterwards.
    """
    with db.operation() as transaction:
        candidature = _locked_own(transaction, candidate_id, candidature_id)
        if candidature.state == ACTIVE:
            _refuse_when_closed(transaction, candidature, received_at, "vous désinscrire")
            change = ChangeOfState(Actor("candidate", candidate_id), received_at)
            end_candidature(transaction, candidature, WITHDRAWN, change)


def undo_withdrawal(candidate_id: str, candidature_id: str, received_at: datetime) -> None:
    """« Annuler ma désinscription », while the window is open; a repeat changes nothing.

    Raises NotFound, WindowClosed (`extra`: whom to contact), AlreadyRegistered when another
    candidature has its place.
    """
    with db.operation() as transaction:
        candidature = _locked_own(transaction, candidate_id, candidature_id)
        if candidature.state == WITHDRAWN:
            act = "annuler votre désinscription"
            _refuse_when_closed(transaction, candidature, received_at, act)
            change = ChangeOfState(Actor("candidate", candidate_id), received_at)
            restore(transaction, candidature, change)


def _locked_own(transaction: DbSession, candidate_id: str, candidature_id: str) -> Candidature:
    """Return the candidate's own candidature, locked until the transaction ends. Raises NotFound
    for one that is set aside too."""
    lock_candidate(transaction, candidate_id)
    own = select(Candidature).filter_by(id=candidature_id, candidate_id=candidate_id)
    return found(transaction.scalar(own.where(Candidature.state.in_((ACTIVE, WITHDRAWN)))))


def _refuse_when_closed(
    transaction: DbSession, candidature: Candidature, at: datetime, act: str
) -> None:
    view = opening_view(transaction, candidature.opening_id)
    refuse_when_closed(view, at, too_late_to(act))


def end_candidature(
    transaction: DbSession, candidature: Candidature, state: str, change: ChangeOfState
) -> None:
    """End a candidature: withdrawn or set aside (`state`). Delete the draft of its modification,
    publish its end, ask for the mail to the candidate.

    Raises Conflict (`extra`: state) for one that has ended already.
    """
    before = candidature.standing
    candidature.store(before.end(state, change.at, change.reason))
    holder = or_(
        Draft.candidate_id == candidature.candidate_id, Draft.candidate_id.is_(None)
    )  # each has its index
    transaction.execute(
        delete(Draft).where(
            holder, Draft.modification_of == candidature.id, Draft.closed_at.is_(None)
        )
    )
    publish_end(transaction, candidature)
    mail = "send_withdrawal_mail" if state == WITHDRAWN else "send_ecart_mail"
    request_mail(transaction, mail, candidature)
    AuditEntry.record(
        transaction,
        change.actor,
        f"candidature.{state}",
        candidature.id,
        at=change.at,
        before={"state": before.state},
        after={"state": state, "reason": change.reason},
    )


def publish_end(transaction: DbSession, candidature: Candidature) -> None:
    """Publish that a candidature has ended, at its `state_changed_at`."""
    event = RegistrationWithdrawn(
        candidature_id=candidature.id,
        candidate_id=candidature.candidate_id,
        version=candidature.standing.number_of_end,
        withdrawn_at=iso_utc(candidature.state_changed_at or candidature.first_saved_at),
        ecartee=candidature.state == ECARTEE,
    )
    publish(transaction, event, subject=candidature.candidate_id)


def restore(transaction: DbSession, candidature: Candidature, change: ChangeOfState) -> None:
    """Make an ended candidature active again, as it was last saved, in a version newer than its
    end, and tell its candidate.

    Raises Conflict when its session has closed, AlreadyRegistered when another one has taken its
    place.
    """
    before = candidature.standing
    opening = transaction.get_one(OpeningRow, candidature.opening_id)
    restored = before.restore(change.at, opening.session_closes)
    candidate = transaction.get_one(Candidate, candidature.candidate_id)
    current = current_version(transaction, candidature)
    identity = newest_identity(candidate, current)
    dossier = dossier_as_saved(transaction, candidature, identity, change.at)
    refuse_second_candidature(dossier, place_taken if change.reason else refusal_sentence)
    is_as_it_was = dossier.identity.version == current.identity_version
    new = NewVersion(
        standing=restored,
        dossier=dossier,
        digest=current.catalogue_digest,
        saved_at=change.at,
        actor=change.actor,
        reason=(
            f"Candidature rétablie (la version {before.number_of_end:02d} en était la fin) : "
            f"{change.reason or UNDONE}"
        ),
        same_as=current if is_as_it_was else None,
        corrects=None if is_as_it_was else current,
    )
    add_version(transaction, candidature, new)
    mail = "send_restoration_mail" if change.reason else "send_undone_withdrawal_mail"
    request_mail(transaction, mail, candidature)
    AuditEntry.record(
        transaction,
        change.actor,
        "candidature.restored",
        candidature.id,
        at=change.at,
        before={"state": before.state, "reason": before.end_reason},
        after={"state": ACTIVE, "reason": change.reason},
    )
