"""What pieces does when registrations tells of a candidature or of an opening's dates."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.chassis.events import Envelope, Handlers
from services.contracts.registrations import RegistrationSaved, RegistrationWithdrawn, WindowChanged
from services.pieces.operations import copies

registry = Handlers("pieces")


@registry.on(RegistrationSaved)
def renew_pieces(session: Session, event: RegistrationSaved, envelope: Envelope) -> None:
    """The list of what is asked for follows the newest version; no deposited file is lost."""
    copies.renew_pieces(session, event)


@registry.on(RegistrationWithdrawn)
def hide_withdrawn(session: Session, event: RegistrationWithdrawn, envelope: Envelope) -> None:
    """The candidature and its pieces are shown to nobody any more."""
    copies.hide(session, event)


@registry.on(WindowChanged)
def move_period(session: Session, event: WindowChanged, envelope: Envelope) -> None:
    """Deposit periods of that opening follow its dates."""
    copies.move_period(session, event)
