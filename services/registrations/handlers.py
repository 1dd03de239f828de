"""Reactions to accounts' events: a new mail address, a corrected civil status."""

from __future__ import annotations

from sqlalchemy.orm import Session as DbSession

from services.chassis.clock import portal_now
from services.chassis.events import Envelope, Handlers
from services.contracts.accounts import EmailChanged, IdentityCorrected
from services.registrations.operations import candidates, candidatures

registry = Handlers("registrations")


@registry.on(EmailChanged)
def renew_email(session: DbSession, event: EmailChanged, envelope: Envelope) -> None:
    """Update the mail address; candidatures get no new version."""
    candidates.renew_email(session, event)


@registry.on(IdentityCorrected)
def correct_identity(session: DbSession, event: IdentityCorrected, envelope: Envelope) -> None:
    """Each active candidature gets a new version with the reason."""
    candidatures.correct_identity(session, event, portal_now())
