"""Staff corrected a civil status in accounts: the candidate's candidatures are saved with it."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.chassis.database.audit import Actor
from services.clock import portal_now
from services.contracts.accounts import IdentityCorrected
from services.contracts.registration_rules import ACTIVE
from services.contracts.retention import NO_VERSION_AFTER
from services.registrations.models import Candidate, Candidature, OpeningRow
from services.registrations.operations.candidates import lock_candidate, with_newest_email
from services.registrations.operations.versions import (
    NewVersion,
    add_version,
    current_version,
    dossier_as_saved,
    request_mail,
)

ACCOUNTS = Actor("service", "accounts")


def correct_identity(transaction: DbSession, event: IdentityCorrected) -> None:
    """Save each active candidature of the candidate anew, also outside the window; those whose
    session has closed stay as they are.

    The answers are not checked again, as the candidate did not ask for the change. Late repeats
    change nothing.
    """
    candidate = lock_candidate(transaction, event.candidate_id)
    at = portal_now()
    candidate.identity_floor = max(candidate.identity_floor, event.identity.version)
    if candidate.email_version == NO_VERSION_AFTER:  # the account is erased
        return
    if event.identity.version > (candidate.corrected_identity or {}).get("version", 0):
        candidate.corrected_identity = asdict(event.identity)
    active = (
        select(Candidature, OpeningRow.session_closes)
        .join(OpeningRow, OpeningRow.id == Candidature.opening_id)
        .where(Candidature.candidate_id == candidate.id, Candidature.state == ACTIVE)
        .where(OpeningRow.session_closes > at)
    )
    for candidature, session_closes in transaction.execute(active).all():
        if current_version(transaction, candidature).identity_version < event.identity.version:
            _correct(transaction, candidate, candidature, session_closes, event, at)


def _correct(
    transaction: DbSession,
    candidate: Candidate,
    candidature: Candidature,
    session_closes: datetime,
    event: IdentityCorrected,
    at: datetime,
) -> None:
    current = current_version(transaction, candidature)
    identity = with_newest_email(candidate, event.identity)
    new = NewVersion(
        standing=candidature.standing.correct(at, session_closes),
        dossier=dossier_as_saved(transaction, candidature, identity, at),
        digest=current.catalogue_digest,
        saved_at=at,
        actor=ACCOUNTS,
        reason=event.reason,
        corrects=current,
    )
    add_version(transaction, candidature, new)
    request_mail(transaction, "send_correction_mail", candidature)
