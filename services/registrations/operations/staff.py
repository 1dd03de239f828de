"""Staff open a candidature, which leaves a trace; end or restore it, with a reason; keep notes for
one another."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.errors import Invalid, NotFound
from services.contracts.registration_rules import ACTIVE, ECARTEE, WITHDRAWN
from services.registrations.domain.refusals import given_reason
from services.registrations.models import AuditEntry, Candidate, Candidature, CandidatureNote, db
from services.registrations.operations.candidates import lock_candidate
from services.registrations.operations.candidatures import ChangeOfState, end_candidature, restore
from services.registrations.queries.staff_candidature import Academies, candidature_in_academies

STATES = {"withdrawal": WITHDRAWN, "ecart": ECARTEE, "restoration": ACTIVE}
"""What each change makes of a candidature."""


def record_reading(act: str, subject: str, actor: Actor, at: datetime) -> None:
    """Note in the audit trail who has read a candidature, or taken all of a kind out of the
    portal."""
    with db.operation() as transaction:
        AuditEntry.record(transaction, actor, act, subject, at=at)


def change_state(
    candidature_id: str, how: str, *, reason: str, actor: Actor, academies: Academies, at: datetime
) -> None:
    """`how` is "withdrawal" (on the candidate's request), "ecart" or "restoration", which takes
    either back. Works outside the window; a repeat does nothing.

    Raises NotFound for another `how` and outside `academies`, Invalid without a reason, Conflict
    when it ended the other way or its session has closed, AlreadyRegistered when another
    candidature has taken the place of this one.
    """
    if how not in STATES:
        raise NotFound()
    stripped = given_reason(reason)
    with db.operation() as transaction:
        candidature, _ = locked_candidature(transaction, candidature_id, academies)
        change = ChangeOfState(actor, at, stripped)
        if candidature.state == STATES[how]:
            return
        if STATES[how] == ACTIVE:
            restore(transaction, candidature, change)
        else:
            end_candidature(transaction, candidature, STATES[how], change)


def add_note(
    candidature_id: str, text: str, *, actor: Actor, academies: Academies, at: datetime
) -> None:
    """Add a note; the same one sent again by the same person is not added twice in a row.

    Raises NotFound outside `academies`, Invalid without a text.
    """
    if not text.strip():
        raise Invalid.in_field("text", "Écrivez la note.")
    with db.operation() as transaction:
        candidature, _ = locked_candidature(transaction, candidature_id, academies)
        notes = (
            select(CandidatureNote)
            .filter_by(candidature_id=candidature.id)
            .order_by(CandidatureNote.at.desc())
        )
        newest = transaction.scalar(notes.limit(1))
        if newest is not None and (newest.staff_id, newest.text) == (actor.id, text.strip()):
            return
        note = CandidatureNote(
            candidature_id=candidature.id, staff_id=actor.id, text=text.strip(), at=at
        )
        transaction.add(note)
        transaction.flush()
        AuditEntry.record(
            transaction, actor, "note.added", candidature.id, at=at, after={"note_id": note.id}
        )


def locked_candidature(
    transaction: DbSession, candidature_id: str, academies: Academies
) -> tuple[Candidature, Candidate]:
    """Return a candidature and its candidate, locked until the transaction ends. Raises NotFound
    outside `academies`."""
    candidature, _ = candidature_in_academies(transaction, candidature_id, academies)
    candidate = lock_candidate(transaction, candidature.candidate_id)
    transaction.refresh(candidature)
    return candidature, candidate
