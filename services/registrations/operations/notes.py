"""Notes that gestionnaires keep of a candidature for one another; candidates do not see them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from services.chassis.database.audit import Actor
from services.chassis.errors import FieldError, Invalid
from services.registrations.models import AuditEntry, CandidatureNote, db
from services.registrations.operations.candidates import lock_candidate
from services.registrations.queries.staff_candidature import candidature_in_academies
from services.registrations.queries.staff_search import Academies


def add_note(candidature_id: str, text: str, *, actor: Actor, academies: Academies, at: datetime) -> None:
    """Add a note; the same one sent again by the same person is not added twice in a row.

    Raises NotFound outside `academies`, Invalid without a text.
    """
    if not text.strip():
        raise Invalid(errors=(FieldError("#/text", "Écrivez la note."),))
    with db.operation() as session:
        candidature, _ = candidature_in_academies(session, candidature_id, academies)
        lock_candidate(session, candidature.candidate_id)
        notes = select(CandidatureNote).filter_by(candidature_id=candidature.id).order_by(CandidatureNote.at.desc())
        newest = session.scalar(notes.limit(1))
        if newest is not None and (newest.staff_id, newest.text) == (actor.id, text.strip()):
            return
        note = CandidatureNote(candidature_id=candidature.id, staff_id=actor.id, text=text.strip(), at=at)
        session.add(note)
        session.flush()
        AuditEntry.record(session, actor, "note.added", candidature.id, at=at, after={"note_id": note.id})
