"""Our copy of candidatures, kept by registrations' events in whatever order they come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.chassis.events import follow_up
from services.contracts.registrations import RegistrationSaved, RegistrationWithdrawn
from services.documents.domain.visibility import replaces
from services.documents.models import Candidature, SavedVersion, Withdrawal, db

MAKE_DOCUMENTS = "make_documents"


def keep_version(session: Session, event: RegistrationSaved) -> None:
    """Keep a saved version and have its documents made; one that is known already changes nothing.

    An older version arriving late gets its documents too (they are kept by version) but leaves the tile alone.
    """
    copy = session.scalar(select(Candidature).where(Candidature.id == event.candidature_id).with_for_update())
    if copy is not None and _is_kept(session, event):
        return
    if copy is None:
        copy = Candidature(id=event.candidature_id)
        session.add(copy)
    if replaces(event.version, copy.version):
        _renew(copy, event)
    session.flush()
    session.add(
        SavedVersion(candidature_id=event.candidature_id, version=event.version, payload=event.to_data()),
    )
    session.flush()
    work = {"candidature_id": event.candidature_id, "version": event.version}
    follow_up(session, MAKE_DOCUMENTS, work, subject=event.candidature_id)


def keep_version_now(event: RegistrationSaved) -> None:
    """The same outside an event, in a transaction of its own; one that is known already is only read."""
    if _is_known(event):
        return
    try:
        with db.operation() as session:
            keep_version(session, event)
    except IntegrityError:
        # Two hands keep the same version at once: only that can break a key here.
        if not _is_known(event):
            raise


def _is_known(event: RegistrationSaved) -> bool:
    with db.reading() as session:
        return _is_kept(session, event)


def _is_kept(session: Session, event: RegistrationSaved) -> bool:
    same_version = select(SavedVersion.version).filter_by(candidature_id=event.candidature_id, version=event.version)
    return session.scalar(same_version) is not None


def hide(session: Session, event: RegistrationWithdrawn) -> None:
    """Leave a tombstone, whether the candidature's own event has come or not."""
    tombstone = session.get(Withdrawal, event.candidature_id)
    if tombstone is None:
        tombstone = Withdrawal(candidature_id=event.candidature_id)
        session.add(tombstone)
    if replaces(event.version, tombstone.version):
        tombstone.version = event.version
        tombstone.withdrawn_at = datetime.fromisoformat(event.withdrawn_at)
    if event.version == tombstone.version:
        tombstone.ecartee = event.ecartee


def _renew(copy: Candidature, event: RegistrationSaved) -> None:
    copy.candidate_id = event.candidate_id
    copy.version = event.version
    copy.exam_label = event.exam.label
    copy.session_label = event.session.label
    copy.academie_code = event.academie.code
    copy.academie_label = event.academie.label
    copy.specialite = event.confirmation.specialite
    copy.numero_candidat = event.numero_candidat
    copy.numero_inscription = event.numero_inscription
    copy.saved_at = datetime.fromisoformat(event.saved_at)
