"""Adds a version to a candidature: its row, its event, its audit entry, and the mails about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.chassis.events import follow_up, publish
from services.contracts.accounts import Identity
from services.contracts.registration_lengths import CANDIDATE_NAME
from services.contracts.registrations import to_stored
from services.reference.text import folded
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.registration_content import registration_saved
from services.registrations.models import AuditEntry, Candidature, CandidatureVersion


def add_version(
    session: DbSession,
    candidature: Candidature,
    dossier: Dossier,
    *,
    digest: str,
    saved_at: datetime,
    actor: Actor,
    reason: str | None = None,
) -> CandidatureVersion:
    """Store and publish `candidature.version`, with the audit entry; sets the name that staff find it by."""
    _set_name(candidature, dossier.identity)
    session.add(candidature)
    session.flush()
    event = registration_saved(
        dossier,
        candidature_id=candidature.id,
        candidate_id=candidature.candidate_id,
        version=candidature.version,
        numero_inscription=candidature.numero_inscription,
        saved_at=saved_at,
        reason=reason,
    )
    version = CandidatureVersion(
        candidature_id=candidature.id,
        version=candidature.version,
        event_id=publish(session, event, subject=candidature.candidate_id),
        payload=to_stored(event),
        answers=dict(dossier.answers),
        catalogue_digest=digest,
        identity_version=dossier.identity.version,
        saved_at=saved_at,
        saved_by=str(actor),
        reason=reason,
    )
    session.add(version)
    trace = {"version": version.version, "catalogue": digest}
    AuditEntry.record(session, actor, "candidature.saved", candidature.id, at=saved_at, after=trace)
    return version


def request_mail(session: DbSession, name: str, candidature: Candidature) -> None:
    """Ask for a mail about the current version, sent after the commit; the follow-up `name` reads the address."""
    data = {"candidature_id": candidature.id, "version": candidature.version}
    follow_up(session, name, data, subject=candidature.candidate_id)


def _set_name(candidature: Candidature, identity: Identity) -> None:
    """The name that staff read and search; the usage name is only searched."""
    candidature.name = f"{identity.nom_famille} {identity.prenoms}"[:CANDIDATE_NAME]
    usage = f" {identity.nom_usage}" if identity.nom_usage else ""
    candidature.folded_name = folded(candidature.name + usage)[:CANDIDATE_NAME]
